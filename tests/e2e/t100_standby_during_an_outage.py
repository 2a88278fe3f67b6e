"""A standby stays up while the archive is away, and catches up afterwards."""

from support.outage import StandbyOutageTest
from support.testcase import main


class StandbyDuringAnOutage(StandbyOutageTest):
    def test_folder_is_gone(self):
        self.interrupt(self.archive.take_away)
        self.check(f'"{self.archive.folder}', self.bring_archive_back)

    def test_folder_is_an_empty_mount_point(self):
        self.interrupt(self.archive.unmount)
        self.check(f'"{self.archive.folder}', self.bring_archive_back)


if __name__ == "__main__":
    main()
