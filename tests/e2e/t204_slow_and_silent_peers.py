"""Peers that are slow, silent or too many end by their deadlines, and keep nobody else waiting."""

import socket
import ssl
import threading

from support import processes, wait
from support.daemon import HOST
from support.testcase import EndToEndTest, main

SHORT = ("--handshake-timeout", "1s", "--idle-timeout", "1s", "--progress-timeout", "1s")


class SlowAndSilentPeers(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.client = self.archive.add_client("server")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.archive.daemon.port), timeout=60)

    def connect_tls(self):
        context = ssl.create_default_context(cafile=self.client / "ca.crt")
        context.load_cert_chain(self.client / "client.crt", self.client / "client.key")
        return context.wrap_socket(self.connect(), server_hostname=HOST)

    def restart(self, *options):
        self.archive.daemon.stop()
        self.archive.daemon.start(*options)

    def check(self):
        return processes.run(
            self.archive.binaries / "walstow", "--config", self.client / "walstow.toml", "check",
            check=False,
        )  # fmt: skip

    def assert_closed(self, peer):
        try:
            self.assertEqual(peer.recv(1), b"")
        except (ConnectionResetError, ssl.SSLError):
            pass

    def test_silence_ends_by_its_deadline(self):
        self.restart(*SHORT)
        with self.connect() as peer:
            self.assert_closed(peer)
        with self.connect_tls() as peer:
            self.assert_closed(peer)
        with self.connect_tls() as peer:
            peer.sendall(b"GET /v1/who")
            self.assert_closed(peer)
        with self.connect_tls() as peer:
            peer.sendall(b"PUT /v1/clusters/main/wal/000000010000000000000001 HTTP/1.1\r\n")
            self.assert_closed(peer)

    def test_fifty_at_once_beside_silent_ones(self):
        silent = [self.connect() for _ in range(10)] + [self.connect_tls() for _ in range(10)]
        # A request that is never ended, and another whose answer nobody reads.
        silent[-1].sendall(b"GET /v1/who")
        silent[-2].sendall(b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n")
        command = [self.archive.binaries / "walstow", "--config", self.client / "walstow.toml", "whoami"]
        log = self.folder / "fifty.log"
        callers = [processes.spawn(command, log) for _ in range(50)]
        wait.until(lambda: all(caller.poll() is not None for caller in callers), "fifty are answered")
        self.assertEqual([caller.returncode for caller in callers], [0] * 50, log.read_text())
        for peer in silent:
            peer.close()

    def test_limit_of_one_client(self):
        self.restart("--max-connections-per-client", "2")
        open_ones = [self.connect_tls() for _ in range(2)]
        for peer in open_ones:
            peer.sendall(b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"HTTP/1.1 200", peer.recv(4096))
        refused = self.check()
        self.assertEqual(refused.returncode, 1)
        self.assertIn("too many connections", refused.stderr)
        for peer in open_ones:
            peer.close()
        wait.until(lambda: self.check().returncode == 0, "the client is served again")

    def test_client_beyond_its_limit_is_told_and_closed(self):
        self.restart("--max-connections-per-client", "1")
        with self.connect_tls() as first, self.connect_tls() as beyond:
            first.sendall(b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"HTTP/1.1 200", first.recv(4096))
            self.assertIn(b"HTTP/1.1 503", beyond.recv(4096))
            self.assert_closed(beyond)

    def test_limit_of_all(self):
        self.restart("--max-connections", "2")
        open_ones = [self.connect_tls() for _ in range(2)]
        wait.until(lambda: self.check().returncode != 0, "the next one is turned away")
        self.assertIn("the store has too many connections open", self.archive.daemon.log_text())
        for peer in open_ones:
            peer.close()
        wait.until(lambda: self.check().returncode == 0, "others are served again")

    def test_stop_does_not_wait_for_silent_peers(self):
        with self.connect(), self.connect_tls() as idle:
            idle.sendall(b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"HTTP/1.1 200", idle.recv(4096))
            self.assertEqual(self.archive.daemon.stop(), 0)
            self.assertNotIn("cut", self.archive.daemon.log_text())

    def test_stop_amid_handshakes(self):
        for _ in range(5):
            peers = [self.connect() for _ in range(20)]
            hello = threading.Thread(target=self.shake_hands, args=(peers,))
            hello.start()
            self.assertEqual(self.archive.daemon.stop(), 0)
            hello.join()
            self.archive.daemon.start()

    def shake_hands(self, peers):
        context = ssl.create_default_context(cafile=self.client / "ca.crt")
        context.load_cert_chain(self.client / "client.crt", self.client / "client.key")
        for peer in peers:
            try:
                context.wrap_socket(peer, server_hostname=HOST).close()
            except OSError:  # it was cut
                peer.close()


if __name__ == "__main__":
    main()
