"""What a standby with archive_mode = always sends and costs, beside the primary that archives the same segments."""

import os

from machine import Cost, run_command, say
from report import Table
from scaling_case import Reached
from support.bad_network import UP, BadNetwork
from tools import WalstowTlsClient

_TOGETHER = 16  # segments; each call of a standby asks about so many at once


def standbys(machine):
    names = machine.segments["pgbench"]
    tool = next(tool for tool in machine.tools if isinstance(tool, WalstowTlsClient))
    sent = Table("Bytes that a server sends, per segment of pgbench WAL", unit="kB")
    taken = Table("Time that a server takes to archive, per segment of pgbench WAL")
    say(f"{taken.title}: {len(names)} segments")
    network = BadNetwork(tool.archive.daemon.port)
    try:
        reached = Reached(tool, "standbys", network.url, 2)
        case = _Standbys(machine, tool, reached, network)
        for start in range(0, len(names) - _TOGETHER + 1, _TOGETHER):
            case.measure(names[start : start + _TOGETHER], sent, taken)
    finally:
        network.close()
    return [sent, taken]


class _Standbys:
    def __init__(self, machine, tool, reached, network):
        self._tool = tool
        self._reached = reached
        self._network = network
        self._primary = machine.data_directory("standbys-primary", machine.segments["pgbench"])
        self._standby = machine.data_directory("standbys-standby", machine.segments["pgbench"])
        (self._standby.folder / "standby.signal").touch()

    def measure(self, names, sent, taken):
        ways = {
            "a primary, or a standby that does not ask": lambda: self._archive(self._primary, names),
            "a standby, 16 segments wait": lambda: self._archive(self._standby, names),
            "a standby, one segment after the other": lambda: self._one_by_one(names),
            "a standby that got them from the archive": lambda: self._restored(names),
        }
        for way, archive in ways.items():
            before = self._sent()
            cost = archive()
            taken.add(way, cost / len(names))
            sent.add(way, (self._sent() - before - self._not_counted) / len(names) / 1000)

    _not_counted = 0  # bytes of the last way that are not for archiving

    def _sent(self):
        return sum(connection.passed[UP] for connection in self._network.connections)

    def _archive(self, data, names):
        self._not_counted = 0
        return data.archive(self._reached, "", names)

    def _one_by_one(self, names):
        total = Cost(0, 0)
        for name in names:
            cost = self._archive(self._standby, [name])
            total = Cost(total + cost, total.cpu + cost.cpu)
        return total

    def _restored(self, names):
        """The first call of a standby makes walstow-restore note what it restores."""
        before = self._sent()
        self._standby.enter()
        self._standby.ready(names[:1])
        run_command(self._reached.archive_command(""), names[0], f"pg_wal/{names[0]}")
        for name in names:
            run_command(f"{self._reached.restore_command()} --prefetch-files 0", name, "pg_wal/RECOVERYXLOG")
            os.replace("pg_wal/RECOVERYXLOG", f"pg_wal/{name}")
        self._not_counted = self._sent() - before
        return self._standby.archive(self._reached, "", names)
