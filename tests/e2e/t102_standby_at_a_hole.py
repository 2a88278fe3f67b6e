"""A standby stays up at a segment that the archive has lost, and goes on once it is back."""

from support.outage import StandbyOutageTest
from support.testcase import main


class StandbyAtAHole(StandbyOutageTest):
    def test_waits_for_the_segment(self):
        self.check("warning: ", self.archive.lose(self.fourth))
        self.assert_logged(self.server, self.fourth)


if __name__ == "__main__":
    main()
