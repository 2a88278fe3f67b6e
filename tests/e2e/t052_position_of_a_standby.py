"""The store knows how far each standby is: what it was handed, and the restartpoint it reported."""

from support import wait
from support.testcase import EndToEndTest, main


class PositionOfAStandby(EndToEndTest):
    def positions(self):
        return {
            position["standby"]: position
            for position in self.archive.json("status", "main")["positions"]
        }

    def wait_handed(self, standby, segment):
        wait.until(
            lambda: self.positions()[standby]["last_handed"] == segment,
            f"the store knows that {standby} was handed {segment}",
        )

    def test_restartpoint_is_reported(self):
        primary = self.new_primary()
        silent = self.standby(primary, "silent", standby="silent")
        telling = self.standby(primary, "telling", standby="telling")
        toml = self.settings_of(telling)
        telling.configure(archive_cleanup_command=self.archive.cleanup_command(toml))
        for standby in (silent, telling):
            standby.start()
        for batch in ("one", "two", "three"):
            end = self.add_and_archive(primary, batch)
        primary.query("CHECKPOINT")
        end = self.add_and_archive(primary, "after the checkpoint")
        for standby in (silent, telling):
            standby.wait_replayed(end.lsn)
            standby.query("CHECKPOINT")  # a restartpoint, and with it archive_cleanup_command

        wait.until(
            lambda: self.positions()["telling"]["restartpoint"],
            "the restartpoint is known to the store",
        )
        # They have found the end, so what they got last shows at once.
        self.wait_handed("silent", end.name)
        self.wait_handed("telling", end.name)
        positions = self.positions()
        for position in positions.values():
            self.assertIn(position["lowest_handed"], self.archive.segments())
            self.assertFalse(position["retired"])
        self.assertEqual(positions["silent"]["restartpoint"], "")
        self.assertGreater(
            positions["telling"]["restartpoint"], positions["silent"]["lowest_handed"]
        )

        # A promoted standby archives WAL of its own: nothing has to be kept for it any more.
        primary.stop()
        telling.promote()
        end = self.add_and_archive(telling, "on timeline 2")
        wait.until(lambda: self.positions()["telling"]["retired"], "its position is retired")
        self.assertFalse(self.positions()["silent"]["retired"])
        self.wait_handed("silent", end.name)


if __name__ == "__main__":
    main()
