"""The S3 service of the guide: the Ceph gateway of the end-to-end tests, over TLS under a name and for other hosts."""

import contextlib
import select
import shutil
import socket
import socketserver
import ssl
import sys
import threading

from hosts import SERVICE
from systems import HERE, run

sys.path.insert(0, str(HERE.parent / "e2e"))

from support.s3 import Gateway  # noqa: E402

PORT = 8443
BUCKET = "wal"


class S3Service:
    """`folder`: its path must be short, and it must not be in memory."""

    def __init__(self, folder):
        self._certificate, self._key = folder / "service.crt", folder / "service.key"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "9", "-subj", f"/CN={SERVICE[0]}", "-addext", f"subjectAltName=DNS:{SERVICE[0]}",
            "-keyout", self._key, "-out", self._certificate)  # fmt: skip
        self._gateway = Gateway(folder / "ceph")
        self._gateway.start()
        self.key, self.secret = self._gateway.key, self._gateway.secret
        status, body = self._gateway.request("PUT", f"/{BUCKET}")
        assert status == 200, body
        self._listener = self._listen()

    def _listen(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate, self._key)
        host, port = self._gateway.endpoint.removeprefix("http://").split(":")

        class Connection(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError), socket.create_connection((host, int(port))) as gateway:
                    with context.wrap_socket(self.request, server_side=True) as client:
                        forward(client, gateway)

        listener = Listener((SERVICE[1], PORT), Connection)
        threading.Thread(target=listener.serve_forever).start()
        return listener

    def let_trust(self, host):
        """As an administrator does for a service with a private authority."""
        shutil.copy(self._certificate, host.root / "usr/local/share/ca-certificates/service.crt")
        host.run("update-ca-certificates")

    def end(self):
        self._listener.shutdown()
        self._listener.server_close()
        self._gateway.stop()


class Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


def forward(client, gateway):
    """Until one of them ends."""
    while True:
        ready = [client] if client.pending() else select.select((client, gateway), (), ())[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (gateway if source is client else client).sendall(data)
