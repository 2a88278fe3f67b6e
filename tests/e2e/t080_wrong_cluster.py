"""A cluster name that the archive does not know: archiving fails, and nothing reads as absent."""

from support import wait
from support.testcase import EndToEndTest, main


class WrongCluster(EndToEndTest):
    def test_archiving_waits_for_the_right_name(self):
        primary = self.new_primary()
        self.archives(primary, cluster="mian")
        end = primary.switch_wal()
        wait.until(lambda: primary.failed_count() > 0, "archive_command fails")
        self.assert_logged(primary, "mian")
        self.assert_logged(primary, "hint: ")
        self.assertNotIn(end.name, self.archive.objects())

        self.archives(primary)
        self.add_and_archive(primary, "after")
        self.assertIn(end.name, self.archive.objects())

    def test_recovery_does_not_open(self):
        primary = self.new_primary()
        restored = self.recovery(primary, cluster="mian")
        self.add_and_archive(primary, "one", "two")
        restored.launch()
        self.assert_stops_unopened(restored, 200)
        self.assert_logged(restored, "mian")

        self.restores(restored)
        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(primary, restored)


if __name__ == "__main__":
    main()
