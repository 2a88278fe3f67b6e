"""A promotion archives .history and .partial, and a second standby follows to timeline 2."""

from signal import SIGQUIT

from support import ledger, stored_object
from support.testcase import EndToEndTest, main


class Promotion(EndToEndTest):
    def test_second_standby_follows(self):
        primary = self.new_primary()
        heir = self.standby(primary, "heir")
        heir.configure(primary_conninfo=primary.conninfo)  # for the unfinished segment
        heir.start()
        second = self.standby(primary, "second").start()

        self.add_and_archive(primary, "timeline 1")
        ledger.add(primary, 10, "unfinished segment")
        heir.wait_replayed(primary.query("SELECT pg_current_wal_lsn()"))
        last_segment = primary.segment()
        primary.stop(SIGQUIT)

        heir.promote()
        end = self.add_and_archive(heir, "timeline 2")
        self.assertEqual(heir.timeline(), 2)
        second.wait_replayed(end.lsn)
        self.assert_same_rows(heir, second)
        self.assertEqual(ledger.batches(second)[-2:], ["unfinished segment", "timeline 2"])

        history = (heir.wal / "00000002.history").read_bytes()
        self.assertEqual(self.archive.contents("00000002.history"), history)
        self.check_partial(last_segment, history, heir.segment_bytes)

    def check_partial(self, segment, history, segment_bytes):
        (partial,) = self.archive.partials(segment)
        self.assertNotIn(segment, self.archive.objects())
        # Up to the switch, timeline 2 begins with the same bytes.
        switch = int(history.split()[1].decode().split("/")[1], 16) % segment_bytes
        successor = self.archive.contents("00000002" + segment[8:])
        self.assertTrue(stored_object.contents(partial)[:switch] == successor[:switch])


if __name__ == "__main__":
    main()
