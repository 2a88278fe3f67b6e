"""Pruning leaves all that the standby that is away needs, and each backup that is kept."""

import os
import time

from support import ledger, wait
from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600


class PruneWithAStandbyAway(EndToEndTest):
    def age(self):
        """What was put becomes three days old: nothing younger than a day is pruned."""
        then = time.time() - THREE_DAYS
        for path in self.archive.objects().values():
            os.utime(path, (then, then))

    def prune(self, *options):
        return self.archive.json("prune", "main", "--yes", *options)

    def plan(self, *options):
        return self.archive.json("prune", "main", "--dry-run", *options)

    def position(self, name):
        for standby in self.archive.json("standby", "list", "main")["positions"]:
            if standby["standby"] == name:
                return standby["restartpoint"]
        return ""

    def from_backup(self, primary, backup, name, signal_file):
        server = self.new_server(name)
        server.copy_of(primary.folder / backup)
        self.restores(server, prefetch_files=0)
        server.configure(recovery_target_action="promote")
        server.signal_file(signal_file)
        return server

    def report_restartpoint(self, primary, standbys):
        """A restartpoint of each standby at about the end of the log."""
        primary.query("CHECKPOINT")
        end = self.add_and_archive(primary, "after a checkpoint")
        for standby in standbys:
            before = self.position(standby.name)
            standby.wait_replayed(end.lsn)
            standby.query("CHECKPOINT")
            wait.until(
                lambda: self.position(standby.name) > before,
                f"the store knows the restartpoint of {standby.name}",
            )

    def test_prune(self):
        primary = self.new_primary()
        standbys = []
        for name in ("near", "away"):
            standby = self.standby(primary, name, standby=name)
            toml = self.settings_of(standby)
            standby.configure(archive_cleanup_command=self.archive.cleanup_command(toml))
            standby.start()
            standbys.append(standby)
        near, away = standbys
        self.add_and_archive(primary, "one", "two")
        self.report_restartpoint(primary, standbys)
        away.stop()

        self.add_and_archive(primary, "three")
        primary.base_backup(primary.folder / "second")
        self.add_and_archive(primary, "four", "five")
        primary.base_backup(primary.folder / "third")
        end = self.add_and_archive(primary, "six")
        self.report_restartpoint(primary, [near])
        keep = ("--keep-backups", "2", "--keep-days", "0")

        # Young files stay.
        self.assertEqual(self.plan(*keep)["files"], 0)
        self.age()
        plan = self.plan(*keep)
        self.assertIn('standby "away"', plan["reason"])
        told = self.archive.walstow("prune", "main", "-n", *keep).stdout
        self.assertRegex(told, "floor +0/.*\n +why +standby \"away\"")
        self.assertGreater(plan["files"], 0)
        self.assertEqual(len(plan["kept_backups"]), 2)
        before = self.archive.segments()
        done = self.prune(*keep)
        self.assertEqual((done["state"], done["files"]), ("done", plan["files"]))
        self.assertEqual(done["floor"], plan["floor"])
        gone = sorted(set(before) - set(self.archive.segments()))
        self.assertTrue(gone)
        self.assertEqual(self.archive.segments()[0], self.position("away"))
        self.assertEqual(gone, before[: len(gone)])

        # The one that was away comes back, and finds all that it needs.
        away.start()
        away.wait_replayed(end.lsn)
        self.report_restartpoint(primary, [away])
        self.assert_same_rows(primary, away)

        # Now the older of the two kept backups is what holds the floor.
        self.age()
        plan = self.plan(*keep)
        self.assertIn("backup ", plan["reason"])
        self.assertEqual(self.prune(*keep)["state"], "done")
        self.assertGreater(self.archive.segments()[0], gone[-1])

        # Each kept backup can be recovered to the end.
        for backup in ("second", "third"):
            restored = self.from_backup(primary, backup, f"from-{backup}", "recovery.signal")
            restored.start()
            restored.wait_promoted()
            self.assertIn("six", ledger.batches(restored))
            restored.stop()

        # What was pruned is told as such: to a person, and to PostgreSQL in each mode.
        lost = gone[-1]
        told = self.archive.walstow("get", "main", lost, self.folder / "out", check=False)
        self.assertNotEqual(told.returncode, 0)
        self.assertRegex(told.stderr, "pruned on .* by .*, below floor 0/")
        recovery = self.from_backup(primary, "backup", "too-old", "recovery.signal")
        recovery.launch()
        self.assert_stops_unopened(recovery, 202)
        standby = self.from_backup(primary, "backup", "old-standby", "standby.signal")
        standby.launch()
        wait.until(
            lambda: standby.log_text().count("pruned on") >= 3, "the standby has asked three times"
        )
        self.assertTrue(standby.running())
        standby.kill()
        (standby.data / "standby.signal").unlink()
        as_tool = self.archive.restore_file(
            self.settings_of(standby), lost, standby.data / "pg_wal" / "RECOVERYXLOG", standby.data
        )
        self.assertEqual(as_tool.returncode, 2)

        # Whoever would hold what has gone is refused, and changes nothing.
        self.add_and_archive(primary, "seven")
        self.age()
        floor = self.plan(*keep)["floor"]
        hold = self.archive.walstow("hold", "add", "main", lost, "--reason", "too late", check=False)
        self.assertNotEqual(hold.returncode, 0)
        self.assertIn("below floor", hold.stderr)
        self.assertEqual(self.plan(*keep)["floor"], floor)


if __name__ == "__main__":
    main()
