"""Recovery stops while the archive is away, instead of opening with a part of the data."""

from support.outage import RecoveryOutageTest
from support.testcase import main


class RecoveryDuringAnOutage(RecoveryOutageTest):
    def test_folder_is_gone(self):
        self.interrupt(self.archive.take_away)
        self.check(200, self.bring_archive_back)

    def test_folder_is_an_empty_mount_point(self):
        self.interrupt(self.archive.unmount)
        self.check(200, self.bring_archive_back)


if __name__ == "__main__":
    main()
