"""The programs that are used for it today, each at its best setting."""

import shlex
import socket

from support import processes, wait
from support.sshd import Sshd, make_key
from tools import TlsFiles, Tool


class PgBackRest(Tool):
    """Over TLS to its own server, with its fastest compression; each place is a stanza."""

    name = restore_name = "pgBackRest over TLS, sync, lz4"
    options = {"compress-type": "lz4"}

    def __init__(self, machine):
        super().__init__(machine)
        self._process = None
        self._port = _free_port()
        self._files = TlsFiles(machine, self.folder)
        self._write_settings()
        for place in self.PLACES:
            processes.run(*self._words("repository", place), "stanza-create")
        self._start()

    def archive_command(self, place):
        return f'{self._command(place)} --pg1-path="$PWD" archive-push %p'

    def restore_command(self, place):
        return f'{self._command(place)} --pg1-path="$PWD" archive-get %f %p'

    def unreachable_command(self, port):
        return f"{self.archive_command('one')} --repo1-host-port={port}"

    def wait_until_idle(self):
        wait.until(
            lambda: not processes.find(f"--config={self.folder}/client.conf"), "pgBackRest is idle"
        )

    def end(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def _words(self, side, place):
        return ["pgbackrest", f"--config={self.folder}/{side}.conf", f"--stanza={place}"]

    def _command(self, place):
        return shlex.join(self._words("client", place))

    def _write_settings(self):
        certificate, key, authority = self._files.server
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
            "tls-server-ca-file": authority,
            "tls-server-cert-file": certificate,
            "tls-server-key-file": key,
            "tls-server-auth": "bench=*",
        }
        certificate, key, authority = self._files.client
        over_tls = {
            **common,
            "repo1-host": "localhost",
            "repo1-host-type": "tls",
            "repo1-host-port": self._port,
            "repo1-host-config": self.folder / "repository.conf",
            "repo1-host-ca-file": authority,
            "repo1-host-cert-file": certificate,
            "repo1-host-key-file": key,
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
            ["pgbackrest", f"--config={self.folder}/repository.conf", "server"],
            self.folder / "server.log",
        )
        wait.until(lambda: _listens(self._port), "pgBackRest's server listens")


class PgBackRestAsync(PgBackRest):
    name = restore_name = "pgBackRest over TLS, async, lz4"
    options = {"compress-type": "lz4", "archive-async": "y", "process-max": "2"}
    catches_up = True

    def __init__(self, machine):
        super().__init__(machine)
        (self.folder / "spool").mkdir(exist_ok=True)

    def fetched_ahead(self, name):
        return (self.folder / "spool/archive/restore/in" / name).exists()

    def restore_one_command(self, place):
        return f"{self.restore_command(place)} --no-archive-async"


class OverSsh(Tool):
    """To an sshd of its own, which lets the key in for anything."""

    slow = True

    def __init__(self, machine):
        super().__init__(machine)
        self.sshd = Sshd(self.folder / "sshd")
        key = make_key(self.folder / "id_ed25519")
        self.sshd.let_in((self.folder / "id_ed25519.pub").read_text(encoding="ascii"))
        self.settings = self.folder / "ssh_config"
        self.settings.write_text(
            f"Host store\nHostName {self.sshd.host}\nPort {self.sshd.port}\n"
            f"User {self.sshd.user}\nIdentityFile {key}\n"
            f"UserKnownHostsFile {self.sshd.known_hosts}\nLogLevel ERROR\n",
            encoding="utf-8",
        )
        for place in self.PLACES:
            (self.folder / place).mkdir()
        self.sshd.start("Subsystem sftp internal-sftp")  # which scp speaks

    def end(self):
        self.sshd.kill()


class Scp(OverSsh):
    name = restore_name = "scp (nothing synced or checked)"
    catches_up = True

    def archive_command(self, place):
        return f"scp -q -F {self.settings} %p store:{self.folder / place}/%f"

    def restore_command(self, place):
        return f"scp -q -F {self.settings} store:{self.folder / place}/%f %p"


class Rsync(OverSsh):
    name = restore_name = "rsync over SSH (not synced)"

    def archive_command(self, place):
        return f"rsync -a --ignore-existing -e 'ssh -F {self.settings}' %p store:{self.folder / place}/%f"

    def restore_command(self, place):
        return f"rsync -a -e 'ssh -F {self.settings}' store:{self.folder / place}/%f %p"


class Barman(OverSsh):
    """Its two commands call "ssh" with no settings of their own, so one with settings comes first."""

    name = restore_name = "Barman (over SSH)"

    def __init__(self, machine):
        super().__init__(machine)
        wrapper = self.folder / "bin/ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {self.settings} "$@"\n')
        wrapper.chmod(0o755)
        self._path = f"PATH={wrapper.parent}:$PATH"
        self._server = self.folder / "barman.conf"
        home = self.folder / "home"
        home.mkdir()
        lines = [
            "[barman]\n", f"barman_user = {self.sshd.user}\n", f"barman_home = {home}\n",
            f"log_file = {home}/barman.log\n",
        ]  # fmt: skip
        for place in self.PLACES:
            (home / place / "incoming").mkdir(parents=True)
            lines += [
                f"[{place}]\n", f"description = {place}\n", "archiver = on\n",
                "backup_method = rsync\n", "backup_options = concurrent_backup\n", "ssh_command = ssh store\n",
                f"conninfo = host={machine.primary.socket} user=postgres dbname=postgres\n",
            ]  # fmt: skip
        self._server.write_text("".join(lines), encoding="utf-8")
        self._options = f"-c {self._server} -U {self.sshd.user}"

    def archive_command(self, place):
        return f"{self._path} barman-wal-archive {self._options} store {place} %p"

    def restore_command(self, place):
        return f"{self._path} barman-wal-restore {self._options} store {place} %f %p"


ALL = [PgBackRest, PgBackRestAsync, Scp, Rsync, Barman]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
