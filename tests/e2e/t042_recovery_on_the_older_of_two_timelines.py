"""While timeline 2 is archived, recovery finds timeline 1 with 'current' or '1' and 2 with 'latest'."""

from support import ledger
from support.testcase import EndToEndTest, main


class RecoveryOfTimeline1BesideTimeline2(EndToEndTest):
    def test_each_timeline_has_its_own_rows(self):
        primary = self.new_primary()
        current = self.recovery(primary, "current")
        numbered = self.recovery(primary, "numbered")
        latest = self.recovery(primary, "latest")
        fork = self.recovery(primary, "fork")

        # Both timelines go on from one point: the old primary lives on beside the restored server.
        self.add_and_archive(primary, "common")
        primary.query("SELECT pg_create_restore_point('fork')")
        self.add_and_archive(primary, "timeline 1", "timeline 1 again")
        fork.configure(recovery_target_name="fork")
        fork.start()
        fork.wait_promoted()
        self.add_and_archive(fork, "timeline 2")

        # The one with a number has a point that is beyond the fork, and only on timeline 1.
        primary.query("SELECT pg_create_restore_point('beyond')")
        numbered.configure(recovery_target_name="beyond")
        self.add_and_archive(primary, "too late")
        for server, target in ((latest, "latest"), (numbered, "1"), (current, "current")):
            server.configure(recovery_target_timeline=target)
            server.start()
            server.wait_promoted()
        of_timeline_1 = ["common", "timeline 1", "timeline 1 again"]
        self.assertEqual(ledger.batches(numbered), of_timeline_1)
        self.assertEqual(ledger.batches(current), [*of_timeline_1, "too late"])
        self.assertEqual(ledger.batches(latest), ["common", "timeline 2"])
        self.assert_same_rows(primary, current)
        self.assert_same_rows(fork, latest)


if __name__ == "__main__":
    main()
