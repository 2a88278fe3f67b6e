"""Two standbys promoted from one segment: both .partial files of the one name are kept."""

from support import ledger, stored_object
from support.testcase import EndToEndTest, main


class TwoPromotionsOfOneTimeline(EndToEndTest):
    def test_both_partials_are_kept(self):
        primary = self.new_primary()
        heirs = [self.standby(primary, name) for name in ("first", "second")]
        for heir in heirs:
            heir.configure(primary_conninfo=primary.conninfo, recovery_target_timeline="current")
            heir.start()

        ledger.add(primary, 10, "before")
        segment = primary.segment()
        for heir, batch in zip(heirs, ("both have it", "the second has it")):
            ledger.add(primary, 10, batch)
            heir.wait_replayed(primary.query("SELECT pg_current_wal_lsn()"))
            heir.promote()
            self.add_and_archive(heir, "its own")
        self.assertEqual(primary.segment(), segment)

        self.assertEqual([heir.timeline() for heir in heirs], [2, 3])
        partials = self.archive.partials(segment)
        self.assertEqual(len(partials), 2, partials)
        self.assertEqual(len({stored_object.contents(path) for path in partials}), 2)
        for heir in heirs:
            self.assertEqual(heir.failed_count(), 0)


if __name__ == "__main__":
    main()
