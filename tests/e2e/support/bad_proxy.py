"""A proxy that ends TLS, as one in front of a store may, and does something to the answers."""

import http.client
import http.server
import ssl
import threading
from typing import NamedTuple

HOST = "localhost"


class Answer(NamedTuple):
    status: int
    fields: list  # of (name, value), without those of the framing
    body: bytes
    announced: int = -1  # Content-Length; -1: the body's


def html(status):
    page = f"<html><body><h1>{status}</h1></body></html>\n".encode()
    return Answer(status, [("Content-Type", "text/html")], page)


def cut(answer):
    """Half of the body, then the end of the stream."""
    return answer._replace(body=answer.body[: len(answer.body) // 2], announced=len(answer.body))


def truncated(answer):
    """Half of the body, as if it were all."""
    return answer._replace(body=answer.body[: len(answer.body) // 2])


class BadProxy:
    """Hands requests on to the store and its answers through `change(answer)`.

    To its clients it is the store, by the store's own certificate; to the store it is the client
    whose folder, of `walstow client add`, it has. `change` may be replaced at any time.
    """

    def __init__(self, archive, client):
        self.change = lambda answer: answer
        self.seen = []  # every answer of the store
        upstream = ssl.create_default_context(cafile=client / "ca.crt")
        upstream.load_cert_chain(client / "client.crt", client / "client.key")
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                body = self._body()
                fields = {
                    name: value for name, value in self.headers.items()
                    if name.lower() not in ("transfer-encoding", "content-length", "expect", "connection")
                }  # fmt: skip
                store = http.client.HTTPSConnection(HOST, archive.daemon.port, context=upstream)
                store.request(self.command, self.path, body=body, headers=fields)
                reply = store.getresponse()
                kept = [
                    (name, value) for name, value in reply.getheaders()
                    if name.lower() not in ("content-length", "transfer-encoding", "connection")
                ]  # fmt: skip
                answer = Answer(reply.status, kept, reply.read())
                store.close()
                proxy.seen.append(answer)
                self._answer(proxy.change(answer))

            def _answer(self, answer):
                announced = answer.announced if answer.announced >= 0 else len(answer.body)
                self.send_response_only(answer.status)
                for name, value in answer.fields:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(announced))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = announced != len(answer.body)

            def _body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", "0")))
                chunks = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            do_GET = do_PUT = do_POST = do_HEAD = _serve

            def log_message(self, *_arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_arguments):  # a client that closes in the middle
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls = archive.folder / "_tls"
        context.load_cert_chain(tls / "server.crt", tls / "server.key")
        self._server = Server((HOST, 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"https://{HOST}:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
