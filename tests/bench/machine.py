"""The set-up of a run: real WAL, data directories to archive it from, and the tools."""

import os
import pwd
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from support import processes
from support.postgres import Server, initdb
from support.releases import program

PROGRAMS = ("walstow", "walstow-archive", "walstow-restore", "walstowd")
EXECUTABLES = (*PROGRAMS, "bare_tls_sender", "bare_transfer", "timed_call")

# What the WAL of each kind is written by.
LOADS = {
    "pgbench": None,
    # Random bytes, as of compressed or encrypted columns.
    "noise": "INSERT INTO noise SELECT gen_random_bytes(1000) || gen_random_bytes(1000)"
    " FROM generate_series(1, 4000)",
    # Digits and letters, as of JSON or base64: of them zstd saves a quarter.
    "text": "INSERT INTO text SELECT encode(gen_random_bytes(700), 'base64')"
    " || encode(gen_random_bytes(700), 'base64') FROM generate_series(1, 4000)",
    "empty": "SELECT pg_logical_emit_message(false, 'bench', 'x')",
}


def say(text):
    print(f"== {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _busy():
    """Milliseconds that all processors have worked since the machine started (proc(5))."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _iowait, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) * 1000 / os.sysconf("SC_CLK_TCK")


class Cost(float):
    """Milliseconds; `cpu`: those that all processors of the machine worked meanwhile."""

    def __new__(cls, milliseconds, cpu):
        cost = super().__new__(cls, milliseconds)
        cost.cpu = cpu
        return cost

    def __truediv__(self, count):
        return Cost(float(self) / count, self.cpu / count)

    @classmethod
    def of(cls, work):
        busy, began = _busy(), time.perf_counter()
        work()
        return cls((time.perf_counter() - began) * 1000, _busy() - busy)


def run_command(command, name="", path="", may_fail=False):
    """As PostgreSQL runs it: through a shell, in the working directory. Its Cost."""
    text = command.replace("%f", name).replace("%p", path)

    def run():
        pid = os.posix_spawn("/bin/sh", ["sh", "-c", text], os.environ)
        _, status = os.waitpid(pid, 0)
        if status != 0 and not may_fail:
            raise SystemExit(f"exit status {os.waitstatus_to_exitcode(status)} of: {text}")

    return Cost.of(run)


class DataDirectory:
    """Enough of one for the commands: its control file, its WAL, and what is to be archived."""

    def __init__(self, machine, folder):
        self.folder = folder
        self.wal = self.folder / "pg_wal"
        self.status = self.wal / "archive_status"
        self.status.mkdir(parents=True)
        control = self.folder / "global/pg_control"
        control.parent.mkdir()
        shutil.copy(machine.primary.data / "global/pg_control", control)
        self._source = machine.primary.wal

    def enter(self):
        os.chdir(self.folder)

    def hold(self, names):
        for name in names:
            shutil.copy(self._source / name, self.wal / name)

    def ready(self, names):
        for name in names:
            (self.status / f"{name}.ready").touch()

    def done(self, name):
        """As pgarch_archiveDone(): a rename that is made durable."""
        os.rename(self.status / f"{name}.ready", self.status / f"{name}.done")
        folder = os.open(self.status, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def forget(self):
        """What the commands remember beside the WAL."""
        shutil.rmtree(self.wal / "pgsql_tmp_walstow", ignore_errors=True)
        for file in self.status.iterdir():
            file.unlink()

    def archive(self, tool, place, names):
        """All of `names`, as a server with nothing else to do has it done; its Cost."""

        def run():
            for name in names:
                run_command(tool.archive_command(place), name, f"pg_wal/{name}")
                self.done(name)
            tool.wait_until_idle()

        self.enter()
        self.ready(names)
        cost = Cost.of(run)
        self.forget()
        return cost


class Machine:
    """`quick` makes less of everything; `peers` are the tools beside walstow and plain copies; `earlier`
    is a folder with the executables of another build, or None."""

    def __init__(self, folder, binaries, quick, peers, earlier=None):
        self.folder = folder
        self.quick = quick
        self.peers = peers
        self.binaries = binaries
        self.earlier = earlier
        self.segments = {}  # kind of load: names, in order
        self.backup = folder / "backup"  # from before all of them
        self.catch_up = None  # the switch that ends the WAL of pgbench
        self.tools = []
        self.primary = None
        self._memory = None

    def prepare(self):
        if os.geteuid() == 0:
            self._give_up_root()
        os.environ["HOME"] = str(self.folder)
        os.chdir(self.folder)
        self._write_wal()
        import tools

        say("setting up the tools")
        for kind in tools.of_run(self):
            self.tools.append(kind(self))
        self.primary.kill()

    def end(self):
        for tool in self.tools:
            tool.end()
        if self.primary is not None:
            self.primary.kill()
        if self._memory is not None:
            self._memory.cleanup()

    def count(self, full, quick):
        return quick if self.quick else full

    def data_directory(self, name, names):
        data = DataDirectory(self, self.folder / name)
        data.hold(names)
        return data

    def data_directory_elsewhere(self, name):
        """Of a server that shares no disk with the archive, nor with the primary."""
        if self._memory is None:
            self._memory = tempfile.TemporaryDirectory(prefix="walstow-bench-", dir="/dev/shm")
        return DataDirectory(self, Path(self._memory.name) / name)

    def missed(self):
        """The segments that a standby made of the backup needs, up to the end of pgbench."""
        label = (self.backup / "backup_label").read_text(encoding="utf-8")
        first = re.search(r"\(file (\w{24})\)", label)[1]
        names = sorted(file.name for file in self.primary.wal.iterdir() if len(file.name) == 24)
        return [name for name in names if first <= name <= self.catch_up.name]

    # No server runs as root, and no tool then may.
    def _give_up_root(self):
        user = pwd.getpwnam("postgres")
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.binaries = self._copy_for(user, self.binaries, "bin", EXECUTABLES)
        if self.earlier:
            self.earlier = self._copy_for(user, self.earlier, "bin-earlier", PROGRAMS)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    def _copy_for(self, user, binaries, folder, names):
        copy = self.folder / folder
        copy.mkdir()
        os.chown(copy, user.pw_uid, user.pw_gid)
        for name in names:
            shutil.copy(binaries / name, copy / name)
        return copy

    def _write_wal(self):
        say("writing WAL")
        primary = self.primary = Server(self.folder / "primary")
        initdb(primary.data, 16)
        primary.configure(
            unix_socket_directories=primary.socket,
            wal_keep_size="16GB",
            max_wal_size="16GB",
            checkpoint_timeout="1h",
            shared_buffers="256MB",
            synchronous_commit="off",
        )
        primary.start()
        self._pgbench("--initialize", "--scale=20", "--quiet")
        primary.query("CREATE EXTENSION pgcrypto")
        primary.query("CREATE TABLE noise (content bytea)")
        primary.query("ALTER TABLE noise ALTER content SET STORAGE external")
        primary.query("CREATE TABLE text (content text)")
        primary.query("ALTER TABLE text ALTER content SET STORAGE external")
        primary.base_backup(self.backup)
        wanted = {
            "pgbench": self.count(64, 8),
            "noise": self.count(32, 6),
            "text": self.count(32, 6),
            "empty": self.count(32, 6),
        }
        for kind, count in wanted.items():
            say(f"writing WAL: {count} segments of {kind}")
            self._write_segments(kind, count)

    def _write_segments(self, kind, count):
        primary = self.primary
        primary.switch_wal()
        first = primary.segment()
        while _number(primary.segment()) - _number(first) < count:
            if kind == "pgbench":
                # Whole pages first and records of changes after, as between any two checkpoints.
                primary.query("CHECKPOINT")
                self._pgbench("--client=4", "--transactions=2000", "--no-vacuum")
            else:
                primary.query(LOADS[kind])
            if kind == "empty":
                primary.switch_wal()
        if kind == "pgbench":
            self.catch_up = primary.switch_wal()
        self.segments[kind] = [_name(_number(first) + i) for i in range(count)]

    def _pgbench(self, *options):
        processes.run(
            program("pgbench"), "-h", self.primary.socket, "-U", "postgres", *options, "postgres"
        )


def _number(name):
    return int(name[8:16], 16) * 256 + int(name[16:], 16)


def _name(number):
    return f"00000001{number // 256:08X}{number % 256:08X}"
