"""The long absence with segments of 64 MB."""

from support.absence import AbsenceTest
from support.testcase import main


class StandbyAfterLongAbsence(AbsenceTest):
    segment_mb = 64
    segments = 4

    def test_standby_catches_up(self):
        self.absence()


if __name__ == "__main__":
    main()
