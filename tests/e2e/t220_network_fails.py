"""A network that cuts, resets, falls silent or crawls: every wait ends, nothing wrong is believed."""

from support import wait
from support.bad_network import DOWN, UP, BadNetwork, Fault
from support.testcase import EndToEndTest, main

# How many moments of a request are tried, in each direction.
MOMENTS = 5
SHORT = {"connect_timeout": "1s", "head_timeout": "1s", "progress_timeout": "1s", "request_timeout": "10s",
         "archive_wait": "500ms", "tool_wait": "500ms"}  # fmt: skip


class NetworkFails(EndToEndTest):
    link = "tls"
    tried = 0  # faults, by all tests

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        print(f"\n{NetworkFails.tried} faults tried")

    def set_fault(self, *fault, then=()):
        """One for the first connection; `then` are the next ones'."""
        NetworkFails.tried += 1
        self.network.set_faults(Fault(*fault), *then)

    def setUp(self):
        super().setUp()
        self.server = self.new_data_directory("server")
        self.server.configure(wal_keep_size="64MB")
        self.server.start()
        self.names = [self.server.switch_wal().name for _ in range(2)]
        self.server.stop()
        self.network = BadNetwork(self.archive.daemon.port)
        self.addCleanup(self.network.close)
        self.toml = self.settings("bad")
        self.target = self.server.wal / "RECOVERYXLOG"
        self.failures = 0
        self.original = (self.server.wal / self.names[0]).read_bytes()

    def settings(self, name, **settings):
        return self.archive.settings_file(
            self.folder / f"{name}.toml", store=self.network.url, **{**SHORT, **settings}
        )

    def put(self, toml=None):
        return self.archive.archive_file(
            toml or self.toml, f"pg_wal/{self.names[0]}", cwd=self.server.data
        )

    def get(self, toml=None):
        return self.archive.restore_file(
            toml or self.toml, self.names[0], "pg_wal/RECOVERYXLOG", cwd=self.server.data
        )

    def take_out(self):
        """Makes the file one that was never put."""
        path = self.archive.objects().get(self.names[0])
        if path:
            path.unlink()

    def check_put(self):
        """Over a bad network. It may succeed only if the fault came after the answer."""
        done = self.put()
        if done.returncode != 0:
            self.failures += 1
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f'could not archive file "pg_wal/{self.names[0]}": ', done.stderr)
        # Where the store had it all, its answer was lost.
        if done.returncode == 0 or self.names[0] in self.archive.objects():
            self.assertTrue(self.archive.contents(self.names[0]) == self.original)

    def check_get(self):
        done = self.get()
        if done.returncode == 0:
            self.assertTrue(self.target.read_bytes() == self.original)
            self.target.unlink()
            return
        self.failures += 1
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(f'could not restore file "{self.names[0]}": ', done.stderr)
        self.assertFalse(self.target.exists())

    def check_succeeds(self, work):
        done = work(self.settings("patient", archive_wait="60s", tool_wait="60s"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.archive.contents(self.names[0]) == self.original)
        if work == self.get:
            self.assertTrue(self.target.read_bytes() == self.original)
            self.target.unlink()

    def moments(self, work):
        """For each direction some numbers of bytes, from none to all but one of a connection."""
        self.network.set_faults(None)
        self.assertEqual(work().returncode, 0)
        self.target.unlink(missing_ok=True)
        for direction in (UP, DOWN):
            total = self.network.connections[0].passed[direction]
            # The end counts most: there the store has promised, and nobody knows yet.
            for part in range(MOMENTS):
                yield direction, (total - 1) * part // (MOMENTS - 1)

    def test_put_is_cut_at_every_phase(self):
        for direction, after in list(self.moments(self.put)):
            for kind in ("cut", "reset"):
                with self.subTest(kind, direction=direction, after=after):
                    self.take_out()
                    self.set_fault(kind, direction, after)
                    self.check_put()
                    self.set_fault(kind, direction, after, then=[None])
                    self.check_succeeds(self.put)
        self.assertGreater(self.failures, 2 * MOMENTS)

    def test_get_is_cut_at_every_phase(self):
        self.assertEqual(self.put().returncode, 0)
        for direction, after in list(self.moments(self.get)):
            for kind in ("cut", "reset"):
                with self.subTest(kind, direction=direction, after=after):
                    self.set_fault(kind, direction, after)
                    self.check_get()
                    self.set_fault(kind, direction, after, then=[None])
                    self.check_succeeds(self.get)
        self.assertGreater(self.failures, 2 * MOMENTS)

    def test_silence_and_crawling_end_by_their_deadlines(self):
        self.assertEqual(self.put().returncode, 0)
        gets = list(self.moments(self.get))
        for kind in ("silence", "slow"):
            # From the first byte on (a black hole), and in the middle (a peer that is gone).
            for direction, after in (gets[0], gets[MOMENTS // 2], gets[MOMENTS], gets[-2]):
                with self.subTest(kind, direction=direction, after=after):
                    self.set_fault(kind, direction, after)
                    self.check_get()
        puts = list(self.moments(self.put))  # of what stands: its head and the answer
        for kind in ("silence", "slow"):
            for direction, after in (puts[0], puts[MOMENTS // 2], puts[MOMENTS]):
                with self.subTest(kind, direction=direction, after=after):
                    self.set_fault(kind, direction, after)
                    self.check_put()
        self.network.set_faults(None)
        self.check_succeeds(self.get)

    def test_daemon_gives_up_a_peer_that_is_gone(self):
        daemon = self.archive.daemon
        daemon.stop()
        daemon.start("--handshake-timeout", "1s", "--idle-timeout", "1s", "--progress-timeout", "1s",
                     "--max-connections", "1")  # fmt: skip
        puts = list(self.moments(self.put))
        for direction, after in (puts[0], puts[2], puts[3]):
            with self.subTest(direction=direction, after=after):
                self.take_out()
                self.set_fault("silence", direction, after)
                self.check_put()
                # Its only place is free again, although nobody has told it.
                self.network.set_faults(None)
                wait.until(lambda: self.put().returncode == 0, "the next one is served")


if __name__ == "__main__":
    main()
