"""The archive's folder is not mounted: archiving fails and is counted, and goes on afterwards."""

from support import processes, wait
from support.testcase import EndToEndTest, main


class ArchivingWithoutTheArchive(EndToEndTest):
    def check(self, outage):
        primary = self.new_primary()
        self.add_and_archive(primary, "before")
        processes.shell(outage)
        name = primary.switch_wal().name
        wait.until(lambda: primary.failed_count() > 0, "archive_command fails")
        self.assertIn(name, primary.ready_files())
        self.assert_logged(primary, f'"{self.archive.folder}')

        processes.shell(self.archive.bring_back)
        self.add_and_archive(primary, "after")
        self.assertIn(name, self.archive.segments())

    def test_folder_is_gone(self):
        self.check(self.archive.take_away)

    def test_folder_is_an_empty_mount_point(self):
        self.check(self.archive.unmount)


if __name__ == "__main__":
    main()
