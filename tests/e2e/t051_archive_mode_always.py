"""A standby with archive_mode = always archives the same segments beside its primary."""

from support import ledger
from support.testcase import EndToEndTest, main

SEGMENTS = 12


class ArchiveModeAlways(EndToEndTest):
    def test_both_succeed(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        standby.configure(primary_conninfo=primary.conninfo, archive_mode="always")
        standby.start()

        # The standby archives a segment as soon as it has it: the two puts of one file often meet.
        for _ in range(SEGMENTS):
            ledger.add(primary, ledger.ROWS_PER_MB)
            end = primary.switch_wal()
        primary.wait_archived()
        standby.wait_replayed(end.lsn)
        standby.wait_archived()

        for server in (primary, standby):
            self.assertEqual(server.failed_count(), 0, server.name)
            archived = int(server.query("SELECT archived_count FROM pg_stat_archiver"))
            self.assertGreaterEqual(archived, SEGMENTS, server.name)
        self.assertGreaterEqual(len(self.archive.segments()), SEGMENTS)
        self.assert_same_rows(primary, standby)


if __name__ == "__main__":
    main()
