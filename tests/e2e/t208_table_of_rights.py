"""Each cell of PROTOCOL.md's table of requests, over each link: who has the right is served, nobody else."""

import base64
import re
import socket
import ssl
import subprocess
from pathlib import Path

from support import processes
from support.testcase import EndToEndTest, main

PROTOCOL = Path(__file__).resolve().parents[2] / "proto" / "PROTOCOL.md"
SECONDS = 60
SYSTEM = 7711084896406890663
SEGMENT = "000000010000000000000001"
INSTANCE = "0123456789abcdef0123456789abcdef"

# What each client was granted, and the cluster it was granted it in.
CLIENTS = {
    "archives": ("main", "archive"),
    "restores": ("main", "restore"),
    "administers": ("main", "admin"),
    "watches": ("main", "monitor"),
    "prometheus": ("*", "monitor"),
    "dba": ("*", "admin"),
    "stranger": ("other", "archive", "restore", "admin"),
}
# Who has the right that a row of the table names, in "main".
HOLDERS = {
    "none": set(CLIENTS),
    "any": {"archives", "restores", "watches", "prometheus", "administers", "dba"},
    "archive": {"archives"},
    "restore": {"restores", "administers", "dba"},
    "restore or monitor": {"restores", "watches", "prometheus", "administers", "dba"},
    "monitor of all": {"prometheus", "dba"},
    "admin": {"administers", "dba"},
    "admin of all": {"dba"},
}
# A client reports under its own name, and only a standby has something to report.
REPORT = "PUT /v1/clusters/{cluster}/standbys/{instance}"

PARTS = {
    "cluster": "main", "file": SEGMENT, "instance": INSTANCE, "digest": INSTANCE, "id": "0123456789ab",
    "number": "7", "client": "nobody", "name": SEGMENT,
}  # fmt: skip
QUERIES = {"aside": f"?object=001-{SYSTEM}-1048576/wal/0000000100000000/{SEGMENT}"}
AN_INSTANCE = {"Walstow-Instance": INSTANCE, "Walstow-Sequence": "1", "Walstow-Host": "db1"}
A_KEY = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(range(32))).decode()
# What a request needs to be looked at at all, so that its right is what decides.
FIELDS = {
    "PUT /v1/clusters/{cluster}/wal/{file}": {
        "Walstow-System": SYSTEM, "Walstow-Segment-Size": 1048576, "Walstow-Size": 1048576,
        "Walstow-Digest": "xxh128=" + "0" * 32, "Content-Length": 1048576, "Expect": "100-continue",
    },
    "POST /v1/clusters/{cluster}/wal/{file}": {
        "Walstow-System": SYSTEM, "Walstow-Segment-Size": 1048576, "Walstow-Size": 1048576,
        "Walstow-Digest": "xxh128=" + "0" * 32, "Walstow-Sha256": "0" * 64,
    },
    "POST /v1/clusters/{cluster}/eras": {"Walstow-System": SYSTEM + 1, "Walstow-Segment-Size": 1048576},
    REPORT: {**AN_INSTANCE, "Walstow-System": SYSTEM, "Walstow-Restartpoint": SEGMENT},
    "PUT /v1/clusters/{cluster}/holds/{id}": {"Walstow-From": SEGMENT, "Walstow-Reason": "why"},
    "PUT /v1/clusters/{cluster}/backups/{id}": {
        "Walstow-From": "0/1000028", "Walstow-To": "0/1000100", "Walstow-Timeline": 1, "Walstow-Label": "nightly",
        "Walstow-Stopped": "2026-01-01T00:00:00Z",
    },
    "PUT /v1/clusters/{cluster}/withdrawn/{name}/{digest}": {"Walstow-Reason": "why"},
    "PUT /v1/clusters/{cluster}/timelines": {"Walstow-New-Timelines": "any"},
    "PUT /v1/clusters/{cluster}/policy": {"Walstow-Keep-Backups": 2, "Walstow-Keep-Days": 14},
    "PUT /v1/clients/{client}": {"Walstow-Public-Key": A_KEY, "Walstow-Grants": "other=restore"},
    "POST /v1/clients/{client}": {"Walstow-Grants": "other=archive"},
}  # fmt: skip


def table():
    """Request and right of each row."""
    rows = re.findall(
        r"^\| `((?:GET|HEAD|PUT|POST|DELETE) [^`]+)` \| [^|]+ \| ([a-z ]+) \|", PROTOCOL.read_text(), re.MULTILINE
    )
    # A put that may go on is left in its middle: it comes last.
    return sorted(rows, key=lambda row: "/wal/{file}" in row[0] and row[0].startswith("PUT"))


class Wire:
    """One connection, to which the requests of a client go."""

    def __init__(self, streams, close):
        self._in, self._out = streams
        self.close = close

    def ask(self, method, target, fields):
        """The status."""
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._out.write(f"{method} {target} HTTP/1.1\r\nHost: walstow\r\n{head}\r\n".encode())
        self._out.flush()
        status = int(self._in.readline().split()[1])
        length = 0
        while (line := self._in.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if method != "HEAD":
            self._in.read(length)
        return status


class Rights:
    def setUp(self):
        super().setUp()
        self.archive.walstow("cluster", "create", "other")
        self.clients = {
            name: self.archive.add_client(name, cluster, rights)
            for name, (cluster, *rights) in CLIENTS.items()
        } if self.link != "local" else {}  # fmt: skip

    def connect(self, client):
        raise NotImplementedError

    def over_process(self, *command):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def close():
            process.stdin.close()
            process.stdout.close()
            process.wait(timeout=SECONDS)

        return Wire((process.stdout, process.stdin), close)

    def statuses(self, client):
        """What each request comes to: row to status."""
        wire = self.connect(client)
        try:
            found = {}
            for row, _ in table():
                method, path = row.split(" ")
                target = re.sub(r"\{(\w+)\}", lambda part: PARTS[part[1]], path.partition("?")[0])
                last = target.rpartition("/")[2]
                found[row] = wire.ask(method, target + QUERIES.get(last, ""), FIELDS.get(row.partition("?")[0], {}))
            return found
        finally:
            wire.close()

    def test_each_cell(self):
        rows = table()
        self.assertGreater(len(rows), 30)
        for client in CLIENTS:
            for row, status in self.statuses(client).items():
                right = dict(rows)[row]
                has_it = client in HOLDERS[right] and not (row == REPORT and client != "restores")
                with self.subTest(client=client, row=row, right=right, status=status):
                    self.assertNotEqual(status, 400, "the request itself is wrong")
                    self.assertEqual(status != 403, has_it)


class RightsOverTls(Rights, EndToEndTest):
    link = "tls"

    def connect(self, client):
        folder = self.clients[client]
        context = ssl.create_default_context(cafile=folder / "ca.crt")
        context.load_cert_chain(folder / "client.crt", folder / "client.key")
        plain = socket.create_connection(("localhost", self.archive.daemon.port), SECONDS)
        stream = context.wrap_socket(plain, server_hostname="localhost")
        file = stream.makefile("rwb")

        def close():
            file.close()
            stream.close()

        return Wire((file, file), close)


class RightsOverSsh(Rights, EndToEndTest):
    link = "ssh"

    def connect(self, client):
        sshd = self.archive.sshd
        user, _, at = sshd.url.removeprefix("ssh://").partition("@")
        host, _, port = at.partition(":")
        return self.over_process(
            "ssh", "-q", "-T", "-p", port, "-i", self.clients[client] / "id_ed25519", "-o", "IdentitiesOnly=yes",
            "-o", f"UserKnownHostsFile={sshd.known_hosts}", "-o", "BatchMode=yes", f"{user}@{host}", "whatever",
        )  # fmt: skip


class RightsOverTheLocalLink(Rights, EndToEndTest):
    """Whoever may write the folder has every right, once it is asked for."""

    link = "local"

    def test_each_cell(self):
        for row, status in self.statuses("owner").items():
            with self.subTest(row, status=status):
                self.assertNotIn(status, (400, 403))

    def test_nobody_is_the_owner_by_omission(self):
        done = processes.run(
            self.archive.binaries / "walstowd", "--stdio", "--archive", self.archive.folder, check=False
        )
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--as NAME", done.stderr)
        for name in ("", "primary1"):
            done = processes.run(
                self.archive.binaries / "walstowd", "--stdio", "--owner", "--as", name,
                "--archive", self.archive.folder, check=False,
            )  # fmt: skip
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("cannot be combined", done.stderr)

    def connect(self, client):
        return self.over_process(
            self.archive.binaries / "walstowd", "--stdio", "--owner", "--archive", self.archive.folder
        )


if __name__ == "__main__":
    main()
