"""walstow-archive archives what is ready next along with its own file, and is never wrong about it."""

import contextlib
import os
import signal

from support import ledger, processes
from support.testcase import EndToEndTest, main

AHEAD = "was archived ahead"


class LookingAhead(EndToEndTest):
    def backlog(self, segments=12):
        """A primary with finished segments that nothing has archived; the last one is younger."""
        primary = self.new_data_directory("primary")
        toml = self.archive.settings_file(self.settings_of(primary))
        self.command = self.archive.archive_command(toml) + " --verbose"
        primary.configure(archive_mode="on", archive_command="false")
        primary.start()
        ledger.create(primary)
        for number in range(segments):
            ledger.add(primary, 10, f"batch {number}")
            primary.switch_wal()
        return primary

    def archive_now(self, primary, command=None):
        primary.configure(archive_command=command or self.command)
        primary.query("SELECT pg_reload_conf()")

    def segments_of(self, primary):
        """Every segment that is finished, as it lies in pg_wal."""
        status = primary.wal / "archive_status"
        names = [file.stem for file in status.iterdir() if len(file.stem) == 24]
        return {name: (primary.wal / name).read_bytes() for name in names}

    def assert_archived(self, contents):
        for name, content in contents.items():
            self.assertTrue(self.archive.contents(name) == content, name)

    def test_backlog(self):
        primary = self.backlog()
        contents = self.segments_of(primary)
        self.archive_now(primary)
        primary.wait_archived()
        self.assert_archived(contents)
        self.assertGreaterEqual(primary.log_text().count(AHEAD), 5)

    def test_marks_go_with_their_files(self):
        primary = self.backlog()
        self.archive_now(primary)
        primary.wait_archived()
        # One more call has nothing ahead of it, and tidies up.
        primary.archive_all()
        marks = primary.wal / "pgsql_tmp_walstow/archived"
        self.assertEqual([file.name for file in marks.iterdir()], ["archive"])

    def test_killed_in_the_middle(self):
        primary = self.backlog()
        contents = self.segments_of(primary)
        self.archive_now(primary)
        killed = 0
        while primary.ready_files() and killed < 2:
            for pid in processes.find(f"--config {self.settings_of(primary)}"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        self.assertGreater(killed, 0)
        primary.wait_archived()
        self.assert_archived(contents)

    def test_crash_of_the_server(self):
        """Files are asked for again, and marks of before count for them: they did not change."""
        primary = self.backlog()
        contents = self.segments_of(primary)
        # Archives, and fails: so the server goes on asking for its first file.
        self.archive_now(primary, f"{self.command}; false")
        primary.wait_log("archived file")
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()
        primary.configure(archive_command=self.command)
        primary.start()
        primary.wait_archived()
        self.assert_archived(contents)
        self.assertIn(AHEAD, primary.log_text())

    def test_file_that_was_changed_is_asked_about(self):
        primary = self.backlog(segments=4)
        first, second = primary.ready_files()[:2]
        primary.stop()
        toml = self.settings_of(primary)
        self.assertEqual(self.put(toml, primary, first).returncode, 0)
        found = self.put(toml, primary, second)
        self.assertEqual((found.returncode, AHEAD in found.stderr), (0, True), found.stderr)
        path = primary.wal / second
        content = path.read_bytes()
        # Of its first record: behind the last one nobody reads.
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        refused = self.put(toml, primary, second)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("with other content", refused.stderr)
        self.assertTrue(self.archive.contents(second) == content)

    def test_mark_of_another_archive(self):
        if self.archive.server:
            self.skipTest("the other one would know none of its clients")
        primary = self.backlog(segments=4)
        first, second = primary.ready_files()[:2]
        primary.stop()
        toml = self.settings_of(primary)
        self.assertEqual(self.put(toml, primary, first).returncode, 0)
        # The same path, another archive: what it has not got must be put, once it has answered.
        processes.shell(self.archive.take_away)
        self.archive.init()
        self.archive.walstow("cluster", "create", "main")
        self.assertEqual(self.put(toml, primary, first).returncode, 0)
        self.assertEqual(self.put(toml, primary, second).returncode, 0)
        self.assertIn(second, self.archive.segments())

    def put(self, toml, primary, name):
        return self.archive.archive_file(toml, f"pg_wal/{name}", primary.data, ["--verbose"])


if __name__ == "__main__":
    main()
