"""A PostgreSQL server: its data directory, its configuration and its life.

Every server listens on a Unix socket in a folder of its own and nowhere else, so tests that run at
the same time cannot meet.
"""

import contextlib
import os
import select
import signal
from pathlib import Path
from typing import NamedTuple

from support import processes, releases, wait
from support.releases import program

# Small, fast, and eager to recycle WAL. Without fsync: the power never fails in these tests.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "max_connections": 20,
    "wal_level": "replica",
    "wal_keep_size": 0,
    "max_wal_senders": 5,
    "wal_retrieve_retry_interval": "200ms",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}


def initdb(data, segment_mb):
    """Makes a data directory; no server has run in it yet. Its segments have the size wanted, if they can."""
    segment_mb = releases.segment_mb(segment_mb)
    processes.run(
        program("initdb"), "--pgdata", data, "--no-sync", "--auth=trust", "--username=postgres",
        "--encoding=UTF8", "--no-locale", *releases.initdb_options(segment_mb),
    )  # fmt: skip
    sizes = {
        # The least that initdb's segment size allows: what is archived is recycled at once.
        "min_wal_size": f"{2 * segment_mb}MB",
        "max_wal_size": f"{4 * segment_mb}MB",
    }
    releases.configure(data, {**SETTINGS, **sizes})


class EndOfSegment(NamedTuple):
    """A finished segment; who has replayed up to `lsn` has all that was written before."""

    name: str
    lsn: str


class Server:
    """One server under `folder`: data/, socket/ and server.log."""

    port = 5432  # the number in the name of its socket

    def __init__(self, folder):
        self.folder = Path(folder)
        self.name = self.folder.name
        self.data = self.folder / "data"
        self.socket = self.folder / "socket"
        self.log = self.folder / "server.log"
        self._process = None
        self.socket.mkdir(parents=True)

    # --- making one -----------------------------------------------------------------------------

    def base_backup(self, folder):
        """Makes a base backup of this running server, without any WAL."""
        if not releases.has_base_backup():
            releases.copy_as_backup(self, folder)
            return
        processes.run(
            program("pg_basebackup"), "--pgdata", folder, "--host", self.socket,
            f"--port={self.port}", "--username=postgres", "--wal-method=none", "--checkpoint=fast", "--no-sync",
        )  # fmt: skip

    def copy_of(self, folder):
        """Makes the data directory as a copy of what initdb() or a base backup made."""
        processes.run("cp", "--archive", folder, self.data)
        self.configure(unix_socket_directories=self.socket)

    def configure(self, **settings):
        """Appends to its settings, where the last one of a name counts. A running server has not read them yet."""
        releases.configure(self.data, settings)

    def reconfigure(self, **settings):
        """Has the running server take other settings, by a reload where that is enough."""
        self.configure(**settings)
        if releases.needs_restart(settings):
            self.restart()
        else:
            self.query("SELECT pg_reload_conf()")

    def signal_file(self, name):
        """Creates standby.signal or recovery.signal."""
        releases.request_recovery(self.data, name)

    def wants_recovery(self):
        """Whether recovery has not ended: what signal_file() made is still there."""
        return any(
            releases.recovery_request(self.data, name).exists()
            for name in ("standby.signal", "recovery.signal")
        )

    # --- life -----------------------------------------------------------------------------------

    def launch(self):
        """Starts the server and does not wait for anything."""
        self._process = processes.spawn([program("postgres"), "-D", self.data], self.log)

    def start(self):
        """Starts the server and waits until it takes connections."""
        self.launch()
        self.wait_ready()
        return self

    def running(self):
        return self._process is not None and self._process.poll() is None

    def wait_ready(self):
        def ready():
            if not self.running():
                raise AssertionError(f"server {self.name} ended instead of starting")
            # The line that pg_ctl reads, too (PM_STATUS_READY).
            pid_file = self.data / "postmaster.pid"
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            return len(lines) > 7 and lines[0] == str(self._process.pid) and (
                lines[7].strip() == "ready"
            )

        wait.until(ready, f"server {self.name} takes connections")

    def wait_exit(self, seconds=wait.DEADLINE):
        """Waits until the server has ended by itself; its exit code."""
        wait.until(lambda: not self.running(), f"server {self.name} ends", seconds)
        return self._process.returncode

    def stop(self, mode=signal.SIGINT):
        """Stops the server: SIGINT is `pg_ctl stop -m fast`, SIGQUIT `-m immediate`.

        A fast stop of a primary ends the segment that is being written, an immediate one does not.
        """
        if self.running():
            self.send_signal(mode)
        if self._process is not None:
            self._process.wait(wait.DEADLINE)

    def send_signal(self, number):
        """A signal to the postmaster."""
        self._process.send_signal(number)

    def restart(self):
        self.stop()
        self.start()

    def kill(self):
        """Ends the server by force and at once, for the clean-up."""
        if not self.running():
            return
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(10)
        except Exception:  # whatever hangs, the next signal ends it
            self._process.kill()
            self._process.wait()

    def wait_crashed(self):
        """Waits for the postmaster's death and its children's: until then no new one can start."""
        self._process.wait(wait.DEADLINE)

        def in_data(pid):
            try:
                return os.readlink(f"/proc/{pid}/cwd") == str(self.data)
            except OSError:
                return False

        wait.until(
            lambda: not any(in_data(pid) for pid in processes.find("postgres: ")),
            f"the processes of server {self.name} are gone",
        )

    @contextlib.contextmanager
    def paused_replay(self):
        """Stops a standby's startup process, which alone runs restore_command."""
        pid = int(
            self.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'")
        )
        processes.stop([pid])
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def promote(self):
        releases.promote(self)
        self.wait_promoted()

    def wait_promoted(self):
        """Waits until recovery has ended and the server takes writes."""
        with self.session() as query:
            wait.until(
                lambda: query("SELECT pg_is_in_recovery()") == "f",
                f"server {self.name} is promoted",
            )

    # --- asking ---------------------------------------------------------------------------------

    def query(self, sql):
        return processes.run(*self._psql, "--command", sql).stdout.strip()

    @contextlib.contextmanager
    def session(self):
        """One connection: yields what query() is, for questions with an answer of one line."""

        def query(sql):
            with contextlib.suppress(BrokenPipeError):
                psql.stdin.write(f"{sql};\n")
                psql.stdin.flush()
            answered, _, _ = select.select([psql.stdout], [], [], wait.DEADLINE)
            answer = answered and psql.stdout.readline()
            if not answer:
                raise AssertionError(f"no answer of server {self.name} to: {sql}")
            return answer.strip()

        # Its messages, of a server that ends for example, are in the test's own output.
        with processes.pipe(*self._psql) as psql:
            yield query

    @property
    def _psql(self):
        return (
            program("psql"), "--no-psqlrc", "--no-align", "--tuples-only", "--quiet",
            "--set=ON_ERROR_STOP=1", "--host", self.socket, f"--port={self.port}",
            "--username=postgres", "--dbname=postgres",
        )  # fmt: skip

    @property
    def conninfo(self):
        return f"host={self.socket} port={self.port} user=postgres dbname=postgres"

    @property
    def system_identifier(self):
        return int.from_bytes((self.data / "global/pg_control").read_bytes()[:8], "little")

    def timeline(self):
        """The timeline that a primary writes on."""
        return int(self.segment()[:8], 16)

    def log_text(self, since=0):
        return self.log.read_bytes()[since:].decode(errors="backslashreplace")

    def log_size(self):
        return self.log.stat().st_size

    def wait_log(self, text, since=0):
        wait.until(
            lambda: text in self.log_text(since), f'server {self.name} has logged "{text}"'
        )

    # --- write-ahead log ------------------------------------------------------------------------

    @property
    def wal(self):
        return self.data / "pg_wal"

    @property
    def segment_bytes(self):
        """The size of its segments."""
        size = self.query("SHOW wal_segment_size")  # 1MB, for example
        return int(size.removesuffix("MB")) << 20

    def segment(self):
        """The name of the segment that is being written."""
        return self.query("SELECT pg_walfile_name(pg_current_wal_lsn())")

    def switch_wal(self):
        """Ends the segment that is being written. Writes something first, so this is no no-op."""
        name, lsn = self.query(
            "SELECT pg_logical_emit_message(false, 'test', 'x') IS NULL;"
            "SELECT pg_walfile_name(lsn), lsn FROM pg_switch_wal() AS lsn"
        ).splitlines()[-1].split("|")  # fmt: skip
        return EndOfSegment(name, lsn)

    def ready_files(self):
        """What still waits for archive_command."""
        return sorted(file.stem for file in (self.wal / "archive_status").glob("*.ready"))

    def wait_archived(self):
        """Waits until archive_command has succeeded for everything that is finished."""
        wait.until(
            lambda: not self.ready_files(),
            lambda: f"server {self.name} has archived {self.ready_files()}",
        )

    def archive_all(self):
        """Ends the segment that is being written, and has everything archived."""
        end = self.switch_wal()
        self.wait_archived()
        return end

    def failed_count(self):
        return int(self.query("SELECT failed_count FROM pg_stat_archiver"))

    def wait_replayed(self, lsn):
        # In one session: psql for each look takes a third of a processor from what is waited for.
        with self.session() as query:
            wait.until(
                lambda: query(f"SELECT pg_last_wal_replay_lsn() >= '{lsn}'") == "t",
                f"server {self.name} has replayed up to {lsn}",
            )
