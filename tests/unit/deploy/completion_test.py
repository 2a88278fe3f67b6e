"""Bash completes the four programs' command lines. usage: completion_test.py FOLDER"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(sys.argv.pop(1)).resolve()
PROGRAMS = ("walstow", "walstow-archive", "walstow-restore", "walstowd")

# The words as bash would have broken them; the cursor is in the last one.
SCRIPT = """
set -u
source "$1/$2"
registered=$(complete -p "$2")
[[ $registered =~ -F\\ ([^ ]+) ]]
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"${BASH_REMATCH[1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "sub folder").mkdir()
        (self.folder / "ca.crt").touch()
        (self.folder / "segment").touch()

    def offers(self, *words: str) -> list[str]:
        done = subprocess.run(["bash", "--norc", "-c", SCRIPT, "bash", FOLDER, *words], cwd=self.folder,
                              capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return sorted(done.stdout.splitlines())

    def test_all_of_them_are_there(self):
        self.assertEqual(sorted(path.name for path in FOLDER.iterdir()), sorted(PROGRAMS))

    def test_general_options(self):
        for program in PROGRAMS:
            with self.subTest(program):
                self.assertEqual(self.offers(program, "--ver"), ["--verbose", "--version"])
                self.assertEqual(self.offers(program, "--config", "ca"), ["ca.crt"])

    def test_only_a_programs_own_settings(self):
        self.assertEqual(self.offers("walstow-archive", "--archive-"),
                         ["--archive-ahead", "--archive-connections", "--archive-wait"])
        self.assertEqual(self.offers("walstow-restore", "--archive-"), [])
        self.assertEqual(self.offers("walstow-restore", "--standby"), ["--standby", "--standby-wait"])
        self.assertEqual(self.offers("walstow", "--output", ""), ["json", "nagios", "prometheus", "text"])

    def test_files_and_folders(self):
        everything = ["ca.crt", "segment", "sub folder"]
        self.assertEqual(self.offers("walstow-archive", ""), everything)
        self.assertEqual(self.offers("walstow-archive", "segment", ""), [])
        self.assertEqual(self.offers("walstow-archive", "-D", ""), ["sub folder"])
        self.assertEqual(self.offers("walstow-archive", "--pgdata", "/data", "seg"), ["segment"])
        self.assertEqual(self.offers("walstow-restore", "00000002.history", ""), everything)
        self.assertEqual(self.offers("walstowd", "--archive", "s"), ["sub folder"])
        self.assertEqual(self.offers("walstow", "get", "main", "00000002.history", ""), everything)
        self.assertEqual(self.offers("walstow", "get", "main", ""), [])
        self.assertEqual(self.offers("walstow", "copy", "sub folder", ""), ["sub folder"])

    def test_choices(self):
        self.assertEqual(self.offers("walstow-archive", "--compress", ""), ["client", "store"])
        self.assertEqual(self.offers("walstowd", "--s3-probe", "a"), ["accept"])
        self.assertEqual(self.offers("walstow-archive", "--cluster", ""), [])

    def test_words_that_bash_breaks(self):
        self.assertEqual(self.offers("walstow-archive", "--tls-ca", "=", "c"), ["ca.crt"])
        self.assertEqual(self.offers("walstow-archive", "--tls-ca", "="), ["ca.crt", "segment", "sub folder"])
        self.assertEqual(self.offers("walstow-archive", "--store", "https", ":", "//archive1", ":", "7432", "seg"),
                         ["segment"])
        self.assertEqual(self.offers("walstow-archive", "--store", "=", "ssh", ":", "//u", "@", "archive1", "seg"),
                         ["segment"])
        self.assertEqual(self.offers("walstow-archive", "--store", "https", ":", "//arch"), [])

    def test_commands(self):
        first = self.offers("walstow", "")
        for word in ("init", "cluster", "client", "verify", "withdraw"):
            self.assertIn(word, first)
        self.assertEqual(len(first), len(set(first)))
        self.assertEqual(self.offers("walstow", "cl"), ["client", "cluster"])
        self.assertEqual(self.offers("walstow", "cluster", ""), ["create", "list", "upgrade"])
        self.assertEqual(self.offers("walstow", "--cluster", "main", "hold", ""), ["add", "list", "remove"])

    def test_options_of_a_command(self):
        self.assertEqual(self.offers("walstow", "verify", "main", "--ra"), ["--rate-limit"])
        self.assertEqual(self.offers("walstow", "list", "--ra"), [])
        self.assertEqual(self.offers("walstow", "--keep"), [])
        self.assertEqual(self.offers("walstow", "policy", "set", "--keep"), ["--keep-backups", "--keep-days", "--keep-monthly", "--keep-yearly"])
        self.assertEqual(self.offers("walstow", "policy", "show", "--keep"), [])
        self.assertEqual(self.offers("walstow", "client", "add", "a", "--ca-"), ["--ca-key"])
        self.assertEqual(self.offers("walstow", "status", "--tls-k"), ["--tls-key"])


if __name__ == "__main__":
    unittest.main()
