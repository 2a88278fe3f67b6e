"""A walstowd that serves an archive over TLS, on a port of loopback."""

import signal
import socket

from support import processes, wait

HOST = "localhost"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemon:
    """The daemon of the archive `folder`. It keeps its port when it is started again."""

    def __init__(self, folder, binaries, log, place=None):
        self.folder = folder
        self._place = place or ["--archive", folder]
        self.log = log
        self.port = free_port()
        self._program = binaries / "walstowd"
        self.wrapper = ()  # a command that runs it
        self._process = None

    @property
    def url(self):
        return f"https://{HOST}:{self.port}"

    @property
    def pid(self):
        return self._process.pid

    def start(self, *options):
        seen = self.log_size()
        command = [*self.wrapper, self._program, *self._place, "--listen", f"{HOST}:{self.port}", *options]
        self._process = processes.spawn(command, self.log)
        wait.until(lambda: "listening on" in self.log_text(seen) or not self.running(), "walstowd listens")
        if not self.running():
            raise AssertionError(f"walstowd did not start:\n{self.log_text(seen)}")

    def running(self):
        return self._process is not None and self._process.poll() is None

    def reload(self):
        """Has it read its settings and certificates again, and waits until it has tried."""
        seen = self.log_size()
        self._process.send_signal(signal.SIGHUP)
        wait.until(
            lambda: "reloaded" in self.log_text(seen) or "could not reload" in self.log_text(seen),
            "walstowd has read its settings again",
        )
        return self.log_text(seen)

    def stop(self):
        """SIGTERM; its exit code."""
        self._process.terminate()
        return self._process.wait(timeout=60)

    def kill(self):
        if self.running():
            self._process.kill()
            self._process.wait()

    # --- its log --------------------------------------------------------------------------------

    def log_size(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def log_text(self, since=0):
        if not self.log.exists():
            return ""
        with open(self.log, "rb") as file:
            file.seek(since)
            return file.read().decode(errors="backslashreplace")
