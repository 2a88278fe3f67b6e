"""A network that fails: relays TCP connections to a port, and spoils them as it is told."""

import contextlib
import socket
import struct
import threading
import time
from typing import NamedTuple

UP = "up"  # from the client to the store
DOWN = "down"

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # struct linger


class Fault(NamedTuple):
    """What happens to a connection once `after` bytes went in one direction.

    "cut": both ends see the end of the stream. "reset": both see a reset. "silence": nothing goes
    through any more, and nobody is told, as if the peer's machine had lost its power. "slow": from
    then on one byte a second, in either direction.
    """

    kind: str
    direction: str = UP
    after: int = 0


class _Connection:
    def __init__(self, client, port, fault):
        self._client = client
        self._fault = fault
        self._store = socket.create_connection(("127.0.0.1", port))
        self.passed = {UP: 0, DOWN: 0}
        self._struck = threading.Event()
        self._threads = [
            threading.Thread(target=self._relay, args=arguments, daemon=True)
            for arguments in ((client, self._store, UP), (self._store, client, DOWN))
        ]
        for thread in self._threads:
            thread.start()

    def _relay(self, source, target, direction):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._pass(data, target, direction)
            target.shutdown(socket.SHUT_WR)

    def _pass(self, data, target, direction):
        fault = self._fault
        if fault and direction == fault.direction and not self._struck.is_set():
            left = fault.after - self.passed[direction]
            self._send(data[:left], target, direction)
            data = data[left:] if left < len(data) else b""
            if self.passed[direction] >= fault.after:
                self._struck.set()
                if fault.kind in ("cut", "reset"):
                    self.close(reset=fault.kind == "reset")
        if not self._struck.is_set():
            self._send(data, target, direction)
        elif fault.kind == "slow":
            for byte in data:
                time.sleep(1)
                self._send(bytes([byte]), target, direction)

    def _send(self, data, target, direction):
        if data:
            target.sendall(data)
            self.passed[direction] += len(data)

    def close(self, reset=False):
        for end in (self._client, self._store):
            with contextlib.suppress(OSError):
                if reset:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                else:
                    end.shutdown(socket.SHUT_RDWR)
                end.close()


class BadNetwork:
    """Listens on `port` of loopback. Each connection takes the next of `faults`, and then the last.

    None is a connection that is left alone.
    """

    def __init__(self, store_port):
        self._store_port = store_port
        self._faults = [None]
        self.connections = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def set_faults(self, *faults):
        self._faults = list(faults)
        self.connections = []

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                fault = self._faults.pop(0) if len(self._faults) > 1 else self._faults[0]
                try:
                    self.connections.append(_Connection(client, self._store_port, fault))
                except OSError:  # the store is not there
                    client.close()

    def close(self):
        self._listener.close()
        for connection in self.connections:
            connection.close()
