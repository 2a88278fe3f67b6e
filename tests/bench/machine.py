"""The set-up of a run: real WAL, a data directory to archive it from, and the tools."""

import os
import pwd
import shutil
import sys
from pathlib import Path

from support import processes
from support.postgres import BIN, Server, initdb, configure

SEGMENT = 16 * 1024 * 1024
BINARIES = Path(__file__).resolve().parents[2] / "build/release/bin"
EXECUTABLES = ("walstow", "walstow-archive", "walstow-restore", "walstowd")

# What the WAL of each kind is written by.
LOADS = {
    "pgbench": None,
    # Random bytes, as of compressed or encrypted columns.
    "noise": "INSERT INTO noise SELECT decode(string_agg(md5(random()::text), ''), 'hex')"
    " FROM generate_series(1, 125), generate_series(1, 400) AS row GROUP BY row",
    "empty": "SELECT pg_logical_emit_message(false, 'bench', 'x')",
}


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


class Machine:
    """`quick` makes less of everything; `peers` are the tools beside walstow and plain copies."""

    def __init__(self, folder, quick, peers):
        self.folder = folder
        self.quick = quick
        self.peers = peers
        self.binaries = BINARIES
        self.segments = {}  # kind of load: names, in order
        self.tools = []
        self.primary = None

    def prepare(self):
        if os.geteuid() == 0:
            self._give_up_root()
        os.environ["HOME"] = str(self.folder)
        os.chdir(self.folder)
        self._write_wal()
        import tools  # after the binaries are where the user can run them

        say("setting up the tools")
        self.tools = [kind(self) for kind in tools.of_run(self.peers)]
        self.primary.stop()

    def end(self):
        for tool in self.tools:
            tool.end()
        if self.primary is not None:
            self.primary.kill()

    def _give_up_root(self):
        user = pwd.getpwnam("postgres")
        copy = self.folder / "bin"
        copy.mkdir()
        for name in EXECUTABLES:
            shutil.copy(BINARIES / name, copy / name)
        self.binaries = copy
        for path in (self.folder, copy):
            os.chown(path, user.pw_uid, user.pw_gid)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    def count(self, full, quick):
        return quick if self.quick else full

    def _write_wal(self):
        say("writing WAL")
        primary = Server(self.folder / "primary")
        initdb(primary.data, 16)
        primary.configure(
            unix_socket_directories=primary.socket,
            archive_mode="on",
            # Keeps each segment until the run has looked at it.
            archive_command="false",
            max_wal_size="16GB",
            checkpoint_timeout="1h",
            shared_buffers="256MB",
        )
        self.primary = primary.start()
        processes.run(*self.pgbench("--initialize", "--scale=20", "--quiet"))
        primary.query("CREATE TABLE noise (content bytea)")
        primary.query("ALTER TABLE noise ALTER content SET STORAGE external")
        wanted = {"pgbench": self.count(64, 16), "noise": self.count(24, 6), "empty": self.count(24, 6)}
        for kind, count in wanted.items():
            primary.switch_wal()
            first = primary.segment()
            while self._number(primary.segment()) - self._number(first) < count:
                if kind == "pgbench":
                    processes.run(*self.pgbench("--client=4", "--transactions=3000", "--no-vacuum"))
                else:
                    primary.query(LOADS[kind])
                if kind == "empty":
                    primary.switch_wal()
            number = self._number(first)
            self.segments[kind] = [self._name(number + i) for i in range(count)]

    def pgbench(self, *options):
        return [BIN / "pgbench", "-h", self.primary.socket, "-U", "postgres", *options, "postgres"]

    @staticmethod
    def _number(name):
        return int(name[8:16], 16) * 256 + int(name[16:], 16)

    @staticmethod
    def _name(number):
        return f"00000001{number // 256:08X}{number % 256:08X}"
