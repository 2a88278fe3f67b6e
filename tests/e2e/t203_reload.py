"""SIGHUP: a broken certificate leaves the old one in service, a new one counts at once."""

from support import processes
from support.testcase import EndToEndTest, main


class Reload(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.client = self.archive.add_client("server") / "walstow.toml"
        self.certificate = self.archive.folder / "_tls/server.crt"

    def check(self, settings_file):
        return processes.run(
            self.archive.binaries / "walstow", "--config", settings_file, "check", check=False
        )

    def test_broken_certificate_keeps_the_old_one(self):
        intact = self.certificate.read_text()
        for broken in ("", "no certificate\n", intact[: len(intact) // 2]):
            self.certificate.write_text(broken)
            log = self.archive.daemon.reload()
            self.assertIn("could not reload", log)
            self.assertIn(str(self.certificate), log)
            self.assertEqual(self.check(self.client).returncode, 0)
        self.certificate.unlink()
        self.assertIn("could not reload", self.archive.daemon.reload())
        self.assertEqual(self.check(self.client).returncode, 0)
        self.certificate.write_text(intact)
        self.assertNotIn("could not reload", self.archive.daemon.reload())

    def test_renewed_certificate_counts_at_once(self):
        by_address = self.folder / "by-address.toml"
        by_address.write_text(self.client.read_text().replace("localhost", "127.0.0.1"))
        self.assertIn("not for this address", self.check(by_address).stderr)
        processes.run(
            self.archive.binaries / "walstow", "server", "renew", self.archive.folder,
            "--host", "localhost", "--host", "127.0.0.1",
        )  # fmt: skip
        self.assertIn("not for this address", self.check(by_address).stderr)
        self.archive.daemon.reload()
        self.assertEqual(self.check(by_address).returncode, 0)
        self.assertEqual(self.check(self.client).returncode, 0)

    def test_setting_that_changed_is_named(self):
        settings = self.folder / "walstowd.toml"
        settings.write_text('idle_timeout = "2min"\n')
        self.archive.daemon.stop()
        self.archive.daemon.start("--config", settings)
        settings.write_text('idle_timeout = "1min"\nworkers = 3\n')
        log = self.archive.daemon.reload()
        self.assertIn('"idle_timeout" is "1min" now instead of "2min"', log)
        self.assertIn("it takes effect at the next start", log)
        settings.write_text('idle_timeout = "soon"\n')
        self.assertIn("could not reload", self.archive.daemon.reload())
        self.assertEqual(self.check(self.client).returncode, 0)


if __name__ == "__main__":
    main()
