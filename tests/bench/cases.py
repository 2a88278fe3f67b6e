"""What is measured. Each case gives tables; the tools take turns in it."""

import os
import shutil
import time

from machine import say
from report import Table
from support import processes


def run_command(command, name="", path=""):
    """As PostgreSQL runs it: through a shell, in the working directory. Seconds, and its usage."""
    text = command.replace("%f", name).replace("%p", path)
    began = time.perf_counter()
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", text], os.environ)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        raise SystemExit(f"exit status {os.waitstatus_to_exitcode(status)} of: {text}")
    return seconds, usage


class DataDirectory:
    """Enough of one for the commands: its control file, its WAL, and what is to be archived."""

    def __init__(self, machine, name):
        self.wal = machine.folder / name / "pg_wal"
        self.status = self.wal / "archive_status"
        self.status.mkdir(parents=True)
        control = self.wal.parent / "global/pg_control"
        control.parent.mkdir()
        shutil.copy(machine.primary.data / "global/pg_control", control)
        self._source = machine.primary.wal

    def enter(self):
        os.chdir(self.wal.parent)

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
        shutil.rmtree(self.wal / "pgsql_tmp_walstow", ignore_errors=True)
        for file in self.status.iterdir():
            file.unlink()


def one(machine):
    table = Table("Archive, one call", goals={"walstow, client compresses": 0.6})
    names = machine.segments["pgbench"][: machine.count(24, 6)]
    data = DataDirectory(machine, "one")
    data.hold(names)
    data.enter()
    say(f"{table.title}: {len(names)} rounds")
    for name in names:
        for tool in machine.tools:
            data.ready([name])
            seconds, _ = run_command(tool.archive_command("one"), name, f"pg_wal/{name}")
            tool.wait_until_idle()
            data.forget()
            table.add(tool.name, seconds * 1000)
    return [table]


def backlog(machine):
    tables = []
    for kind, names in machine.segments.items():
        table = Table(f"Archive, backlog of {kind} WAL, a segment")
        table.goals = {"walstow, client compresses": 0.6}
        data = DataDirectory(machine, f"backlog-{kind}")
        data.hold(names)
        data.enter()
        say(f"{table.title}: {len(names)} segments")
        for tool in machine.tools:
            data.ready(names)
            began = time.perf_counter()
            for name in names:
                run_command(tool.archive_command(f"backlog-{kind}"), name, f"pg_wal/{name}")
                data.done(name)
            tool.wait_until_idle()
            table.add(tool.name, (time.perf_counter() - began) * 1000 / len(names))
            data.forget()
        tables.append(table)
    return tables


ALL = {"one": one, "backlog": backlog}
