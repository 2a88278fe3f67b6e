"""The store by IPv6, by a name with several addresses, and by a name that cannot be looked up."""

import socket

from support import processes
from support.testcase import EndToEndTest, main


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class NamesAndAddresses(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.server, self.name = self.new_finished_segment()
        self.target = self.server.wal / "RECOVERYXLOG"

    def settings(self, url, **settings):
        return self.archive.settings_file(self.folder / "w.toml", store=url, **settings)

    def put(self, toml):
        return self.archive.archive_file(toml, f"pg_wal/{self.name}", cwd=self.server.data)

    def get(self, toml):
        return self.archive.restore_file(toml, self.name, "pg_wal/RECOVERYXLOG", cwd=self.server.data)

    def check_round_trip(self, toml):
        for work in (self.put, self.get):
            done = work(toml)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.target.read_bytes() == (self.server.wal / self.name).read_bytes())
        self.target.unlink()

    def test_ipv4_and_ipv6(self):
        if not has_ipv6():
            self.skipTest("this machine has no IPv6")
        folder = self.archive.folder
        processes.run(
            self.archive.binaries / "walstow", "server", "renew", folder,
            "--host", "localhost", "--host", "127.0.0.1", "--host", "::1",
        )  # fmt: skip
        daemon = self.archive.daemon
        daemon.stop()
        daemon.start("--listen", f"127.0.0.1:{daemon.port},[::1]:{daemon.port}")
        for host in ("127.0.0.1", "[::1]", "localhost"):
            with self.subTest(host):
                self.check_round_trip(self.settings(f"https://{host}:{daemon.port}", tool_wait="30s"))
        # One of a name's addresses answers: the client goes on from the other.
        for listen in ("127.0.0.1", "[::1]"):
            with self.subTest(f"only {listen} of localhost"):
                daemon.stop()
                daemon.start("--listen", f"{listen}:{daemon.port}")
                toml = self.settings(f"https://localhost:{daemon.port}", tool_wait="30s")
                done = self.put(toml)
                addresses = {info[4][0] for info in socket.getaddrinfo("localhost", daemon.port)}
                if listen.strip("[]") in addresses:
                    self.assertEqual(done.returncode, 0, done.stderr)
                else:
                    self.assertEqual(done.returncode, 1, done.stderr)

    def test_a_name_that_cannot_be_looked_up(self):
        toml = self.settings("https://archive.invalid:7432")
        done = self.put(toml)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("archive.invalid", done.stderr)
        for signal_file, code in ((None, 2), ("standby.signal", 2), ("recovery.signal", 200)):
            with self.subTest(signal_file):
                if signal_file:
                    (self.server.data / signal_file).touch()
                done = self.get(toml)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertFalse(self.target.exists())
                if signal_file:
                    (self.server.data / signal_file).unlink()

    def test_nobody_listens(self):
        self.archive.daemon.stop()
        done = self.put(self.settings(self.archive.daemon.url))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("Connection refused", done.stderr)


if __name__ == "__main__":
    main()
