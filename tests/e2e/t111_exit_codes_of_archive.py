"""Whatever happens, walstow-archive exits with 1 to 125: above, PostgreSQL would not count it."""

from support import processes
from support.testcase import EndToEndTest, main


class ExitCodesOfArchive(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server, segment = self.new_finished_segment()
        self.toml = self.archive.settings_file(self.settings_of(self.server))
        self.path = f"pg_wal/{segment}"

    def check(self, settings_file, path=None, cwd=None, code=1, options=()):
        done = self.archive.archive_file(
            settings_file, path or self.path, cwd=cwd or self.server.data, options=options
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn("walstow-archive: error: ", done.stderr)
        return done.stderr

    def test_settings(self):
        for text, message in {
            'stoer = "/nowhere"\n': "store",  # the nearest name that there is
            'cluster = "main"\n': "store",
            "store = 1\n": "store",
            'archive_wait = "1 fortnight"\n': "archive_wait",
            "store = \n": "line 1",
        }.items():
            with self.subTest(text):
                toml = self.folder / "bad.toml"
                toml.write_text(text)
                self.assertIn(message, self.check(toml, code=2))

    def test_options_that_only_show_something(self):
        # -V for -v: success would mean that the file is archived.
        for option in ("-V", "--version", "-?", "--help"):
            with self.subTest(option):
                self.assertIn("takes no arguments", self.check(self.toml, options=[option], code=2))
        self.assertEqual(self.archive.segments(), [])

    def test_unreadable_settings(self):
        absent = self.folder / "absent.toml"
        self.assertIn(str(absent), self.check(absent, code=2))
        secret = self.folder / "secret.toml"
        secret.touch(mode=0o000)
        self.assertIn("Permission denied", self.check(secret, code=2))

    def test_store(self):
        for outage in (self.archive.take_away, self.archive.unmount):
            with self.subTest(outage):
                processes.shell(outage)
                self.assertIn(f'"{self.archive.folder}', self.check(self.toml))
                processes.shell(self.archive.bring_back)
        misnamed = self.archive.settings_file(self.folder / "mian.toml", cluster="mian")
        self.assertIn(" cluster create mian", self.check(misnamed))

    def test_store_is_full_or_read_only(self):
        (self.archive.folder / "main").chmod(0o550)
        try:
            self.assertIn("Permission denied", self.check(self.toml))
        finally:
            (self.archive.folder / "main").chmod(0o750)

    def test_not_in_a_data_directory(self):
        self.check(self.toml, cwd=self.folder)

    def test_damaged_control_file(self):
        (self.server.data / "global/pg_control").write_bytes(b"")
        self.check(self.toml)


if __name__ == "__main__":
    main()
