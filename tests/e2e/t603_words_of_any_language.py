"""Reasons, labels and names of people who do not write English: taken, matched, and shown as they are."""

import json
import subprocess

from support import releases, wait
from support.testcase import EndToEndTest, main

REASON = "Prüfung im November"
LABEL = "Nächtliche Sicherung 夜間"
NAME = "Köln-Standby"


def run(*command):
    """In bytes: the locale of the test is C, and Python would escape on its own account."""
    words = [word.encode() if isinstance(word, str) else bytes(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="backslashreplace")


class WordsOfAnyLanguage(EndToEndTest):
    def walstow(self, *arguments):
        code, out, err = run(self.archive.binaries / "walstow", "--store", self.archive.folder, *arguments)
        self.assertEqual(code, 0, err)
        return out

    def refused(self, *arguments):
        code, _, err = run(self.archive.binaries / "walstow", "--store", self.archive.folder, *arguments)
        self.assertIn(code, (1, 2))
        return err

    def answer(self, *arguments):
        return json.loads(self.walstow("--output=json", *arguments))

    def test_reason_of_a_hold(self):
        primary = self.new_primary()
        name = self.add_and_archive(primary, "one").name
        self.walstow("hold", "add", "main", name, "--reason", REASON)
        (hold,) = self.answer("hold", "list", "main")["holds"]
        self.assertEqual(hold["reason"], REASON)
        self.assertIn(REASON, self.walstow("hold", "list", "main"))
        self.assertIn(REASON, self.walstow("status", "main"))
        # What would move the cursor, turn a line around or break one.
        for reason in ("a\nb", "a\x1b[31mb", "a\u202eb", "a\u0085b"):
            with self.subTest(reason):
                err = self.refused("hold", "add", "main", name, "--reason", reason)
                self.assertIn("Walstow-Reason", err)
                self.assertNotIn(reason, err)

    def test_bytes_that_are_not_utf8(self):
        primary = self.new_primary()
        name = self.add_and_archive(primary, "one").name
        self.assertIn(
            "Walstow-Reason", self.refused("hold", "add", "main", name, "--reason", b"Pr\xfcfung")
        )

    def test_label_of_a_backup(self):
        primary = self.new_primary()
        if not releases.has_base_backup():
            self.skipTest("no pg_basebackup of this release")
        code, _, err = run(
            releases.program("pg_basebackup"), "--pgdata", self.folder / "backup", "--host",
            primary.socket, "--username=postgres", "--wal-method=none", "--checkpoint=fast",
            "--no-sync", "--label", LABEL,
        )  # fmt: skip
        self.assertEqual(code, 0, err)
        self.add_and_archive(primary, "one")
        (backup,) = self.answer("backup", "list", "main")["backups"]
        self.assertEqual(backup["label"], LABEL)
        self.assertIn(f'"{LABEL}"', self.walstow("backup", "list", "main"))
        self.assertIn(LABEL, self.walstow("status", "main"))
        for pattern, kept in (("Nächtliche*", 1), ("N?chtliche*夜?", 1), ("Wöchentliche*", 0)):
            with self.subTest(pattern):
                plan = self.answer(
                    "prune", "main", "-n", "--keep-backups=1", "--keep-days=0", "--backup-label", pattern
                )
                self.assertEqual(len(plan["kept_backups"]), kept)
        self.walstow(
            "policy", "set", "main", "--keep-backups=1", "--keep-days=0", "--backup-label", "Nächtliche*"
        )
        self.assertEqual(self.answer("policy", "show", "main")["policy"]["backup_label"], "Nächtliche*")
        self.assertIn('labelled "Nächtliche*"', self.walstow("policy", "show", "main"))

    def test_name_of_a_standby(self):
        primary = self.new_primary()
        standby = self.standby(primary, standby=NAME)
        end = self.add_and_archive(primary, "one")
        standby.start()
        standby.wait_replayed(end.lsn)

        def names():
            return [each["standby"] for each in self.answer("standby", "list", "main")["positions"]]

        wait.until(lambda: names() == [NAME], "the standby is known by its name")
        self.assertIn(NAME, self.walstow("status", "main"))


if __name__ == "__main__":
    main()
