"""What root does by hand in a server's data directory leaves the server's own commands as they were."""

import os

from support.testcase import EndToEndTest, main


class RootByHand(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.root()
        self.server, self.name = self.new_finished_segment()
        self.toml = self.archive.settings_file(self.settings_of(self.server))
        (self.server.data / "standby.signal").touch()

    def by_root(self, program, *arguments):
        return self.root().run(
            self.archive.binaries / program, "--config", self.toml, *arguments, cwd=self.server.data
        )

    def assert_all_is_the_servers(self):
        for folder, folders, files in os.walk(self.server.wal):
            for name in [*folders, *files]:
                path = os.path.join(folder, name)
                self.assertEqual(os.lstat(path).st_uid, os.getuid(), path)

    def assert_the_server_goes_on(self):
        """Its own restore works, and the store knows the standby by it."""
        done = self.archive.restore_file(self.toml, self.name, "pg_wal/RECOVERYXLOG", cwd=self.server.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("WARNING", done.stderr)
        [standby] = self.archive.json("standby", "list", "main")["positions"]
        self.assertEqual(standby["last_handed"], self.name)
        self.assert_all_is_the_servers()

    def test_a_segment_put_in(self):
        done = self.by_root("walstow-archive", f"pg_wal/{self.name}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_all_is_the_servers()
        self.assert_the_server_goes_on()

    def test_a_segment_fetched(self):
        done = self.by_root("walstow-archive", f"pg_wal/{self.name}")
        self.assertEqual(done.returncode, 0, done.stderr)
        raw = (self.server.wal / self.name).read_bytes()
        (self.server.wal / self.name).unlink()
        done = self.by_root("walstow-restore", self.name, f"pg_wal/{self.name}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.server.wal / self.name).read_bytes(), raw)
        self.assert_all_is_the_servers()
        self.assertFalse((self.server.wal / "pgsql_tmp_walstow/prefetch").exists(), "root fetches nothing ahead")
        self.assert_the_server_goes_on()

    def test_a_restartpoint_told(self):
        done = self.by_root("walstow-restore", "--restartpoint", self.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_all_is_the_servers()


if __name__ == "__main__":
    main()
