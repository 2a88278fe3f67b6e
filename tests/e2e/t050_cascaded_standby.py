"""A standby that has the archive alone feeds another one, which streams from it."""

from support import wait
from support.testcase import EndToEndTest, main


class CascadedStandby(EndToEndTest):
    def test_rows_reach_the_second_standby(self):
        primary = self.new_primary()
        middle = self.standby(primary, "middle").start()
        last = self.standby(primary, "last")
        last.configure(primary_conninfo=middle.conninfo)
        self.add_and_archive(primary, "from the archive")
        last.start()
        wait.until(
            lambda: last.query("SELECT status FROM pg_stat_wal_receiver") == "streaming",
            "the second standby streams",
        )

        end = self.add_and_archive(primary, "through both")
        for standby in (middle, last):
            standby.wait_replayed(end.lsn)
            self.assert_same_rows(primary, standby)


if __name__ == "__main__":
    main()
