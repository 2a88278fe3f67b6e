"""What a test has done by root, although it gave up root itself."""

import contextlib
import json
import os
import socket
import subprocess
from types import SimpleNamespace


class Root:
    """A process that keeps root, and runs what it is sent until the test ends."""

    def __init__(self):
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self._here.close()
            _serve(there)
        there.close()

    def run(self, *command, cwd):
        """As processes.run() without check."""
        self._here.send(json.dumps({"command": [str(part) for part in command], "cwd": str(cwd)}).encode())
        return SimpleNamespace(**json.loads(self._here.recv(1 << 20)))


def _serve(connection):
    with contextlib.suppress(BaseException):
        while request := connection.recv(1 << 20):
            request = json.loads(request)
            done = subprocess.run(
                request["command"], cwd=request["cwd"], stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            answer = {"returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
            connection.send(json.dumps(answer).encode())
    os._exit(0)
