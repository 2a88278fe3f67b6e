"""What many servers ask for at once, and what it takes of a machine."""

import json
import os
import subprocess
import threading
import time

from cases import RESTORED
from machine import run_command, say
from report import Goal, Table
from support import processes
from tools import WalstowTls, WalstowTlsClient

_READERS = 8
_TICKS = os.sysconf("SC_CLK_TCK")


def memory(machine):
    """Peaks: of a call, and of the daemon after 32 puts and 32 gets at once."""
    table = Table("Peak of memory", unit="MB")
    names = machine.segments["pgbench"][:32]
    data = machine.data_directory("memory", names)
    data.enter()
    for tool in machine.tools:
        if not isinstance(tool, (WalstowTls, WalstowTlsClient)):
            continue
        say(f"{table.title}: {tool.name}")
        put, get = tool.archive_command("memory"), tool.restore_one_command("memory")
        archive, restore = f"walstow-archive ({tool.compress})", f"walstow-restore ({tool.compress})"
        table.add(archive, _peak_of_call(data, put, names[0], f"pg_wal/{names[0]}"))
        table.add(restore, _peak_of_call(data, get, names[0], RESTORED))
        at_once = []
        for number in range(32):
            name = names[number % len(names)]
            texts = (
                put.replace("%p", f"pg_wal/{name}"),
                get.replace("%f", names[0]).replace("%p", f"pg_wal/restored-{number}"),
            )
            at_once += [os.posix_spawn("/bin/sh", ["sh", "-c", text], os.environ) for text in texts]
        failed = [pid for pid in at_once if os.waitpid(pid, 0)[1] != 0]
        if failed:
            raise SystemExit(f"{len(failed)} of {len(at_once)} calls at once failed")
        daemon = f"walstowd, 32 puts and 32 gets at once ({tool.compress})"
        table.add(daemon, _peak_of(tool.archive.daemon.pid))
        table.goals += [Goal(archive, 32), Goal(restore, 32), Goal(daemon, 64)]
        data.forget()
    return [table]


def _peak_of_call(data, command, name, path):
    """MB. The account of the call itself would have this program's memory in it."""
    file = data.folder / "peak"
    run_command(f"/usr/bin/time -f %M -o {file} {command}", name, path)
    return int(file.read_text(encoding="ascii").split()[-1]) / 1024


def _peak_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def _processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def fanout(machine):
    """Eight standbys read everything at once, while the primary goes on archiving.

    The standbys stand for other machines: they have no part in the disk of the store and the
    primary, and give way to both (nice).
    """
    names = machine.segments["pgbench"]
    tool = next(tool for tool in machine.tools if isinstance(tool, WalstowTlsClient))
    data = machine.data_directory("fanout", names + machine.segments["noise"])
    data.archive(tool, "fanout", names)
    puts = Table("Fan-out: archive, one call of badly compressible WAL")
    cost = Table(f"Fan-out: processor time of the store per segment, {_READERS} readers")
    fair = Table(f"Fan-out: time until a reader has {len(names)} segments", unit="s")
    say(f"{puts.title}: {_READERS} readers")
    idle, busy = "while idle", f"beside {_READERS} readers"
    noise = iter(machine.segments["noise"])
    data.enter()
    for _ in range(len(machine.segments["noise"]) // 2):
        puts.add(idle, _put(tool, data, next(noise)))
    before = _processor_seconds(tool.archive.daemon.pid)
    readers = _start_readers(machine, tool, names, "alone")
    _join(readers)
    used = _processor_seconds(tool.archive.daemon.pid) - before
    segments = _READERS * len(names)
    own, bare = "walstowd", "bare read and SSL_write"
    cost.add(own, used * 1000 / segments)
    cost.add(bare, _bare_loop(machine, tool, names) * 1000 / segments)
    for reader in readers:
        fair.add("each reader", reader.seconds)
    tool.end_prefetching()
    readers = _start_readers(machine, tool, names, "beside")
    for name in noise:
        if any(reader.is_alive() for reader in readers):
            puts.add(busy, _put(tool, data, name))
    _join(readers)
    cost.goals = [Goal(own, 2, (bare,))]
    puts.goals = [Goal(busy, 1.5, (idle,))]
    fair.note = f"the first one after {min(fair.samples['each reader']):.1f} s"
    return [cost, fair, puts]


def _start_readers(machine, tool, names, what):
    readers = [_Reader(machine, tool, names, f"{what}-{number}") for number in range(_READERS)]
    for reader in readers:
        reader.start()
    return readers


def _join(readers):
    for reader in readers:
        reader.join()
        if reader.failure is not None:
            raise SystemExit(f"a reader failed: {reader.failure}")


def _put(tool, data, name):
    data.ready([name])
    milliseconds = run_command(tool.archive_command("fanout"), name, f"pg_wal/{name}")
    data.done(name)
    return milliseconds


class _Reader(threading.Thread):
    """A standby's calls, without the replay between them."""

    def __init__(self, machine, tool, names, which):
        super().__init__()
        self.data = machine.data_directory_elsewhere(f"reader-{which}")
        (self.data.folder / "standby.signal").touch()
        self._command = tool.restore_command("fanout").replace("%p", RESTORED)
        self._names = names
        self.seconds = 0.0
        self.failure = None

    def run(self):
        began = time.perf_counter()
        for name in self._names:
            done = processes.run(
                "nice", "-n", "19", "sh", "-c", self._command.replace("%f", name), cwd=self.data.folder,
                check=False,
            )  # fmt: skip
            if done.returncode != 0:
                self.failure = done.stderr
                return
            os.unlink(self.data.folder / RESTORED)
        self.seconds = time.perf_counter() - began


def _bare_loop(machine, tool, names):
    """Processor seconds of a program that sends the same objects over the same TLS."""
    objects = tool.archive.objects("fanout")
    listing = machine.folder / "objects"
    listing.write_text("".join(f"{objects[name]}\n" for name in names), encoding="utf-8")
    certificates = tool.archive.folder / "_tls"
    done = subprocess.run(
        [machine.binaries / "bare_tls_sender", certificates / "server.crt",
         certificates / "server.key", str(_READERS), listing],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return json.loads(done.stdout)["processor_seconds"]
