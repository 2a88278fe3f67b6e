"""Another PostgreSQL cluster under a taken name: refused until `walstow cluster upgrade`."""

from support import wait
from support.testcase import EndToEndTest, main


class WrongSystemIdentifier(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.first = self.new_primary("first")
        self.ended = self.add_and_archive(self.first, "first")
        self.first.stop()
        self.before = set(self.archive.objects())

    def test_refused_until_the_upgrade(self):
        other = self.new_primary("other")
        end = other.switch_wal()
        wait.until(lambda: other.failed_count() > 0, "archive_command fails")
        self.assert_logged(other, " cluster upgrade main --system ")
        self.assert_logged(other, str(other.system_identifier))
        self.assertEqual(set(self.archive.objects()), self.before)

        self.archive.walstow("cluster", "upgrade", "main", "--pgdata", other.data)
        self.add_and_archive(other, "other")
        eras = sorted(path.name for path in (self.archive.folder / "main").glob("0*"))
        self.assertEqual(
            eras,
            [
                f"001-{self.first.system_identifier}-{1 << 20}",
                f"002-{other.system_identifier}-{1 << 20}",
            ],
        )
        self.assertIn(end.name, self.archive.segments())

        # The old era still answers to the old cluster, and only to it.
        for server, name in ((self.first, self.ended.name), (other, end.name)):
            fetched = server.wal / "RECOVERYXLOG"
            done = self.archive.restore_file(
                self.settings_of(server), name, "pg_wal/RECOVERYXLOG", cwd=server.data
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            header = fetched.read_bytes()[:32]
            self.assertEqual(int.from_bytes(header[24:32], "little"), server.system_identifier)

    def test_history_file_is_refused_too(self):
        other = self.new_primary("other")
        other.stop()
        history = other.wal / "00000002.history"
        history.write_text("1\t0/3000000\tno recovery target specified\n")
        done = self.archive.archive_file(
            self.settings_of(other), "pg_wal/00000002.history", cwd=other.data
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn(" cluster upgrade main --system ", done.stderr)
        self.assertEqual(set(self.archive.objects()), self.before)

    def test_nothing_is_absent_for_an_unknown_system(self):
        other = self.new_data_directory("other")
        toml = self.archive.settings_file(self.settings_of(other), recovery_wait="1s")
        for mode, code in (("standby.signal", 2), ("recovery.signal", 200)):
            with self.subTest(mode):
                other.signal_file(mode)
                done = self.archive.restore_file(
                    toml, "00000002.history", "pg_wal/RECOVERYHISTORY", cwd=other.data
                )
                self.assertEqual(done.returncode, code, done.stderr)
                (other.data / mode).unlink()


if __name__ == "__main__":
    main()
