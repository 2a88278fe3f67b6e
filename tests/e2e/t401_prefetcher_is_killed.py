"""The prefetcher is killed again and again in the middle of a catch-up: nothing is lost or wrong."""

import contextlib
import os
import signal

from support import wait
from support.prefetch import PrefetchTest
from support.testcase import main


class PrefetcherIsKilled(PrefetchTest):
    def catch_up_amid(self, number):
        primary, standby, end = self.segments_and_standby(24)
        standby.start()
        killed = set()

        def replayed():
            for pid in self.prefetchers(standby):
                with contextlib.suppress(ProcessLookupError):  # it has ended just now
                    os.kill(pid, number)
                    killed.add(pid)
            return standby.query(f"SELECT pg_last_wal_replay_lsn() >= '{end.lsn}'") == "t"

        wait.until(replayed, "the standby has caught up")
        self.assertTrue(killed)
        self.assert_same_rows(primary, standby)
        self.assertNotIn("warning", standby.log_text())

    def test_by_kill(self):
        self.catch_up_amid(signal.SIGKILL)

    def test_by_term(self):
        self.catch_up_amid(signal.SIGTERM)


if __name__ == "__main__":
    main()
