"""The prefetcher ends with its server, however that ends, and leaves no segment behind."""

import os
import signal

from support import processes, wait
from support.prefetch import SPOOL, PrefetchTest
from support.testcase import main


class NoPrefetcherOutlivesItsServer(PrefetchTest):
    def start_and_hold(self):
        """A standby whose restore_command hangs in the middle of a catch-up: nothing is asked."""
        _, standby, end = self.segments_and_standby(12)
        middle = self.archive.segments()[-6]
        hold = self.folder / "hold"
        os.mkfifo(hold)
        command = self.archive.restore_command(self.settings_of(standby))
        standby.configure(restore_command=f"if test %f = {middle}; then read x <{hold}; fi; {command}")
        standby.start()
        wait.until(lambda: processes.find(f"read x <{hold}"), "the server waits for its command")
        wait.until(lambda: self.prefetchers(standby), "a prefetcher lives")
        return standby, hold, end

    def check_nothing_is_left(self, standby, hold):
        wait.until(lambda: not self.prefetchers(standby), "the prefetcher ends")
        self.assertEqual(list((standby.wal / SPOOL / "prefetch").iterdir()), [])
        # The command itself is the server's: it ends with its wait.
        for pid in processes.find(f"read x <{hold}"):
            os.kill(pid, signal.SIGKILL)

    def test_log_is_not_held_open(self):
        standby, hold, _ = self.start_and_hold()
        for pid in self.prefetchers(standby):
            open_files = processes.open_files(pid)
            self.assertIn("/dev/null", open_files)
            self.assertNotIn(str(standby.log), open_files)
            self.assertEqual(os.readlink(f"/proc/{pid}/cwd"), "/")
            self.assertEqual(os.getsid(pid), pid)
        standby.stop()
        self.check_nothing_is_left(standby, hold)

    def test_after_a_fast_stop(self):
        standby, hold, _ = self.start_and_hold()
        standby.stop(signal.SIGINT)
        self.check_nothing_is_left(standby, hold)

    def test_after_an_immediate_stop(self):
        standby, hold, _ = self.start_and_hold()
        standby.stop(signal.SIGQUIT)
        self.check_nothing_is_left(standby, hold)

    def test_after_a_kill_of_all(self):
        standby, hold, end = self.start_and_hold()
        standby.stop(signal.SIGKILL)
        self.check_nothing_is_left(standby, hold)
        standby.wait_crashed()
        self.restores(standby)
        standby.start()
        standby.wait_replayed(end.lsn)


if __name__ == "__main__":
    main()
