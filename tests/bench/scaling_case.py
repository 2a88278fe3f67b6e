"""Does a backlog get done sooner over more connections, and what bounds it?"""

import contextlib
import socket
import threading
import time

from machine import say
from report import Table
from tools import PATIENT, WalstowTlsClient

_CONNECTIONS = (1, 2, 4, 8)
_BYTES_A_SECOND = 5_000_000


class PacedNetwork:
    """Relays connections to a port of loopback, each at a pace of its own.

    So a put waits most of its time, as if each connection had a slow processor to itself at both ends.
    The two processors of this machine then do the work of more than two.
    """

    def __init__(self, port):
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                store = socket.create_connection(("127.0.0.1", self._port))
                for ends in ((client, store), (store, client)):
                    threading.Thread(target=self._relay, args=ends, daemon=True).start()

    @staticmethod
    def _relay(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(len(data) / _BYTES_A_SECOND)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self):
        self._listener.close()


def scaling(machine):
    names = machine.segments["pgbench"]
    tool = next(tool for tool in machine.tools if isinstance(tool, WalstowTlsClient))
    data = machine.data_directory("scaling", names)
    network = PacedNetwork(tool.archive.daemon.port)
    ways = {
        "two processors": tool.archive.url,
        f"{_BYTES_A_SECOND // 1_000_000} MB/s for each connection": network.url,
    }
    try:
        return [_table(tool, data, names, title, url) for title, url in ways.items()]
    finally:
        network.close()


def _table(tool, data, names, way, url):
    table = Table(f"Backlog over several connections, per segment: {way}")
    size = min(len(names), 16)
    say(f"{table.title}: {len(names)} segments")
    for start in range(0, len(names), size):
        for count in _CONNECTIONS:
            # Each has a cluster of its own: what is there already is not sent again.
            cluster = f"scaling-{way[0]}-{start}-{count}"
            reached = Reached(tool, cluster, url, count)
            cost = data.archive(reached, "", names[start : start + size])
            table.add(f"archive_connections = {count}", cost / size)
    return table


class Reached:
    """A new cluster of the tool's archive, reached by `url` and with so many connections."""

    def __init__(self, tool, cluster, url, connections):
        self._tool = tool
        tool.archive.walstow("cluster", "create", cluster)
        folder = tool.folder / cluster
        folder.mkdir()
        settings = tool.archive.settings_file(
            folder / "walstow.toml", cluster=cluster, compress="client", **PATIENT
        )
        options = f"--store {url} --archive-connections {connections}"
        self._command = f"{tool.archive.archive_command(settings)} {options}"
        self._restore = f"{tool.archive.restore_command(settings)} --store {url}"

    def archive_command(self, _place):
        return self._command

    def restore_command(self):
        return self._restore

    def wait_until_idle(self):
        self._tool.wait_until_idle()
