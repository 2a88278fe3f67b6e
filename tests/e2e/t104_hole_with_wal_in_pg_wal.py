"""What the archive has lost is taken from pg_wal if it is there, and really is that segment."""

from support import ledger
from support.outage import BATCHES, RecoveryOutageTest, StandbyOutageTest
from support.testcase import main


class HoleBesidePgWal:
    def test_segment_is_taken_from_pg_wal(self):
        self.into_pg_wal(self.fourth)
        self.archive.lose(self.fourth)
        self.server.start()
        self.server.wait_replayed(self.last.lsn)
        self.assertEqual(ledger.batches(self.server), BATCHES)

    def into_pg_wal(self, segment):
        """What `segment` holds, under the name of the fourth."""
        (self.server.wal / self.fourth).write_bytes(self.archive.contents(segment))


class Standby(HoleBesidePgWal, StandbyOutageTest):
    def test_recycled_segment_of_that_name_does_not_count(self):
        self.into_pg_wal(self.last.name)
        self.check("warning: ", self.archive.lose(self.fourth))


class Recovery(HoleBesidePgWal, RecoveryOutageTest):
    def test_recycled_segment_of_that_name_does_not_count(self):
        self.into_pg_wal(self.last.name)
        self.check(201, self.archive.lose(self.fourth))


if __name__ == "__main__":
    main()
