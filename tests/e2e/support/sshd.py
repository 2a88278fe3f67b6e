"""A real sshd on a port of loopback, with keys and settings of its own.

It runs as the user of the test, who is the only one that it lets in.
"""

import os
import pwd
import re
import signal
import socket
import subprocess
from pathlib import Path

from support import processes, wait

PROGRAM = "/usr/sbin/sshd"
HOST = "127.0.0.1"

# sshd looks at each folder above a file of keys, and /tmp belongs to everybody: hence StrictModes.
_SETTINGS = """\
ListenAddress {address}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxSessions 1
PrintMotd no
LogLevel VERBOSE
{more}
{penalties}
"""


def has_penalties():
    """Whether this sshd refuses a host for some time after failed logins: OpenSSH 9.8 and later."""
    told = subprocess.run(["ssh", "-V"], capture_output=True, check=True, text=True).stderr
    major, minor = re.match(r"OpenSSH_(\d+)\.(\d+)", told).groups()
    return (int(major), int(minor)) >= (9, 8)


def _free_port(host):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def has_ipv6():
    try:
        _free_port("::1")
        return True
    except OSError:
        return False


def _children(pid):
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:  # it has ended
        return []
    return [int(child) for child in text.split()]


def _descendants(pid):
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def make_key(path, kind="ed25519", passphrase=""):
    """A key pair: `path`, and `path`.pub."""
    processes.run("ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", path)
    return Path(path)


class Sshd:
    """The sshd of `folder`, which is made. It keeps its port when it is started again."""

    def __init__(self, folder, host=HOST):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.log = self.folder / "log"
        self.host = host
        self.port = _free_port(host)
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.authorized_keys = self.folder / "authorized_keys"
        self.authorized_keys.touch(mode=0o600)
        self.known_hosts = self.folder / "known_hosts"
        self._process = None
        self.make_host_key()

    @property
    def address(self):
        return f"[{self.host}]:{self.port}"

    @property
    def url(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ssh://{self.user}@{host}:{self.port}"

    def make_host_key(self, kind="ed25519"):
        """A new one, unknown to `known_hosts`, which knows nothing at all after the first."""
        key = self.folder / "host_key"
        key.unlink(missing_ok=True)
        make_key(key, kind)
        if not self.known_hosts.exists():
            self.trust()

    def host_key_line(self):
        kind, key = (self.folder / "host_key.pub").read_text(encoding="ascii").split()[:2]
        return f"{self.address} {kind} {key}\n"

    def trust(self):
        self.known_hosts.write_text(self.host_key_line(), encoding="ascii")

    def let_in(self, line):
        with open(self.authorized_keys, "a", encoding="utf-8") as file:
            file.write(line.rstrip("\n") + "\n")

    def start(self, more=""):
        """`more`: lines for its settings."""
        address = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        settings = self.folder / "sshd_config"
        # All clients of a test have one address, so the failures of one would keep out the others.
        # Of two lines with one setting the first counts.
        penalties = "PerSourcePenalties no" if has_penalties() else ""
        settings.write_text(
            _SETTINGS.format(address=address, folder=self.folder, more=more, penalties=penalties)
        )
        seen = self.log_size()
        self._process = processes.spawn([PROGRAM, "-D", "-e", "-f", settings], self.log)
        wait.until(
            lambda: "listening on" in self.log_text(seen) or not self.running(), "sshd listens"
        )
        if not self.running():
            raise AssertionError(f"sshd did not start:\n{self.log_text(seen)}")

    def running(self):
        return self._process is not None and self._process.poll() is None

    def sessions(self):
        """Process ids of what serves its connections."""
        return list(_descendants(self._process.pid)) if self.running() else []

    def kill(self):
        """At once, with all that it has started."""
        if not self.running():
            return
        sessions = self.sessions()
        self._process.kill()
        self._process.wait()
        self.kill_sessions(sessions)

    def kill_sessions(self, sessions=None):
        """The connections alone, unless `sessions` are given."""
        for pid in self.sessions() if sessions is None else sessions:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    # --- its log --------------------------------------------------------------------------------

    def log_size(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def log_text(self, since=0):
        if not self.log.exists():
            return ""
        with open(self.log, "rb") as file:
            file.seek(since)
            return file.read().decode(errors="backslashreplace")
