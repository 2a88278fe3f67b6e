"""The long absence with segments of 16 MB, PostgreSQL's default."""

from support.absence import AbsenceTest
from support.testcase import main


class StandbyAfterLongAbsence(AbsenceTest):
    segment_mb = 16
    segments = 8

    def test_standby_catches_up(self):
        self.absence()


if __name__ == "__main__":
    main()
