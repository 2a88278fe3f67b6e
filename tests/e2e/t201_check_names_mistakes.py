"""A newcomer's mistake is named by `walstow check`, in one line and a hint."""

from support import processes
from support.daemon import HOST
from support.testcase import EndToEndTest, main


class CheckNamesMistakes(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.client = self.archive.add_client("server")
        self.settings = (self.client / "walstow.toml").read_text()

    def check(self, settings):
        toml = self.folder / "walstow.toml"
        toml.write_text(settings)
        return processes.run(
            self.archive.binaries / "walstow", "--config", toml, "check", check=False
        )

    def assert_named(self, settings, message):
        done = self.check(settings)
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertEqual(done.stdout, "")
        error, hint = done.stderr.splitlines()
        self.assertIn(message, error)
        self.assertTrue(error.startswith("walstow: error: "), error)
        self.assertTrue(hint.startswith("walstow: hint: "), hint)

    def test_all_is_well(self):
        done = self.check(self.settings)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("certificate expires on ", done.stdout)

    def test_wrong_host(self):
        self.assert_named(
            self.settings.replace(f"https://{HOST}", "https://127.0.0.1"), "not for this address"
        )
        self.assert_named(
            self.settings.replace(f"https://{HOST}", "https://nowhere.invalid"), "nowhere.invalid"
        )

    def test_wrong_port(self):
        self.assert_named(self.settings.replace(self.archive.daemon.url, f"https://{HOST}:1"), ":1")

    def test_store_is_down(self):
        self.archive.daemon.stop()
        self.assert_named(self.settings, "Connection refused")

    def test_wrong_cluster(self):
        self.assert_named(self.settings.replace('"main"', '"mian"'), "mian")

    def test_missing_right(self):
        self.archive.walstow("cluster", "create", "other")
        self.assert_named(self.settings.replace('"main"', '"other"'), "no right")

    def test_wrong_paths(self):
        for file in ("ca.crt", "client.crt", "client.key"):
            with self.subTest(file):
                absent = self.client / f"absent-{file}"
                self.assert_named(
                    self.settings.replace(str(self.client / file), str(absent)), str(absent)
                )

    def test_key_that_others_may_read(self):
        key = self.client / "client.key"
        key.chmod(0o644)
        self.assert_named(self.settings, str(key))

    def test_files_mixed_up(self):
        text = self.settings.replace(str(self.client / "client.key"), str(self.client / "ca.crt"))
        self.assert_named(text, "ca.crt")
        other = self.archive.add_client("other")
        self.assert_named(
            self.settings.replace(str(self.client / "client.key"), str(other / "client.key")),
            "client.key",
        )


if __name__ == "__main__":
    main()
