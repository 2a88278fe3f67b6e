"""No process and no temporary file is left: not after work, and not after a kill in its middle."""

import signal

from support import processes, wait
from support.archive import MARKER
from support.testcase import EndToEndTest, main


class LeavesNothingBehind(EndToEndTest):
    def no_process_is_left(self):
        wait.until(
            lambda: not processes.find(str(self.folder)),
            lambda: [processes.command_line(pid) for pid in processes.find(str(self.folder))],
        )

    def check_archive(self):
        """Nothing but objects under an era's wal/ and history/, and no unknown file elsewhere."""
        eras = (self.archive.folder / "main").glob("0*")
        for path in (path for era in eras for path in era.rglob("*") if path.is_file()):
            self.assertTrue(path.suffix in (".zst", ".json"), path)
        self.assertTrue((self.archive.folder / MARKER).exists())

    def check_wal(self, server):
        for path in server.wal.iterdir():
            self.assertRegex(
                path.name,
                r"^([0-9A-F]{24}(\.partial|\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history"
                # summaries: of PostgreSQL 17 and later, for its incremental backups.
                r"|archive_status|summaries|pgsql_tmp_walstow)$",
            )

    def test_after_work(self):
        primary = self.new_primary()
        standby = self.standby(primary).start()
        for batch in ("one", "two"):
            end = self.add_and_archive(primary, batch)
        standby.wait_replayed(end.lsn)
        standby.promote()
        standby.wait_archived()
        for server in (standby, primary):
            server.stop()
            self.check_wal(server)
        self.no_process_is_left()
        self.check_archive()

    def test_where_a_tool_restores(self):
        server, name = self.new_finished_segment()
        toml = self.archive.settings_file(self.settings_of(server))
        archive, restore = (
            self.archive.binaries / program for program in ("walstow-archive", "walstow-restore")
        )
        processes.run(archive, "--config", toml, f"pg_wal/{name}", cwd=server.data)
        target = self.folder / "tool" / name
        target.parent.mkdir()
        for _ in ("absent", "stands"):
            processes.run(restore, "--config", toml, name, target, cwd=self.folder)
            self.assertEqual(list(target.parent.iterdir()), [target])
        self.no_process_is_left()

    def test_after_a_kill(self):
        # Large, so that the kill comes in the middle.
        server, name = self.new_finished_segment(segment_mb=64)
        toml = self.archive.settings_file(self.settings_of(server))
        target = server.wal / "RECOVERYXLOG"
        put = ["walstow-archive", "--config", toml, f"pg_wal/{name}"]
        get = ["walstow-restore", "--config", toml, name, "pg_wal/RECOVERYXLOG"]
        for program, *arguments in (put, get):
            for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGQUIT):
                with self.subTest(program, signal=number.name):
                    self.kill_in_the_middle(server, [program, *arguments], number)
                    self.check_archive()
                    self.assertFalse(target.exists())
            command = [self.archive.binaries / program, *arguments]
            processes.run(*command, cwd=server.data)
        self.assertTrue(self.archive.contents(name) == (server.wal / name).read_bytes())
        self.assertTrue(target.read_bytes() == (server.wal / name).read_bytes())

    def kill_in_the_middle(self, server, command, number):
        program, *arguments = command
        running = processes.spawn(
            [self.archive.binaries / program, *arguments], self.folder / "log", cwd=server.data
        )
        wait.until(lambda: processes.find(str(self.archive.folder)), "the store has started")
        running.send_signal(number)
        self.assertEqual(running.wait(wait.DEADLINE), -number)
        self.no_process_is_left()


if __name__ == "__main__":
    main()
