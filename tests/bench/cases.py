"""What is measured. Each case gives tables; the tools take turns in it."""

import os
import shutil
import time

from machine import say
from report import Table
from support.postgres import Server


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


def restore(machine):
    single = Table("Restore, one call", goals={"walstow, client compresses": 0.4})
    row = Table("Restore, called in a row")
    names = machine.segments["pgbench"][: machine.count(24, 6)]
    source = DataDirectory(machine, "restore-source")
    source.hold(names)
    target = DataDirectory(machine, "restore-target")
    (target.wal.parent / "standby.signal").touch()
    path = "pg_wal/RECOVERYXLOG"
    say(f"{single.title}: {len(names)} rounds")
    source.enter()
    for tool in machine.tools:
        for name in names:
            run_command(tool.archive_command("restore"), name, f"pg_wal/{name}")
        tool.wait_until_idle()
    target.enter()
    for name in names:
        for tool in machine.tools:
            seconds, _ = run_command(tool.restore_one_command("restore"), name, path)
            os.unlink(path)
            tool.wait_until_idle()
            target.forget()
            single.add(tool.name, seconds * 1000)
    for tool in machine.tools:
        for name in names:
            seconds, _ = run_command(tool.restore_command("restore"), name, path)
            os.unlink(path)
            row.add(tool.name, seconds * 1000)
        tool.wait_until_idle()
        target.forget()
    return [single, row]


def catchup(machine):
    names = machine.missed()
    table = Table(f"Catch-up of a standby, {len(names)} segments", unit="s")
    table.goals = {"walstow, client compresses": 0.75}
    data = DataDirectory(machine, "catchup")
    data.hold(names)
    data.enter()
    for tool in machine.tools:
        for name in names:
            run_command(tool.archive_command("catchup"), name, f"pg_wal/{name}")
        tool.wait_until_idle()
    for number in range(machine.count(3, 1)):
        say(f"{table.title}: round {number + 1}")
        table.add("replay alone, all WAL in pg_wal", replay(machine, None, names))
        for tool in machine.tools:
            table.add(tool.name, replay(machine, tool.restore_command("catchup"), []))
            tool.wait_until_idle()
    return [table]


def replay(machine, restore_command, local):
    """Seconds from the start of a standby until it has replayed everything."""
    standby = Server(machine.folder / "standby")
    try:
        standby.copy_of(machine.backup)
        for name in local:
            shutil.copy(machine.primary.wal / name, standby.wal / name)
        standby.configure(archive_mode="off", restore_command=restore_command or "false")
        standby.signal_file("standby.signal")
        os.sync()
        began = time.perf_counter()
        standby.start()
        standby.wait_replayed(machine.catch_up_end)
        return time.perf_counter() - began
    finally:
        standby.kill()
        shutil.rmtree(standby.folder)


def start(machine):
    """What a call costs beside its work: a mark or a prefetched file is found."""
    table = Table("Start: a file that was archived ahead")
    names = machine.segments["empty"][:3]
    data = DataDirectory(machine, "start")
    data.hold(names)
    data.enter()
    walstow = machine.tools[0]
    command = walstow.archive_command("start")
    data.ready(names)
    run_command(command, names[0], f"pg_wal/{names[0]}")
    say(f"{table.title}: {machine.count(200, 50)} rounds")
    for _ in range(machine.count(200, 50)):
        for name, text in (("sh -c true", "true"), ("walstow-archive, found a mark", command)):
            seconds, _ = run_command(text, names[1], f"pg_wal/{names[1]}")
            table.add(name, seconds * 1000)
    return [table]


def memory(machine):
    """Peaks: of a call by its own account, of the daemon after 32 puts and gets at once."""
    table = Table("Peak of memory", unit="MB")
    names = machine.segments["pgbench"][: machine.count(32, 8)]
    data = DataDirectory(machine, "memory")
    data.hold(names)
    data.enter()
    for tool in machine.tools[:2]:
        path = f"pg_wal/{names[0]}"
        _, usage = run_command(f"exec {tool.archive_command('memory')}", names[0], path)
        table.add(f"{tool.name}: walstow-archive", usage.ru_maxrss / 1024)
        command = f"exec {tool.restore_one_command('memory')}"
        _, usage = run_command(command, names[0], "pg_wal/RECOVERYXLOG")
        table.add(f"{tool.name}: walstow-restore", usage.ru_maxrss / 1024)
        at_once = []
        for number, name in enumerate(names):
            put = tool.archive_command("memory").replace("%p", f"pg_wal/{name}")
            get = tool.restore_one_command("memory").replace("%f", names[0])
            get = get.replace("%p", f"pg_wal/restored-{number}")
            for text in (put, get):
                at_once.append(os.posix_spawn("/bin/sh", ["sh", "-c", text], os.environ))
        failed = [pid for pid in at_once if os.waitpid(pid, 0)[1] != 0]
        if failed:
            raise SystemExit(f"{len(failed)} of {len(at_once)} calls at once failed")
        table.add(f"{tool.name}: walstowd, {len(names)} puts and gets", peak_of(tool.daemon.pid))
        data.forget()
    return [table]


def peak_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


ALL = {
    "one": one,
    "backlog": backlog,
    "restore": restore,
    "catchup": catchup,
    "start": start,
    "memory": memory,
}
