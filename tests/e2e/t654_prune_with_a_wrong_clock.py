"""The store's host starts with a clock that is far ahead: what is young or needed is not pruned, and status says why."""

import json
import os
import time

from support import processes, wait, wrong_clock
from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600
POLICY = ("--keep-backups", "1", "--keep-days", "7", "--standby-limit", "30d")


class PruneWithAWrongClock(EndToEndTest):
    link = "tls"  # there is no daemon over the others

    def setUp(self):
        if wrong_clock.library() is None:
            self.skipTest("libfaketime is not installed")
        super().setUp()
        self.daemon = self.archive.daemon

    def restart(self, *wrapper):
        """The daemon starts by another clock; what it logs from then on is this()."""
        self.assertEqual(self.daemon.stop(), 0)
        since = self.daemon.log_size()
        self.daemon.wrapper = wrapper
        self.daemon.start("--prune-interval=1s")
        return lambda: self.daemon.log_text(since)

    def at_wrong_clock(self, *arguments):
        """`walstow` on the host of the store."""
        command = (self.archive.binaries / "walstow", "--store", self.archive.folder, *arguments)
        return processes.run(*wrong_clock.ahead(400), *command).stdout

    def test_prune(self):
        primary = self.new_primary()
        away = self.standby(primary, "away", standby="away")
        away.configure(archive_cleanup_command=self.archive.cleanup_command(self.settings_of(away)))
        away.start()
        end = self.add_and_archive(primary, "one", "two")
        away.wait_replayed(end.lsn)
        away.stop()
        self.add_and_archive(primary, "three")
        primary.base_backup(primary.folder / "newest")
        end = self.add_and_archive(primary, "four")
        self.archive.walstow("policy", "set", "main", *POLICY)
        before = self.archive.segments()

        logged = self.restart(*wrong_clock.ahead(400))
        wait.until(lambda: "the last known time" in logged(), "the daemon has noticed that time jumped")
        wait.until(
            lambda: 'the policy of cluster "main" prunes nothing' in logged(), "and does not prune"
        )
        self.assertEqual(self.archive.segments(), before)

        # Whoever asks is told, also without the daemon; a place that is named holds for standbys.
        retention = json.loads(self.at_wrong_clock("--output=json", "status", "main"))["eras"][-1]["retention"]
        self.assertIn("the last known time", retention["clock"])
        self.assertIn("CLOCK the clock of the store's host", " ".join(self.at_wrong_clock("status", "main").split()))
        told = " ".join(self.at_wrong_clock("prune", "main", "--yes").split())
        self.assertIn("the last known time", told)
        self.assertIn(' prune main --before SEGMENT" prunes at once', told)
        then = time.time() - THREE_DAYS
        for path in self.archive.objects().values():
            os.utime(path, (then, then))
        by_hand = ("--before", before[-1], *POLICY[:2], "--keep-days", "0", *POLICY[4:])
        told = self.at_wrong_clock("prune", "main", *by_hand, "--yes")
        self.assertIn('standby "away"', told)
        self.assertIn("ages are counted up to", " ".join(told.split()))
        needed = self.position("away")
        self.assertEqual(self.archive.segments(), [name for name in before if name >= needed])

        # NTP sets it right.
        logged = self.restart()
        wait.until(lambda: "was set back to" in logged(), "the daemon has noticed that, too")
        wait.until(
            lambda: "finds nothing to prune; floor 0/" in logged(), "it goes by the policy again"
        )
        self.assertEqual(self.archive.json("status", "main")["eras"][-1]["retention"]["clock"], "")
        away.start()
        away.wait_replayed(end.lsn)
        self.assert_same_rows(primary, away)

    def position(self, name):
        for standby in self.archive.json("standby", "list", "main")["positions"]:
            if standby["standby"] == name:
                return standby["restartpoint"] or standby["lowest_handed"]
        return ""


if __name__ == "__main__":
    main()
