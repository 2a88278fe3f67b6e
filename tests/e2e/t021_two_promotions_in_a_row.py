"""Two promotions, one after the other, inside one segment: timeline 3 is followed through both."""

from signal import SIGQUIT

from support import ledger, wait
from support.testcase import EndToEndTest, main


class TwoPromotionsInARow(EndToEndTest):
    def test_third_standby_follows_to_timeline_3(self):
        primary = self.new_primary()
        third = self.standby(primary, "third")
        first, second = (self.standby(primary, name) for name in ("first", "second"))
        first.configure(primary_conninfo=primary.conninfo)
        second.configure(primary_conninfo=first.conninfo)
        first.start()
        second.start()

        def hand_over(old, heir, batch):
            ledger.add(old, 10, batch)
            segment = old.segment()
            heir.wait_replayed(old.query("SELECT pg_current_wal_lsn()"))
            return segment

        one = hand_over(primary, first, "timeline 1")
        second.wait_replayed(first.query("SELECT pg_last_wal_replay_lsn()"))
        primary.stop(SIGQUIT)
        first.promote()
        two = hand_over(first, second, "timeline 2")
        # What a server has not archived when it dies is not in the archive.
        wait.until(lambda: self.archive.partials(one), "the end of timeline 1 is archived")
        first.stop(SIGQUIT)
        second.promote()
        self.assertEqual(one[8:], two[8:], "both promotions should be in one segment")

        end = self.add_and_archive(second, "timeline 3")
        self.assertEqual(second.timeline(), 3)
        for segment in (one, two):
            self.assertEqual(len(self.archive.partials(segment)), 1, segment)

        third.start()
        third.wait_replayed(end.lsn)
        self.assert_same_rows(second, third)
        self.assertEqual(ledger.batches(third), ["timeline 1", "timeline 2", "timeline 3"])


if __name__ == "__main__":
    main()
