"""walstow and its peers, each as an archive_command and a restore_command.

Every tool has an archive of its own, and keeps it durable as well as it can: what a tool leaves out
(cp syncs and checks nothing) stands in its name.
"""

import os
import shlex
import shutil
import socket
from pathlib import Path

from machine import BINARIES
from support import processes, wait
from support.archive import Archive
from support.postgres import BIN

PGBACKREST = "/usr/bin/pgbackrest"


def of_run(peers):
    """The tools of a run, in the order of their rows."""
    kinds = [Walstow, WalstowClient, Copy, SyncedCopy]
    return kinds + [PgBackRest, PgBackRestAsync] if peers else kinds


class Tool:
    """`command` strings are PostgreSQL's, for a working directory that is a data directory.

    Several archives of one tool are told apart by `place`; each is made by `open(place)`.
    """

    name = ""
    PLACES = ("one", "backlog-pgbench", "backlog-noise", "backlog-empty")

    def __init__(self, machine):
        self.machine = machine
        self.folder = machine.folder / self.name.replace(" ", "-").replace(",", "")
        self.folder.mkdir()

    def archive_command(self, place):
        raise NotImplementedError

    def restore_command(self, place):
        raise NotImplementedError

    def wait_until_idle(self):
        """What a tool leaves behind in the background belongs to the call that began it."""

    def end(self):
        pass


class Copy(Tool):
    """What most blog posts show."""

    name = "cp (nothing synced or checked)"

    def archive_command(self, place):
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        return f"test ! -f {folder}/%f && cp %p {folder}/%f"

    def restore_command(self, place):
        return f"cp {self.folder / place}/%f %p"


class SyncedCopy(Copy):
    """The least that makes an archived segment outlive a power cut."""

    name = "copy, file and folder synced"

    def archive_command(self, place):
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        partial = f"{folder}/%f.partial"
        return f"cp %p {partial} && sync {partial} && mv -n {partial} {folder}/%f && sync {folder}"


class Walstow(Tool):
    """Over TLS to a walstowd; each place is a cluster of its own."""

    name = "walstow, store compresses"
    settings = {"compress": "store"}

    def __init__(self, machine):
        super().__init__(machine)
        self.archive = Archive(self.folder / "archive", machine.binaries, "tls")
        self.archive.init()
        self._settings = {}
        for place in self.PLACES:
            self.archive.walstow("cluster", "create", place)
            folder = self.folder / place
            folder.mkdir()
            self._settings[place] = self.archive.settings_file(
                folder / "walstow.toml", cluster=place, **self.settings
            )

    def settings_file(self, place):
        return self._settings[place]

    def archive_command(self, place):
        return self.archive.archive_command(self._settings[place])

    def restore_command(self, place):
        return self.archive.restore_command(self._settings[place])

    @property
    def daemon(self):
        return self.archive.daemon

    def end(self):
        self.archive.end()


class WalstowClient(Walstow):
    name = "walstow, client compresses"
    settings = {"compress": "client"}


class PgBackRest(Tool):
    """Over TLS to its own server, with its fastest compression; each place is a stanza."""

    name = "pgBackRest, sync, lz4"
    options = {"compress-type": "lz4"}

    def __init__(self, machine):
        if not Path(PGBACKREST).exists():
            raise SystemExit(f"{PGBACKREST} is missing: apt-get install pgbackrest, or --no-peers")
        super().__init__(machine)
        self._process = None
        self._port = _free_port()
        self._make_certificates()
        self._write_settings()
        for place in self.PLACES:
            self._run("repository", place, "stanza-create")
        self._start()

    def archive_command(self, place):
        return f"{self._command('client', place)} archive-push %p"

    def restore_command(self, place):
        return f"{self._command('client', place)} archive-get %f %p"

    def end(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def wait_until_idle(self):
        wait.until(lambda: not processes.find(f"--config={self.folder}/client.conf"), "it is idle")

    def _command(self, side, place):
        return f"{PGBACKREST} --config={self.folder}/{side}.conf --stanza={place}"

    def _run(self, side, place, command):
        processes.run(*shlex.split(self._command(side, place)), command)

    def _make_certificates(self):
        """Those of a walstow archive do: an authority, a server, a client."""
        maker = Archive(self.folder / "certificates", self.machine.binaries, "local")
        processes.run(maker.binaries / "walstow", "init", maker.folder, "--host", "localhost")
        maker.walstow("cluster", "create", "main")
        maker.walstow(
            "client", "add", "bench", "--cluster", "main", "--right", "archive",
            "--out", self.folder / "client", "--url", "https://localhost:1",
        )  # fmt: skip
        self.server_files = maker.folder / "_tls"

    def _write_settings(self):
        client = self.folder / "client"
        common = {
            "log-level-console": "error",
            "log-level-file": "off",
            "log-level-stderr": "error",
            "lock-path": self.folder / "lock",
            **self.options,
        }
        repository = {
            **common,
            "repo1-path": self.folder / "repository",
            "tls-server-address": "127.0.0.1",
            "tls-server-port": self._port,
            "tls-server-ca-file": self.server_files / "ca.crt",
            "tls-server-cert-file": self.server_files / "server.crt",
            "tls-server-key-file": self.server_files / "server.key",
            "tls-server-auth": "bench=*",
        }
        over_tls = {
            **common,
            "repo1-host": "localhost",
            "repo1-host-type": "tls",
            "repo1-host-port": self._port,
            "repo1-host-config": self.folder / "repository.conf",
            "repo1-host-ca-file": client / "ca.crt",
            "repo1-host-cert-file": client / "client.crt",
            "repo1-host-key-file": client / "client.key",
            "spool-path": self.folder / "spool",
        }
        for side, values in (("repository", repository), ("client", over_tls)):
            lines = ["[global]\n", *(f"{name}={value}\n" for name, value in values.items())]
            primary = self.machine.primary
            for place in self.PLACES:
                lines += [
                    f"[{place}]\n", f"pg1-path={primary.data}\n",
                    f"pg1-socket-path={primary.socket}\n", "pg1-user=postgres\n",
                ]  # fmt: skip
            (self.folder / f"{side}.conf").write_text("".join(lines), encoding="utf-8")

    def _start(self):
        self._process = processes.spawn(
            [PGBACKREST, f"--config={self.folder}/repository.conf", "server"],
            self.folder / "server.log",
        )
        wait.until(lambda: _listens(self._port), "pgBackRest's server listens")


class PgBackRestAsync(PgBackRest):
    name = "pgBackRest, async, lz4"
    options = {"compress-type": "lz4", "archive-async": "y", "process-max": "2"}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
