"""A standby with archive_mode = always sends the unfinished last segment of a timeline that ended.

Seen on PostgreSQL 10 to 18: when its upstream is promoted in the middle of a segment, the standby's
walreceiver closes that segment and hands it to archive_command under its full name. Behind the last
record it has zeros, or, in a file that was recycled, the pages of an older segment.
"""

import signal
import struct

from support import ledger, wait
from support.testcase import EndToEndTest, main

PAGE = 8192
HEADER = struct.Struct("<HHIQ")  # xlp_magic, xlp_info, xlp_tli, xlp_pageaddr
CHECKPOINTS = 8
EVERYTHING = "1GB"


def pages_in_place(content):
    """How many pages from the first one on say that they belong where they are; what comes then."""
    start = HEADER.unpack_from(content)[3]
    for at in range(0, len(content), PAGE):
        if HEADER.unpack_from(content, at)[3] != start + at:
            return at // PAGE, "zeros" if not any(content[at:]) else "old pages"
    return len(content) // PAGE, "nothing"


class UnfinishedLastSegment(EndToEndTest):
    def test_recycled_file_is_kept_and_never_handed_out(self):
        primary, follower, segment = self.end_of_timeline_1()
        self.wait_for_pieces(segment, 1)
        piece = self.pieces(segment)[0]
        in_place, behind = pages_in_place(self.archive.contents(piece))
        self.assertLess(in_place, self.pages)
        self.assertEqual(behind, "old pages")
        self.assertNotIn(segment, self.archive.objects())
        self.assertIn("1 incomplete segment", self.archive.walstow("status", "main").stdout)
        self.assert_whole_one_is_taken(primary, follower, segment, piece)

    def test_fresh_file_gives_its_name_to_what_goes_on(self):
        primary, follower, segment = self.end_of_timeline_1(wal_keep_size=EVERYTHING)
        wait.until(lambda: segment in self.archive.objects(), f"{segment} is in the archive")
        in_place, behind = pages_in_place(self.archive.contents(segment))
        self.assertLess(in_place, self.pages)
        self.assertEqual(behind, "zeros")
        self.assert_whole_one_is_taken(primary, follower, segment, None)

    def pieces(self, segment):
        return [name for name in self.archive.objects() if name.startswith(f"{segment}.incomplete.")]

    def wait_for_pieces(self, segment, count):
        wait.until(lambda: len(self.pieces(segment)) == count, f"a piece of {segment} is kept")

    def end_of_timeline_1(self, **settings):
        """Timeline 1 ends in the middle of a segment, while a standby that archives follows it."""
        primary = self.new_primary()
        self.pages = primary.segment_bytes // PAGE  # of a segment
        heir = self.standby(primary, "heir")
        follower = self.standby(primary, "follower")
        for standby in (heir, follower):
            standby.configure(primary_conninfo=primary.conninfo)
        # Without an archive to read it stays with its walreceiver, which is what this is about.
        follower.configure(archive_mode="always", restore_command="", **settings)
        heir.start()
        follower.start()
        # Restartpoints make the follower recycle, so that its files have old pages.
        for _ in range(CHECKPOINTS):
            ledger.add(primary, ledger.rows_of_a_segment(primary))
            primary.query("CHECKPOINT")
            follower.wait_replayed(primary.query("SELECT pg_current_wal_lsn()"))
            follower.query("CHECKPOINT")
        primary.switch_wal()
        ledger.add(primary, 100)
        segment = primary.segment()
        end = primary.query("SELECT pg_current_wal_lsn()")
        for standby in (heir, follower):
            standby.wait_replayed(end)
        primary.stop(signal.SIGQUIT)

        heir.promote()
        # And it keeps that segment for the end of the test: a first look at rows writes WAL where pages have
        # checksums, as they have from 18 on, and more WAL brings a restartpoint.
        follower.reconfigure(primary_conninfo=heir.conninfo, wal_keep_size=EVERYTHING)
        ledger.add(heir, 10)
        end = heir.archive_all()
        follower.wait_replayed(end.lsn)
        follower.wait_archived()
        self.assertEqual(follower.failed_count(), 0)
        self.assert_same_rows(heir, follower)
        return primary, follower, segment

    def assert_whole_one_is_taken(self, primary, follower, segment, piece):
        """The primary of timeline 1 comes back, unaware, and finishes that segment."""
        pieces = self.pieces(segment)
        primary.start()
        ledger.add(primary, 2 * ledger.rows_of_a_segment(primary))
        primary.archive_all()
        self.assertEqual(primary.failed_count(), 0)
        content = self.archive.contents(segment)
        self.assertEqual(pages_in_place(content), (self.pages, "nothing"))
        if piece is None:
            self.wait_for_pieces(segment, len(pieces) + 1)
        # What the standby has is still a piece of it, and the store says so again.
        toml = self.settings_of(follower)
        again = self.archive.archive_file(toml, f"pg_wal/{segment}", cwd=follower.data)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.archive.contents(segment), content)
        got = self.folder / "got"
        self.archive.walstow("get", "main", segment, got)
        self.assertEqual(got.read_bytes(), content)


if __name__ == "__main__":
    main()
