"""The archive goes away in the middle of a catch-up: what was fetched ahead is handed over, and
then the answer is "unknown" as ever."""

from support.outage import RecoveryOutageTest, StandbyOutageTest
from support.testcase import main


class Interrupted:
    def interrupt_with_prefetch(self):
        self.interrupt(self.archive.take_away)
        toml = self.settings_of(self.server)
        toml.write_text(toml.read_text().replace("prefetch_files = 0\n", ""))


class Recovery(Interrupted, RecoveryOutageTest):
    def test_stops_however_much_is_ready(self):
        self.interrupt_with_prefetch()
        self.check(200, self.bring_archive_back)


class Standby(Interrupted, StandbyOutageTest):
    def test_stays_up(self):
        self.interrupt_with_prefetch()
        self.server.start()
        self.assert_stays_up(self.server, f'"{self.archive.folder}')
        self.bring_archive_back()
        self.server.wait_replayed(self.last.lsn)
        self.assert_same_rows(self.primary, self.server)


if __name__ == "__main__":
    main()
