"""What a test has done by root, although it gave up root itself."""

import json
import os
import socket
import subprocess
import traceback
from types import SimpleNamespace

from support import processes


class Root:
    """A process that keeps root, and runs what it is sent until the test ends."""

    def __init__(self):
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self._here.close()
            _serve(there)
        there.close()

    def run(self, *command, cwd):
        """As processes.run() without check. That it could not run, or not in time, fails the test."""
        self._here.send(json.dumps({"command": [str(part) for part in command], "cwd": str(cwd)}).encode())
        answer = self._here.recv(1 << 20)
        if not answer:
            raise AssertionError(f"the process that keeps root has ended; it was sent: {command}")
        answer = json.loads(answer)
        if "error" in answer:
            raise AssertionError(f"root could not run {command}: {answer['error']}")
        return SimpleNamespace(**answer)

    def at_end(self, *command):
        """Has `command` run, last one first, when the test has ended by whatever cause, a SIGKILL too."""
        self._here.send(json.dumps({"at_end": [str(part) for part in command]}).encode())
        self._here.recv(1 << 20)


def _serve(connection):
    at_end = []
    try:
        while request := connection.recv(1 << 20):
            request = json.loads(request)
            later = request.pop("at_end", None)
            if later:
                at_end.append(later)
            answer = {} if later else _answer(**request)
            connection.send(json.dumps(answer).encode())
    except Exception:
        traceback.print_exc()
    finally:
        for command in reversed(at_end):
            _answer(command, "/")
        os._exit(0)


def _answer(command, cwd):
    try:
        done = processes.run(*command, check=False, cwd=cwd)
    except (OSError, subprocess.SubprocessError) as error:
        return {"error": str(error)}
    return {"returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
