"""Tests what deploy/lib/debian.sh makes of the package lists. usage: package_lists_test.py SOURCE_FOLDER"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(sys.argv.pop(1)).resolve()
LISTS = sorted(path.name for path in (SOURCE / "deploy/packages").iterdir())
RELEASES = ("bookworm", "trixie")

# As on a machine of that release.
SHELL = """
set -euo pipefail
source_folder=$1
source "$2/deploy/lib/progress.sh"
source "$2/deploy/lib/debian.sh"
os_release() { [[ $1 != VERSION_CODENAME ]] || printf '%s' "$pretended"; }
pretended=$3
"${@:4}"
"""


def run(release: str, *command: str, folder: Path = SOURCE) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", SHELL, "bash", folder, SOURCE, release, *command],
                          capture_output=True, text=True, timeout=30)


class PackageLists(unittest.TestCase):
    def test_every_list_names_packages_for_every_release(self):
        for release in RELEASES:
            for name in LISTS:
                with self.subTest(f"{name} on {release}"):
                    done = run(release, "packages_of", name)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertRegex(done.stdout, r"\A([a-z0-9][a-z0-9.+-]+\n)+\Z")

    def test_a_marked_package_is_for_its_release_alone(self):
        for release, there, elsewhere in (("bookworm", "libboost1.81-dev", "libboost1.83-dev"),
                                          ("trixie", "libboost1.83-dev", "libboost1.81-dev")):
            packages = run(release, "packages_of", "build").stdout.split()
            self.assertIn(there, packages)
            self.assertIn("g++", packages)
            self.assertNotIn(elsewhere, packages)

    def test_the_server_is_that_of_the_list(self):
        self.assertEqual(run("bookworm", "postgres_programs").stdout, "/usr/lib/postgresql/15/bin\n")
        self.assertEqual(run("trixie", "postgres_programs").stdout, "/usr/lib/postgresql/17/bin\n")

    def test_refuses_an_unknown_release(self):
        for release in ("forky", "", "book", "bookworm trixie"):
            for command in (("debian_release",), ("packages_of", "build"), ("postgres_programs",)):
                with self.subTest(f"{command} on {release}"):
                    done = run(release, *command)
                    self.assertEqual((done.returncode, done.stdout), (1, ""))
                    self.assertIn("error: the lists of packages do not know this system", done.stderr)
                    self.assertIn("HINT: They know the releases", done.stderr)

    def test_refuses_a_mark_that_names_no_release(self):
        with tempfile.TemporaryDirectory() as folder:
            lists = Path(folder, "deploy/packages")
            lists.mkdir(parents=True)
            for line in ("g++ [trixi]", "g++ trixie", "g++ [trixie", "g++ []"):
                (lists / "bad").write_text(f"# A comment.\n{line}\n", encoding="utf-8")
                with self.subTest(line):
                    done = run("trixie", "packages_of", "bad", folder=Path(folder))
                    self.assertEqual(done.returncode, 1)
                    self.assertIn("names no release of Debian", done.stderr)

    def test_refuses_a_list_that_is_not_there(self):
        done = run("trixie", "packages_of", "nonsense")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("there is no list of packages named \"nonsense\"", done.stderr)


if __name__ == "__main__":
    unittest.main()
