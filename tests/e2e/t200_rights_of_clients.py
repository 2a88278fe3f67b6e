"""What a client may do stands in the registry, and counts from the next request on."""

from support import processes
from support.testcase import EndToEndTest, main


class RightsOfClients(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.server, self.segment = self.new_finished_segment()
        self.archive.walstow("cluster", "create", "other")

    def client(self, name, *rights, cluster="main"):
        return self.archive.add_client(name, cluster, rights) / "walstow.toml"

    def put(self, settings_file):
        return self.archive.archive_file(
            settings_file, f"pg_wal/{self.segment}", cwd=self.server.data
        )

    def get(self, settings_file):
        return self.archive.restore_file(
            settings_file, self.segment, "pg_wal/RECOVERYXLOG", cwd=self.server.data
        )

    def ask(self, settings_file, *arguments):
        return processes.run(
            self.archive.binaries / "walstow", "--config", settings_file, *arguments, check=False
        )

    def assert_refused(self, done, *texts):
        # Never 1 for walstow-restore: it would read as "absent".
        self.assertIn(done.returncode, (1, 2) if "walstow-archive" in done.stderr else (2,))
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertIn("hint: ", done.stderr)

    def test_each_right_allows_its_own(self):
        archives = self.client("archives", "archive")
        restores = self.client("restores", "restore")
        administers = self.client("administers", "admin")
        self.assertEqual(self.put(archives).returncode, 0)
        self.assertEqual(self.get(restores).returncode, 0)
        self.assertEqual(self.ask(administers, "status", "main").returncode, 0)
        self.assert_refused(self.get(archives), 'no right "restore"')
        self.assert_refused(self.put(restores), 'no right "archive"')
        self.assert_refused(self.put(administers), 'no right "archive"')
        self.assertNotEqual(self.ask(archives, "status", "main").returncode, 0)

    def test_rights_end_at_the_cluster(self):
        stranger = self.client("stranger", "archive", "restore", cluster="other")
        text = stranger.read_text().replace('cluster = "other"', 'cluster = "main"')
        stranger.write_text(text)
        self.assert_refused(self.put(stranger), "no right")
        self.assert_refused(self.get(stranger), "no right")
        self.assertNotEqual(self.ask(stranger, "status", "main").returncode, 0)

    def test_removed_client_is_nobody(self):
        client = self.client("leaves", "archive", "restore")
        self.assertEqual(self.put(client).returncode, 0)
        self.archive.walstow("client", "remove", "leaves")
        self.assert_refused(self.put(client), "unknown-client")
        self.assert_refused(self.get(client), "unknown-client")

    def test_certificate_of_another_archive(self):
        client = self.client("twin", "archive", "restore")
        foreign = type(self.archive)(self.folder / "foreign", self.archive.binaries, "tls")
        self.addCleanup(foreign.end)
        foreign.init()
        foreign.walstow("cluster", "create", "main")
        # The same name, known to both archives, with certificates of two authorities.
        their_own = self.archive.folder.with_name("clients") / "twin"
        their_own.rename(self.folder / "own")
        imposter = foreign.add_client("twin") / "walstow.toml"
        text = imposter.read_text()
        text = text.replace(foreign.daemon.url, self.archive.daemon.url)
        text = text.replace(f"{their_own}/ca.crt", f"{self.folder / 'own'}/ca.crt")
        imposter.write_text(text)
        self.assert_refused(self.put(imposter), "it does not trust the authority of this client's certificate")
        self.assert_refused(self.get(imposter), "it does not trust the authority of this client's certificate")
        self.assertTrue(client)

    def test_name_with_another_key(self):
        old = self.client("primary1", "archive", "restore")
        self.archive.walstow("client", "remove", "primary1")
        old.parent.rename(self.folder / "lost")
        lost = self.folder / "lost" / "walstow.toml"
        lost.write_text(lost.read_text().replace(str(old.parent), str(lost.parent)))
        new = self.client("primary1", "archive", "restore")
        self.assertEqual(self.put(new).returncode, 0)
        self.assert_refused(self.put(lost), "unknown-client")

    def test_second_client_of_one_name_is_refused(self):
        self.client("primary1", "archive")
        again = self.archive.walstow(
            "client", "add", "primary1", "--cluster", "main", "--right", "archive",
            "--out", self.folder / "again", check=False,
        )  # fmt: skip
        self.assertEqual(again.returncode, 1)
        self.assertIn('"primary1"', again.stderr)
        self.assertFalse((self.folder / "again").exists())


if __name__ == "__main__":
    main()
