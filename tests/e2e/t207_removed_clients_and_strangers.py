"""Who is not served keeps nobody else waiting: removed clients, strangers, and whoever is refused all the time."""

import contextlib
import resource
import select
import socket
import ssl
import threading
import time

from support import wait
from support.daemon import HOST
from support.testcase import EndToEndTest, main

REMOVED = 600  # connections of a removed client, more than all together may have
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 11)]
SILENT_OF_EACH = 64
# A connection each; the patience is for a machine that is busy, no turn or deadline of the store is within it.
WAITS = {"connect_timeout": "10s", "archive_wait": "15s", "recovery_wait": "15s", "standby_wait": "15s"}
ENDLESS_PUT = (
    b"PUT /v1/clusters/main/wal/000000010000000000000001 HTTP/1.1\r\nHost: x\r\n"
    b"Content-Length: 1000000000000\r\n\r\nx"
)
REFUSED = b"GET /" + b"A" * 7000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"


def is_closed(peer):
    poll = select.poll()
    poll.register(peer, select.POLLIN)
    return bool(poll.poll(0))


class RemovedClientsAndStrangers(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.server, self.segment = self.new_finished_segment()
        self.honest = self.archive.settings_file(self.folder / "honest.toml", **WAITS)
        self.port = self.archive.daemon.port
        self.open_ones = []
        self.over = threading.Event()
        self.threads = []
        self.addCleanup(self.end_attack)

    def removed_client(self, name="gone"):
        folder = self.archive.add_client(name)
        self.archive.walstow("client", "remove", name)
        return folder

    def end_attack(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        for peer in self.open_ones:
            peer.close()

    def in_background(self, work, *arguments):
        self.threads.append(threading.Thread(target=work, args=arguments))
        self.threads[-1].start()

    def context_of(self, client):
        context = ssl.create_default_context(cafile=client / "ca.crt")
        context.load_cert_chain(client / "client.crt", client / "client.key")
        return context

    def connect_tls(self, context):
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname=HOST
        )

    def put_and_get(self):
        for call in (
            lambda: self.archive.archive_file(
                self.honest, f"pg_wal/{self.segment}", cwd=self.server.data
            ),
            lambda: self.archive.restore_file(
                self.honest, self.segment, "pg_wal/RECOVERYXLOG", cwd=self.server.data
            ),
        ):
            done = call()
            self.assertEqual(done.returncode, 0, done.stderr)

    # --- the attacks ----------------------------------------------------------------------------

    def hold(self, client, count):
        """That many endless puts, a byte of each now and then, and new ones for those that were closed."""
        context, peers = self.context_of(client), []
        while not self.over.is_set():
            for _ in range(count - len(peers)):
                self.begun += 1
                with contextlib.suppress(OSError):
                    peer = self.connect_tls(context)
                    peers.append(peer)
                    peer.sendall(ENDLESS_PUT)
                if self.over.is_set():
                    break
            for peer in list(peers):
                try:
                    peer.send(b"x")
                except OSError:
                    peers.remove(peer)
                    peer.close()
            self.over.wait(0.2)
        for peer in peers:
            peer.close()

    def connect_silently(self, address):
        with contextlib.suppress(OSError):
            peer = socket.create_connection(
                ("127.0.0.1", self.port), timeout=20, source_address=(address, 0)
            )
            return [peer]
        return []

    def stay_silent(self):
        """Connections from each address that say nothing, and new ones for those that are cut."""
        silent = {address: [] for address in ADDRESSES}
        while not self.over.is_set():
            for address, peers in silent.items():
                for peer in peers:
                    if is_closed(peer):
                        peer.close()
                peers[:] = [peer for peer in peers if peer.fileno() >= 0]
                for _ in range(SILENT_OF_EACH - len(peers)):
                    peers += self.connect_silently(address)
            self.silent = True
            self.over.wait(0.2)
        for peers in silent.values():
            for peer in peers:
                peer.close()

    def be_refused(self, client):
        """One refusal after the other, on one connection for as long as it lasts."""
        context = self.context_of(client)
        while not self.over.is_set():
            with contextlib.suppress(OSError), self.connect_tls(context) as peer:
                while not self.over.is_set():
                    peer.sendall(REFUSED)
                    if not peer.recv(65536):
                        break

    # --- what comes of them ---------------------------------------------------------------------

    def test_all_of_them_at_once(self):
        gone, refused = self.removed_client(), self.archive.add_client("refused", rights=("restore",))
        self.begun, self.silent = 0, False
        for _ in range(4):
            self.in_background(self.hold, gone, REMOVED // 4)
        self.in_background(self.stay_silent)
        self.in_background(self.be_refused, refused)
        wait.until(lambda: self.begun >= REMOVED and self.silent, "the attack is under way")
        before = time.monotonic()
        self.put_and_get()
        self.assertLess(time.monotonic() - before, 20)

    def test_removed_client_has_no_turn_of_a_put(self):
        context = self.context_of(self.removed_client())
        for _ in range(8):
            peer = self.connect_tls(context)
            self.open_ones.append(peer)
            peer.sendall(ENDLESS_PUT)
        before = time.monotonic()
        self.put_and_get()
        self.assertLess(time.monotonic() - before, 8)

    def test_removed_client_is_told_without_asking_and_closed(self):
        with self.connect_tls(self.context_of(self.removed_client())) as peer:
            answer = b""
            while data := peer.recv(65536):
                answer += data
        self.assertIn(b"HTTP/1.1 403", answer)
        self.assertIn(b'"unknown-client"', answer)

    def test_strangers_take_no_place_of_a_client(self):
        self.archive.daemon.stop()
        self.archive.daemon.start("--max-connections", "1", "--handshake-timeout", "2min")
        for address in ADDRESSES:
            for _ in range(SILENT_OF_EACH):
                self.open_ones += self.connect_silently(address)
        self.put_and_get()

    def test_lines_of_the_log_are_bounded(self):
        refused = self.archive.add_client("refused", rights=("restore",))
        seen = self.archive.daemon.log_size()
        with self.connect_tls(self.context_of(refused)) as peer:
            for _ in range(500):
                peer.sendall(REFUSED)
                self.assertIn(b"HTTP/1.1 4", peer.recv(65536))
        wait.until(
            lambda: "more lines about client refused were left out" in self.archive.daemon.log_text(seen),
            "the log has the number of what was left out",
        )
        self.assertLess(self.archive.daemon.log_size() - seen, 100_000)


if __name__ == "__main__":
    main()
