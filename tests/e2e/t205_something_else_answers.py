"""A proxy's own pages never open a database: under recovery.signal the server stops instead."""

import http.server
import ssl
import threading

from support import ledger
from support.daemon import HOST
from support.testcase import EndToEndTest, main

PAGE = b"<html><body><h1>404 Not Found</h1></body></html>\n"


class Proxy:
    """Answers everything with `status` and a page, by TLS with the store's own certificate."""

    def __init__(self, tls_folder, port, status):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(PAGE)))
                self.end_headers()
                self.wfile.write(PAGE)

            def log_message(self, *_arguments):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls_folder / "server.crt", tls_folder / "server.key")
        self._server = http.server.ThreadingHTTPServer((HOST, port), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class SomethingElseAnswers(EndToEndTest):
    link = "tls"

    def test_recovery_stops_and_goes_on_later(self):
        primary = self.new_primary()
        server = self.recovery(primary)
        self.add_and_archive(primary, "one", "two", "three")
        daemon = self.archive.daemon
        daemon.stop()
        for status in (404, 200, 502):
            with self.subTest(status=status):
                proxy = Proxy(self.archive.folder / "_tls", daemon.port, status)
                try:
                    server.launch()
                    self.assert_stops_unopened(server, 200)
                finally:
                    proxy.stop()
        daemon.start()
        server.start()
        server.wait_promoted()
        self.assertEqual(ledger.batches(server), ["one", "two", "three"])


if __name__ == "__main__":
    main()
