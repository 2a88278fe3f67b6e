"""Recovery stops at a segment that the archive has lost, although later ones are there."""

from support.outage import RecoveryOutageTest
from support.testcase import main


class RecoveryAtAHole(RecoveryOutageTest):
    def test_stops(self):
        self.check(201, self.archive.lose(self.fourth))


if __name__ == "__main__":
    main()
