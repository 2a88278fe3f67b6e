"""The setting of t100 to t106: six batches are archived, and trouble begins at the fourth.

A standby has to stay up, and to catch up when the trouble is over. A server under recovery.signal
has to stop, must not open its database with three batches, and must have all six after the repair.
"""

from support import ledger, processes
from support.testcase import EndToEndTest

BATCHES = ["one", "two", "three", "four", "five", "six"]


class OutageTest(EndToEndTest):
    """`fourth` is the segment that holds the fourth batch."""

    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.server = self.make_server(self.primary)
        ends = [self.add_and_archive(self.primary, batch) for batch in BATCHES]
        self.fourth = ends[3].name
        self.last = ends[-1]

    def make_server(self, primary):
        """A standby or a recovery of `primary`."""
        raise NotImplementedError

    def interrupt(self, command):
        """Has the shell `command` run, once, just before the server asks for the fourth batch.

        Nothing is fetched ahead: what had been would hide the trouble.
        """
        toml = self.settings_of(self.server)
        toml.write_text(f"prefetch_files = 0\n{toml.read_text()}")
        flag = self.folder / "interrupted"
        restore = self.archive.restore_command(self.settings_of(self.server))
        self.server.configure(
            restore_command=f"test %f != {self.fourth} || test -e {flag} || "
            f"{{ touch {flag}; {command}; }}; {restore}"
        )

    def bring_archive_back(self):
        processes.shell(self.archive.bring_back)


class StandbyOutageTest(OutageTest):
    def make_server(self, primary):
        return self.standby(primary)

    def check(self, message, repair):
        """Starts the standby and waits for three times `message`; then for all rows, repaired."""
        self.server.start()
        self.assert_stays_up(self.server, message)
        self.assertEqual(ledger.batches(self.server), BATCHES[:3])
        repair()
        self.server.wait_replayed(self.last.lsn)
        self.assert_same_rows(self.primary, self.server)


class RecoveryOutageTest(OutageTest):
    def make_server(self, primary):
        return self.recovery(primary)

    def check(self, code, repair):
        """Starts the recovery, which must stop by the exit code; then for all rows, repaired."""
        self.server.launch()
        self.assert_stops_unopened(self.server, code)
        repair()
        self.server.start()
        self.server.wait_promoted()
        self.assertEqual(ledger.batches(self.server), BATCHES)
        self.assert_same_rows(self.primary, self.server)
