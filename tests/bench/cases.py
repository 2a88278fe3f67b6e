"""What one server asks for, one call after the other. The tools take turns, round by round."""

import os
import shutil
import socket
import time

from machine import run_command, say
from report import Goal, Table
from support import processes, wait
from support.postgres import Server
from tools import Walstow, WalstowTls, WalstowTlsClient

SYNC, ASYNC = "pgBackRest over TLS, sync, lz4", "pgBackRest over TLS, async, lz4"
CLIENT = "walstow over TLS, client compresses"
SSH_CLIENT = "walstow over SSH, client compresses"
SCP = "scp (nothing synced or checked)"
RESTORED = "pg_wal/RECOVERYXLOG"

_SLOW_EVERY = 3  # rounds


def taking_part(tools, number):
    return [tool for tool in tools if not tool.slow or number % _SLOW_EVERY == 0]


def one(machine):
    table = Table("Archive, one call with nothing else to do")
    table.goals = [Goal(CLIENT, 0.6, (SYNC,)), Goal(SSH_CLIENT, 0.5, (SCP,))]
    names = machine.segments["pgbench"][: machine.count(30, 5)]
    data = machine.data_directory("one", names)
    data.enter()
    say(f"{table.title}: {len(names)} rounds")
    for number, name in enumerate(names):
        for tool in taking_part(machine.tools, number):
            data.ready([name])
            table.add(tool.name, run_command(tool.archive_command("one"), name, f"pg_wal/{name}"))
            tool.wait_until_idle()
            data.forget()
    return [table]


def backlog(machine):
    tables = []
    for kind, names in machine.segments.items():
        table = Table(f"Archive, backlog of {kind} WAL, per segment")
        table.goals = [Goal(CLIENT, 0.6, (ASYNC,))]
        data = machine.data_directory(f"backlog-{kind}", names)
        say(f"{table.title}: {len(names)} segments")
        size = min(len(names), 16)
        for number in range(len(names) // size):
            part = names[number * size : (number + 1) * size]
            # Whoever comes first finds the segments out of the processor's caches.
            first = number % len(machine.tools)
            for tool in machine.tools[first:] + machine.tools[:first]:
                # What archives one after the other is no faster with more of them.
                mine = part[: machine.count(4, 2)] if tool.slow else part
                table.add(tool.name, data.archive(tool, "backlog", mine) / len(mine))
        tables.append(table)
    return tables


def restore(machine):
    single = Table("Restore, one call", goals=[Goal("walstow over TLS", 0.4, (SYNC,))])
    row = Table("Restore, called in a row")
    ahead = Table("Restore, what was fetched ahead", goals=[Goal("walstow over TLS", 4)])
    names = machine.segments["pgbench"][: machine.count(32, 5)]
    source = machine.data_directory("restore-source", names)
    target = machine.data_directory("restore-target", [])
    (target.folder / "standby.signal").touch()
    tools = [tool for tool in machine.tools if tool.restore_name]
    say(f"{single.title}: {len(names)} rounds")
    for tool in tools:
        source.archive(tool, "restore", names)
    target.enter()
    for number, name in enumerate(names):
        for tool in taking_part(tools, number):
            command = tool.restore_one_command("restore")
            single.add(tool.restore_name, run_command(command, name, RESTORED))
            _restored(tool, target)
    size = min(len(names), 8)
    for number in range(len(names) // size):
        part = names[number * size : (number + 1) * size]
        for tool in tools:
            for name in part[:2] if tool.slow else part:
                command = tool.restore_command("restore")
                row.add(tool.restore_name, run_command(command, name, RESTORED))
                os.unlink(RESTORED)
            _end_round(tool, target)
        for tool in tools:
            if tool.fetched_ahead(part[0]) is not None:
                _fetched_ahead(tool, part, ahead)
                _end_round(tool, target)
    return [single, row, ahead]


def _restored(tool, target):
    os.unlink(RESTORED)
    tool.wait_until_idle()
    target.forget()


def _end_round(tool, target):
    tool.end_prefetching()
    target.forget()


def _fetched_ahead(tool, names, table):
    command = tool.restore_command("restore")
    run_command(command, names[0], RESTORED)
    for name in names[1:]:
        wait.until(lambda name=name: tool.fetched_ahead(name), f"{name} was fetched ahead")
        table.add(tool.restore_name, run_command(command, name, RESTORED))
        os.unlink(RESTORED)


def catchup(machine):
    names = machine.missed()
    table = Table(f"Catch-up of a standby, {len(names)} segments", unit="s")
    alone, tls = "replay alone, all WAL in pg_wal", "walstow over TLS"
    table.goals = [
        Goal(tls, 1.2, (alone,)),
        Goal(tls, 1, ("cp (nothing synced or checked)",)),
        Goal(tls, 0.75, (ASYNC,)),
        Goal("walstow over SSH", 1, (tls,)),
    ]
    calls = Table(f"{table.title}: its calls that found their file")
    data = machine.data_directory("catchup", names)
    tools = [tool for tool in machine.tools if tool.catches_up]
    log = machine.folder / "catchup-calls"
    for tool in tools:
        data.archive(tool, "catchup", names)
    for number in range(machine.count(5, 1)):
        say(f"{table.title}: round {number + 1}")
        table.add(alone, _replay(machine, None, names))
        for tool in taking_part(tools, number):
            command = f"{machine.binaries / 'timed_call'} {log} {tool.restore_command('catchup')}"
            table.add(tool.restore_name, _replay(machine, command, []))
            for milliseconds in _successes(log):
                calls.add(tool.restore_name, milliseconds)
            tool.end_prefetching()
    return [table, calls]


def _successes(log):
    """What timed_call noted of calls that ended with 0; the log is removed."""
    noted = [line.split() for line in log.read_text(encoding="ascii").splitlines()]
    log.unlink()
    return [float(milliseconds) for milliseconds, status in noted if status == "0"]


def _replay(machine, restore_command, local):
    """Seconds from the start of a standby until it has replayed everything."""
    standby = Server(machine.folder / "standby")
    try:
        standby.copy_of(machine.backup)
        for name in local:
            shutil.copy(machine.primary.wal / name, standby.wal / name)
        # With fsync, as any real one: PostgreSQL makes each file durable before it replays it.
        standby.configure(
            archive_mode="off", fsync="on", restore_command=restore_command or "false"
        )
        standby.signal_file("standby.signal")
        os.sync()
        began = time.perf_counter()
        standby.start()
        standby.wait_replayed(machine.catch_up.lsn)
        return time.perf_counter() - began
    finally:
        standby.kill()
        shutil.rmtree(standby.folder)


def start(machine):
    """What a call costs beside its work: a mark, or a file that was fetched ahead, is found."""
    table = Table("Start: a call that finds its work done")
    names = machine.segments["empty"][:3]
    data = machine.data_directory("start", names)
    (data.folder / "standby.signal").touch()
    tool = next(tool for tool in machine.tools if isinstance(tool, WalstowTlsClient))
    archive, restored = tool.archive_command("start"), tool.restore_command("start")
    data.archive(tool, "start", names)
    data.ready(names)
    # Marks are made of files that have been left alone for a moment.
    wait.until(lambda: time.time() - (data.wal / names[-1]).stat().st_ctime > 1, "time passes")
    for name in names:
        run_command(archive, name, f"pg_wal/{name}")
        if any((data.wal / "pgsql_tmp_walstow").glob(f"**/{names[1]}*")):
            break
    run_command(restored, names[0], RESTORED)
    spool = data.wal / "pgsql_tmp_walstow/prefetch"
    wait.until(lambda: any(spool.glob(f"{names[1]}.*")), f"{names[1]} was fetched ahead")
    entry = next(spool.glob(f"{names[1]}.*"))
    hashed = f"xxhsum -q -H2 {data.wal / names[1]} >/dev/null"
    mark, found, digest, nothing, other = (
        "walstow-archive, finds a mark", "walstow-restore, finds a file and hashes it",
        "xxhsum -H2 of such a file", "sh -c true", "sh -c /bin/true, another process",
    )  # fmt: skip
    say(f"{table.title}: {machine.count(200, 50)} rounds")
    for _ in range(machine.count(200, 50)):
        table.add(nothing, run_command("true"))
        table.add(other, run_command("/bin/true"))
        table.add(mark, run_command(archive, names[1], f"pg_wal/{names[1]}"))
        table.add(digest, run_command(hashed))
        table.add(found, run_command(restored, names[1], RESTORED))
        # Where the next round finds it again.
        if os.path.exists(entry):
            raise SystemExit(f"{names[1]} was not taken from the spool")
        os.rename(RESTORED, entry)
    tool.end_prefetching()
    table.goals = [
        Goal(mark, table.median(nothing) + 2),
        Goal(found, table.median(digest) + 2),
    ]
    return [table]


def failure(machine):
    """How long PostgreSQL waits for its answer when the store does not answer."""
    table = Table("Failure: archiving while the store is down", unit="s")
    name = machine.segments["pgbench"][0]
    data = machine.data_directory("failure", [name])
    data.enter()
    tool = next(tool for tool in machine.tools if type(tool) is WalstowTls)
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ports = {
            "nobody listens": closed.getsockname()[1],
            "somebody listens and says nothing": silent.getsockname()[1],
        }
        for what, port in ports.items():
            say(f"{table.title}: {what}")
            for _ in range(machine.count(3, 1)):
                command = f"{_unreachable(tool, port)} 2>/dev/null"
                seconds = run_command(command, name, f"pg_wal/{name}", may_fail=True) / 1000
                table.add(f"walstow over TLS, {what}", seconds)
            for peer in machine.tools:
                if machine.quick or peer.name != SYNC:
                    continue
                command = f"timeout 200 {peer.unreachable_command(port)} >/dev/null 2>&1"
                seconds = run_command(command, name, f"pg_wal/{name}", may_fail=True) / 1000
                table.add(f"{peer.name}, {what}", seconds)
            table.goals.append(Goal(f"walstow over TLS, {what}", 5.5))
    return [table]


def _unreachable(tool, port):
    """With the default of the setting that bounds it."""
    return f"{tool.archive_command('one')} --archive-wait 5s --store https://localhost:{port}"


def walstow_tools(machine):
    return [tool for tool in machine.tools if isinstance(tool, Walstow)]
