"""walstowd dies and comes back in the middle of puts and of a catch-up: nothing is lost."""

import concurrent.futures

from support import ledger
from support.testcase import EndToEndTest, main

BATCHES = [f"batch {number}" for number in range(12)]


class DaemonIsKilled(EndToEndTest):
    link = "tls"

    def amid_kills(self, work):
        """Does `work` while the daemon is killed and started again, all the time."""
        # The work goes into the other thread: a daemon dies with the thread that started it.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            working = thread.submit(work)
            while not working.done():
                self.archive.daemon.kill()
                self.archive.daemon.start()
                concurrent.futures.wait([working], timeout=0.2)
            working.result()

    def test_puts_and_catch_up(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        self.amid_kills(lambda: self.add_and_archive(primary, *BATCHES))
        end = self.add_and_archive(primary, "last")
        standby.start()
        self.amid_kills(lambda: standby.wait_replayed(end.lsn))
        self.assert_same_rows(primary, standby)
        self.assertEqual(ledger.batches(standby), [*BATCHES, "last"])

    def test_stop_is_a_success(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one")
        self.assertEqual(self.archive.daemon.stop(), 0)
        self.assertIn("stopped", self.archive.daemon.log_text())


if __name__ == "__main__":
    main()
