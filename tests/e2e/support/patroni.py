"""A cluster that Patroni manages: etcd, and nodes on loopback, each with a client of its own in the archive.

The programs are those of Debian's packages patroni and etcd-server. Each node is configured as docs/failover.md has it.
"""

import json
import os
import shutil
import signal
from pathlib import Path

from support import processes, wait
from support.daemon import free_port
from support.postgres import SETTINGS, Server
from support.releases import program

HOST = "127.0.0.1"
PATRONI, PATRONICTL, ETCD = "/usr/bin/patroni", "/usr/bin/patronictl", "/usr/bin/etcd"
SCOPE = "main"
# Patroni's smallest values: a dead leader is replaced after seconds.
TTL = {"ttl": 20, "loop_wait": 1, "retry_timeout": 3}


def is_here():
    return all(os.access(path, os.X_OK) for path in (PATRONI, PATRONICTL, ETCD))


class Etcd:
    """The store in which Patroni's nodes agree on a leader."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.log = self.folder / "etcd.log"
        self.client = f"{HOST}:{free_port()}"
        self._peer = f"http://{HOST}:{free_port()}"
        self._process = None

    def start(self):
        self.folder.mkdir()
        url = f"http://{self.client}"
        self._process = processes.spawn(
            [
                ETCD, "--data-dir", self.folder / "data", "--listen-client-urls", url,
                "--advertise-client-urls", url, "--listen-peer-urls", self._peer,
                "--initial-advertise-peer-urls", self._peer, "--initial-cluster", f"default={self._peer}",
            ],
            self.log,
        )  # fmt: skip
        wait.until(lambda: "ready to serve client requests" in self.log.read_text(), "etcd answers")

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Node(Server):
    """One server and its Patroni. Patroni starts, stops and promotes PostgreSQL."""

    def __init__(self, folder, etcd):
        super().__init__(folder)
        self.port, self._api = free_port(), free_port()
        self._etcd = etcd
        self.settings = self.folder / "patroni.yml"
        self.hooks, self.local = {}, {}  # parts of the section "postgresql"

    def write_settings(self):
        """JSON is YAML, too."""
        user = {"username": "postgres", "password": "not used"}
        settings = {
            "scope": SCOPE,
            "name": self.name,
            "etcd3": {"host": self._etcd.client},
            "restapi": {"listen": f"{HOST}:{self._api}", "connect_address": f"{HOST}:{self._api}"},
            "bootstrap": {
                "dcs": {**TTL, "postgresql": {"use_pg_rewind": True, "parameters": {"wal_log_hints": "on"}}},
                "initdb": [{"wal-segsize": "1"}, {"auth": "trust"}, {"username": "postgres"}, "no-sync"],
            },
            "postgresql": {
                "listen": f"{HOST}:{self.port}",
                "connect_address": f"{HOST}:{self.port}",
                "data_dir": str(self.data),
                "bin_dir": str(Path(program("postgres")).parent),
                "pgpass": str(self.folder / "pgpass"),
                "authentication": {"superuser": user, "replication": user},
                "pg_hba": ["local all all trust", "local replication all trust", "host all all 127.0.0.1/32 trust",
                           "host replication all 127.0.0.1/32 trust"],
                "parameters": {
                    **{name: str(value) for name, value in SETTINGS.items() if name in ("fsync", "shared_buffers")},
                    "unix_socket_directories": str(self.socket),
                    **self.local.get("parameters", {}),
                },
                "recovery_conf": self.local.get("recovery_conf", {}),
                **self.hooks,
            },
        }  # fmt: skip
        self.settings.write_text(json.dumps(settings), encoding="utf-8")

    def launch(self):
        self.write_settings()
        self._process = processes.spawn([PATRONI, self.settings], self.log, cwd=self.folder)

    def role(self):
        """ "leader", "replica" or another of Patroni's words; "" while the node is not a member."""
        return next((member["Role"].lower() for member in self.members() if member["Member"] == self.name), "")

    def is_running(self):
        """Whether Patroni lists it as a leader, or as a replica that follows the leader."""
        states = {"leader": ("running",), "replica": ("running", "streaming")}
        return any(
            member["Member"] == self.name and member["State"] in states.get(member["Role"].lower(), ())
            for member in self.members()
        )

    def members(self):
        return json.loads(self.ctl("list", "--format", "json").stdout or "[]")

    def wait_ready(self):
        def ready():
            if not self.running():
                raise AssertionError(f"Patroni of {self.name} ended instead of starting")
            return self.is_running()

        wait.until(ready, f"Patroni runs {self.name}", interval=0.5)

    def ctl(self, *words):
        return processes.run(PATRONICTL, "--config-file", self.settings, *words)

    def postmaster(self):
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def lose(self):
        """The host dies: Patroni first, and then PostgreSQL, which ends no segment."""
        postmaster = self.postmaster()
        self._process.kill()
        self._process.wait()
        processes.send(signal.SIGQUIT, [postmaster])
        self.wait_stopped()

    def wait_stopped(self):
        pid_file = self.data / "postmaster.pid"
        wait.until(
            lambda: not pid_file.exists() and not self._children(), f"the processes of {self.name} have ended"
        )

    def _children(self):
        def in_data(pid):
            try:
                return os.readlink(f"/proc/{pid}/cwd") == str(self.data)
            except OSError:
                return False

        return [pid for pid in processes.find("postgres") if in_data(pid)]

    def stop(self, mode=signal.SIGTERM):
        """Stops Patroni, which stops PostgreSQL: `systemctl stop patroni`."""
        super().stop(mode)

    def kill(self):
        if self.running():
            self._process.kill()
            self._process.wait()
        processes.send(signal.SIGQUIT, self._children())
        wait.until(lambda: not self._children(), f"the processes of {self.name} have ended")

    def move_data_away(self):
        """The folder that the data directory has been moved to."""
        lost = self.folder / "data.lost"
        shutil.move(self.data, lost)
        return lost
