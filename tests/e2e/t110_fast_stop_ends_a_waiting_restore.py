"""`pg_ctl stop -m fast` is not held up by a walstow-restore that waits for the archive."""

import os
import signal
import time

from support import ledger, processes, wait
from support.outage import BATCHES, RecoveryOutageTest
from support.testcase import main

# Far below the wait, far above what a stop takes.
AT_ONCE = 10.0


class FastStopEndsAWaitingRestore(RecoveryOutageTest):
    def test_stop_and_go_on_later(self):
        self.restores(self.server, recovery_wait="10min")
        self.interrupt(self.archive.take_away)
        self.server.launch()
        waiting = str(self.settings_of(self.server))
        wait.until(lambda: not self.archive.folder.exists(), "the fourth batch is asked for")
        wait.until(lambda: processes.find(waiting), "a restore waits")

        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, AT_ONCE)
        wait.until(lambda: not processes.find(waiting), "the restore has ended")
        self.assertNotIn("ready to accept connections", self.server.log_text())

        self.bring_archive_back()
        self.server.start()
        self.server.wait_promoted()
        self.assertEqual(ledger.batches(self.server), BATCHES)

    def test_a_killed_server_leaves_none_behind(self):
        self.restores(self.server, recovery_wait="10min")
        processes.shell(self.archive.take_away)
        self.server.launch()
        self.server.wait_log("trying again for up to 600 s")
        waiting = str(self.settings_of(self.server))
        startup = os.getsid(processes.find(waiting)[0])
        self.assertIn("startup", processes.command_line(startup))
        os.kill(startup, signal.SIGKILL)
        self.server.wait_exit()
        wait.until(lambda: not processes.find(waiting), "the restore has ended")


if __name__ == "__main__":
    main()
