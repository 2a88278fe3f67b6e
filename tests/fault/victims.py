"""Commands that may be killed in the middle, and what was under way when something was."""

import os
import select
import signal
import subprocess
import threading
from pathlib import Path


class Run:
    """One run of a command, in the background. Call wait() at its end."""

    def __init__(self, command, cwd, log):
        # No preexec_fn, which would make Python fork: these are thousands. They end by themselves,
        # by their own deadlines, should the test die.
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        self._ended = os.pidfd_open(self._process.pid)

    def __del__(self):
        os.close(self._ended)

    def alive(self, seconds=0.0):
        """Whether it runs, and goes on to do so for `seconds`."""
        return not select.select([self._ended], [], [], seconds)[0]

    def kill(self):
        self._process.kill()

    def kill_child(self):
        """SIGKILL for the store that it started (local link). Whether there was one that ran."""
        try:
            pids = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
            child = int(pids.split()[0])
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
            os.kill(child, signal.SIGKILL)
            return state != "Z"
        except (OSError, IndexError):
            return False

    def wait(self):
        """Its exit code; -9 after a kill."""
        return self._process.wait()


class Tally:
    """What happened, counted over all threads; and the runs that are under way, by archive."""

    def __init__(self):
        self._lock = threading.Lock()
        self._counts = {}
        self._under_way = {}

    def add(self, what, count=1):
        with self._lock:
            self._counts[what] = self._counts.get(what, 0) + count

    def count(self, *names):
        with self._lock:
            return sum(self._counts.get(name, 0) for name in names)

    def enter(self, archive, run):
        with self._lock:
            self._under_way.setdefault(archive, []).append(run)

    def leave(self, archive, run):
        with self._lock:
            self._under_way[archive].remove(run)

    def kill_amid_puts(self, archives, kill):
        """Calls `kill` if a put to one of them is under way. Whether one was."""
        with self._lock:
            if not any(run.alive() for each in archives for run in self._under_way.get(each, [])):
                return False
            kill()
            return True

    def __str__(self):
        with self._lock:
            return ", ".join(f"{name} {count}" for name, count in sorted(self._counts.items()))
