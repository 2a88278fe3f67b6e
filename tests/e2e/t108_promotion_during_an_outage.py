"""A standby that is promoted during an outage takes no timeline that it knows to be in use."""

from support import processes
from support.testcase import EndToEndTest, main


class PromotionDuringAnOutage(EndToEndTest):
    def test_timeline_4_follows_the_known_2_and_3(self):
        primary = self.new_primary()
        forks = [self.recovery(primary, name) for name in ("fork2", "fork3")]
        standby = self.standby(primary)

        # Timelines 2 and 3 leave timeline 1 where the standby has passed, so it stays on 1.
        # It sees both at once. PostgreSQL itself keeps the .history of the newest of them only, and
        # would take timeline 2 when nobody answers for that.
        primary.query("SELECT pg_create_restore_point('fork')")
        end = self.add_and_archive(primary, "after the fork")
        standby.start()
        standby.wait_replayed(end.lsn)
        with standby.paused_replay():
            self.promote(forks)
        standby.wait_log("new timeline 3 forked off current database system timeline 1 before")

        processes.shell(self.archive.take_away)
        standby.promote()
        self.assertEqual(standby.timeline(), 4)

        processes.shell(self.archive.bring_back)
        self.add_and_archive(standby, "timeline 4")
        self.assertIn("00000004.history", self.archive.objects())

    def promote(self, forks):
        for fork in forks:
            fork.configure(recovery_target_name="fork", recovery_target_timeline="current")
            fork.start()
            fork.wait_promoted()
            fork.wait_archived()


if __name__ == "__main__":
    main()
