"""walstowd dies and comes back in the middle of puts and of a catch-up: nothing is lost."""

import threading

from support import ledger
from support.testcase import EndToEndTest, main

BATCHES = [f"batch {number}" for number in range(12)]


class DaemonIsKilled(EndToEndTest):
    link = "tls"

    def kill_again_and_again(self, until):
        """Kills the daemon and starts it again for as long as `until` is not set."""
        while not until.is_set():
            self.archive.daemon.kill()
            self.archive.daemon.start()
            until.wait(0.2)

    def amid_kills(self, work):
        done = threading.Event()
        killer = threading.Thread(target=self.kill_again_and_again, args=(done,))
        killer.start()
        try:
            work()
        finally:
            done.set()
            killer.join()

    def test_puts_and_catch_up(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        self.amid_kills(lambda: self.add_and_archive(primary, *BATCHES))
        end = self.add_and_archive(primary, "last")
        standby.start()
        self.amid_kills(lambda: standby.wait_replayed(end.lsn))
        self.assert_same_rows(primary, standby)
        self.assertEqual(ledger.batches(standby), [*BATCHES, "last"])

    def test_stop_ends_idle_and_finishes_busy(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one")
        self.assertEqual(self.archive.daemon.stop(), 0)
        self.assertIn("stopped", self.archive.daemon.log_text())


if __name__ == "__main__":
    main()
