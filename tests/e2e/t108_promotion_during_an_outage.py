"""A standby that is promoted during an outage takes no timeline that it knows to be in use, and is quick about it."""

from signal import SIGQUIT

from support import ledger, processes
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

    def test_a_chain_of_promotions_takes_writes_at_once(self):
        """Each heir asks for histories after it has removed its signal file, when it could pass for a tool."""
        primary = self.new_primary()
        recovered = self.recovery(primary)
        first, second = (
            self.standby(primary, name, tool_wait="1h", recovery_wait="1h")
            for name in ("first", "second")
        )
        first.configure(primary_conninfo=primary.conninfo, wal_keep_size="1GB")
        second.configure(primary_conninfo=first.conninfo)
        self.add_and_archive(primary, "timeline 1")
        first.start()
        second.start()
        second.wait_replayed(primary.query("SELECT pg_current_wal_lsn()"))

        processes.shell(self.archive.take_away)
        primary.stop(SIGQUIT)
        first.promote()  # within the deadline of any wait, an hour is not
        ledger.add(first, 10, "timeline 2")
        second.wait_replayed(first.query("SELECT pg_current_wal_lsn()"))
        first.stop(SIGQUIT)
        second.promote()
        self.assertEqual(second.timeline(), 3)

        processes.shell(self.archive.bring_back)
        self.add_and_archive(second, "timeline 3")
        first.start()  # what it has not archived yet is on the way to timeline 3
        first.archive_all()
        recovered.start()
        recovered.wait_promoted()
        self.assertEqual(
            ledger.batches(recovered), ["timeline 1", "timeline 2", "timeline 3"]
        )

    def promote(self, forks):
        for fork in forks:
            fork.configure(recovery_target_name="fork", recovery_target_timeline="current")
            fork.start()
            fork.wait_promoted()
            fork.wait_archived()


if __name__ == "__main__":
    main()
