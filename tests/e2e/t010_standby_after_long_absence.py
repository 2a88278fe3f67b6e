"""A standby was away while the primary recycled 40 segments: the archive alone has it catch up."""

from support.absence import AbsenceTest
from support.testcase import main


class StandbyAfterLongAbsence(AbsenceTest):
    segments = 40

    def test_standby_catches_up(self):
        self.absence()


if __name__ == "__main__":
    main()
