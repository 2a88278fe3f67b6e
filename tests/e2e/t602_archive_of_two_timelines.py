"""`walstow status` and `walstow verify --deep` of an archive with a backup, a promotion and every kind of file."""

from signal import SIGQUIT

from support import ledger, stored_object
from support.testcase import EndToEndTest, main

DAMAGED = 3


class ArchiveOfTwoTimelines(EndToEndTest):
    def test_status_and_verify(self):
        primary = self.new_primary()
        heir = self.standby(primary, "heir")  # from a backup
        heir.configure(primary_conninfo=primary.conninfo)
        heir.start()
        before = self.add_and_archive(primary, "timeline 1")
        ledger.add(primary, 10, "unfinished segment")
        heir.wait_replayed(primary.query("SELECT pg_current_wal_lsn()"))
        primary.stop(SIGQUIT)
        heir.promote()
        after = self.add_and_archive(heir, "timeline 2")

        history = (heir.wal / "00000002.history").read_text(encoding="utf-8").split()
        backup = self.check_status(before, after, history[1])
        self.assertEqual(self.archive.json_lines("list", "main", "--holes"), [])
        self.check_verify(backup, after)

    def check_status(self, before, after, switch):
        """The name of the backup's file."""
        (era,) = self.archive.json("status", "main")["eras"]
        one, two = era["timelines"]
        self.assertEqual((era["histories"], era["missing"], era["conflicts"]), (1, 0, 0))
        self.assertEqual((one["timeline"], one["parent"], one["partials"]), (1, None, 1))
        self.assertEqual((two["timeline"], two["parent"], two["partials"]), (2, 1, 0))
        self.assertEqual(two["left_parent_at"], switch)
        self.assertEqual([line["last"] for line in one["ranges"]], [before.name])
        self.assertEqual([line["last"] for line in two["ranges"]], [after.name])
        (backup,) = one["backup_files"]
        self.assertLessEqual(backup["first"], backup["last"])
        self.assertIn(backup["last"], self.archive.segments())
        self.assertIn("1 partial segment", self.archive.walstow("status", "main").stdout)
        return backup["name"]

    def check_verify(self, backup, end):
        objects = self.archive.objects()
        self.assertIn(backup, objects)
        (summary,) = self.archive.json_lines("verify", "main", "--deep")
        self.assertEqual(summary["objects"], len(objects))
        # Other content in an object whose checksums were forged along: only --deep can tell.
        content = bytearray(self.archive.contents(end.name))
        content[100] ^= 1
        repair = self.archive.damage(
            end.name, lambda path: stored_object.forge(path, bytes(content))
        )
        done = self.archive.walstow("verify", "main", "--deep", check=False)
        self.assertEqual(done.returncode, DAMAGED, done.stdout + done.stderr)
        self.assertIn(end.name, done.stdout)
        repair()
        self.archive.walstow("verify", "main", "--deep")


if __name__ == "__main__":
    main()
