"""The archive's file system hangs, so no call is answered: a fast stop of the server is over within pg_ctl's minute."""

import os
import signal
import time

from support import ledger, processes, wait
from support.testcase import EndToEndTest, main

PG_CTL_WAITS = 60.0


class FastStopWhileTheStoreHangs(EndToEndTest):
    link = "local"
    SLEEP = f"600.{os.getpid()}"  # found by its number

    def primary_of_a_store_that_hangs(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "before")
        hangs = self.folder / "hangs"
        hangs.write_text(f"#!/bin/sh\nexec sleep {self.SLEEP}\n")
        hangs.chmod(0o755)
        # The defaults are what counts here.
        toml = self.settings_of(primary)
        self.archive.settings_file(toml, archive_wait="5s", walstowd=str(hangs))
        return primary

    def check_stop(self, primary):
        begin = time.monotonic()
        primary.send_signal(signal.SIGINT)
        wait.until(lambda: not primary.running(), "the server ends", seconds=PG_CTL_WAITS)
        self.assertLess(time.monotonic() - begin, PG_CTL_WAITS)
        self.assert_logged(primary, "database system is shut down")

        # Nothing is lost by it.
        self.archives(primary)
        primary.start()
        primary.wait_archived()
        self.assertEqual(ledger.batches(primary), ["before", "after"])

    def test_while_a_call_waits(self):
        primary = self.primary_of_a_store_that_hangs()
        ledger.add(primary, 10, "after")
        primary.switch_wal()
        wait.until(lambda: processes.find(f"sleep {self.SLEEP}"), "a call waits")
        self.check_stop(primary)

    def test_before_any_call(self):
        primary = self.primary_of_a_store_that_hangs()
        ledger.add(primary, 10, "after")
        self.check_stop(primary)


if __name__ == "__main__":
    main()
