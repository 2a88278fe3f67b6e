"""A client that may only put writes .backup files of its own: what others' backups need is not pruned for them."""

import os
import time

from support import ledger
from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600
KEEP = ("--keep-backups", "2", "--keep-days", "0")


class ForgedBackups(EndToEndTest):
    link = "tls"  # over the local one all are the owner

    def age(self):
        """What was put becomes three days old: nothing younger than a day is pruned."""
        then = time.time() - THREE_DAYS
        for path in self.archive.objects().values():
            os.utime(path, (then, then))

    def forge(self, primary, toml, segment, name=None):
        """Puts a backup history file that says what one of `segment` would, or under another name."""
        where = f"{int(segment[8:16], 16):X}/{int(segment[16:], 16) << 20 | 0x28:X}"
        name = name or f"{segment}.00000028.backup"
        (primary.wal / name).write_text(
            f"START WAL LOCATION: {where} (file {segment})\n"
            f"STOP WAL LOCATION: {where[:-2]}90 (file {segment})\n"
            "CHECKPOINT LOCATION: 0/16001060\nBACKUP METHOD: streamed\nBACKUP FROM: primary\n"
            "START TIME: 2020-01-01 00:00:00 UTC\nLABEL: nightly\nSTART TIMELINE: 1\n"
            "STOP TIME: 2020-01-01 00:00:10 UTC\nSTOP TIMELINE: 1\n",
            encoding="utf-8",
        )
        return self.archive.archive_file(toml, f"pg_wal/{name}", cwd=primary.data)

    def test_prune(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one")
        primary.base_backup(primary.folder / "first")
        self.add_and_archive(primary, "two")
        primary.base_backup(primary.folder / "second")
        self.add_and_archive(primary, "three", "four", "five", "six")
        self.age()
        before = self.archive.json("prune", "main", "-n", *KEEP)
        self.assertEqual(len(before["kept_backups"]), 2)

        (self.folder / "arch").mkdir()
        toml = self.archive.settings_file(self.folder / "arch" / "walstow.toml")
        segments = self.archive.segments()
        done = self.forge(primary, toml, segments[-1], f"{segments[-2]}.00000028.backup")
        self.assertNotEqual(done.returncode, 0, "a content under another name was taken")
        for segment in segments[-3:]:
            done = self.forge(primary, toml, segment)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.age()

        plan = self.archive.json("prune", "main", "-n", *KEEP)
        self.assertEqual(plan["floor"], before["floor"])
        self.assertEqual(plan["kept_backups"][:2], before["kept_backups"])
        self.assertEqual(plan["kept_put_by"], ["of-primary-main"] * 2 + ["of-arch-main"] * 2)
        shown = " ".join(self.archive.walstow("prune", "main", "-n", *KEEP).stdout.split())
        self.assertIn("put by of-arch-main", shown)
        self.assertIn("put by of-primary-main", shown)

        self.archive.walstow("prune", "main", "--yes", *KEEP)
        restored = self.new_server("restored")
        restored.copy_of(primary.folder / "first")
        self.restores(restored, prefetch_files=0)
        restored.configure(recovery_target_action="promote")
        restored.signal_file("recovery.signal")
        restored.start()
        restored.wait_promoted()
        self.assertIn("six", ledger.batches(restored))

    def test_old_stop_times(self):
        """One that was put just now is not what reaches back, whatever it says of its age."""
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        (self.folder / "arch").mkdir()
        toml = self.archive.settings_file(self.folder / "arch" / "walstow.toml")
        done = self.forge(primary, toml, self.archive.segments()[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = self.archive.json("backup", "list", "main")["backups"]
        self.assertEqual([one["put_by"] for one in listed], ["of-arch-main"])
        self.assertTrue(listed[0]["stopped"].startswith("2020"))
        self.assertIn("put by of-arch-main", self.archive.walstow("backup", "list", "main").stdout)
        for _ in range(2):
            primary.base_backup(primary.folder / f"backup{_}")
            self.add_and_archive(primary, f"after {_}")
        kept = self.archive.json(
            "prune", "main", "-n", "--keep-backups", "1", "--keep-days", "2"
        )["kept_backups"]
        self.assertEqual(len(kept), 3, "younger than two days are all three")


if __name__ == "__main__":
    main()
