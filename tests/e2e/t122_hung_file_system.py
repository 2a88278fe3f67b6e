"""The archive's file system hangs, so a store cannot even be killed: no call leaves one more behind."""

import os
import re

from support import processes, wait
from support.archive import Archive
from support.hanging_disk import HangingDisk
from support.testcase import EndToEndTest, main

CALLS = 4


class HungFileSystem(EndToEndTest):
    link = "local"
    store = "directory"

    def setUp(self):
        root = self.root()
        processes.adopt()
        super().setUp()
        self.disk = HangingDisk(root, self.folder / "disk")
        self.addCleanup(self.disk.close)
        if self.disk.trouble:
            self.skipTest(f"no loop device can be mounted here: {self.disk.trouble}")
        self.archive = Archive(self.disk.folder / "archive", self.archive.binaries)
        self.archive.init()
        self.archive.walstow("cluster", "create", "main")

    def settings(self, server, **settings):
        return self.archive.settings_file(
            self.settings_of(server), head_timeout="1s", progress_timeout="1s", failure_memory="1ms",
            **settings,
        )  # fmt: skip

    def stores(self):
        """What calls have left behind."""
        return processes.adopted("walstowd")

    def call(self, server, program, toml, *arguments):
        """As the server would. Its output goes to a file: what is left behind keeps a pipe open."""
        log = self.folder / "call.log"
        done = processes.run(
            "sh", "-c", 'exec "$@" > "$0" 2>&1', log, self.archive.binaries / program, "--config", toml,
            *arguments, check=False, cwd=server.data,
        )  # fmt: skip
        done.stderr = log.read_text()
        return done

    def put(self, server, toml, name, *options):
        return self.call(server, "walstow-archive", toml, *options, f"pg_wal/{name}")

    def get(self, server, toml, name):
        return self.call(server, "walstow-restore", toml, name, "pg_wal/RECOVERYXLOG")

    def noted(self, server):
        return server.wal / "pgsql_tmp_walstow/left_processes"

    def check_refusal(self, server, done, code, left, archive=None):
        self.assertEqual(done.returncode, code, done.stderr)
        archive = re.escape(archive or str(self.archive.folder))
        told = re.search(
            f'archive "{archive}" was not asked: process '
            r"(\d+), left behind at 2\S+Z, still waits for its file system",
            done.stderr,
        )
        self.assertTrue(told, done.stderr)
        self.assertIn(int(told[1]), left)
        self.assertIn("hint: The process is a walstowd that was killed but cannot end", done.stderr)
        self.assertIn(f'remove the file "{self.noted(server)}/{told[1]}"', done.stderr)
        self.assertEqual(self.stores(), left, "another one was started")

    def check_all_is_well(self, server):
        wait.until(lambda: not self.stores(), "all that was left behind has ended")
        self.assertFalse(self.noted(server).exists())

    def test_each_command(self):
        server, name = self.new_finished_segment()
        toml = self.settings(server)
        self.disk.hang()
        self.assertEqual(self.put(server, toml, name).returncode, 1)
        left = self.stores()
        self.assertEqual(len(left), 1)
        self.assertEqual([int(path.name) for path in self.noted(server).iterdir()], [*left])
        for _ in range(CALLS):
            self.check_refusal(server, self.put(server, toml, name), 1, left)
        for signal_file, code in (("standby.signal", 2), ("recovery.signal", 200)):
            (server.data / signal_file).touch()
            self.check_refusal(server, self.get(server, toml, name), code, left)
            done = self.call(server, "walstow-restore", toml, "--restartpoint", name)
            self.check_refusal(server, done, 0, left)
            (server.data / signal_file).unlink()
        # Who asks by hand is not held up by it.
        self.assertIn("main", self.archive.walstow("cluster", "list").stdout)

        # A call that is waiting goes on as soon as the process has gone.
        self.settings(server, archive_wait=f"{wait.DEADLINE:g}s")
        log = self.folder / "patient.log"
        patient = processes.spawn(
            [self.archive.binaries / "walstow-archive", "--verbose", "--config", toml, f"pg_wal/{name}"],
            log, cwd=server.data,
        )  # fmt: skip
        wait.until(lambda: log.read_text().count("; trying again") > 1, "it has been refused twice")
        self.assertEqual(self.stores(), left)
        self.disk.answer()
        self.assertEqual(patient.wait(wait.DEADLINE), 0, log.read_text())
        self.check_all_is_well(server)
        (server.data / "standby.signal").touch()
        done = self.get(server, toml, name)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_several_connections(self):
        server = self.new_data_directory("server")
        server.configure(wal_keep_size="64MB")
        server.start()
        names = [server.switch_wal().name for _ in range(4)]
        server.stop()
        for name in names:
            (server.wal / "archive_status" / f"{name}.ready").touch()
        toml = self.settings(server, archive_connections=3)
        self.disk.hang()
        self.assertEqual(self.put(server, toml, names[0]).returncode, 1)
        left = self.stores()
        self.assertIn(len(left), range(1, 4))
        for _ in range(CALLS):
            self.check_refusal(server, self.put(server, toml, names[0]), 1, left)
        self.disk.answer()
        for name in names:
            done = self.put(server, toml, name)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.check_all_is_well(server)

    def test_another_archive(self):
        """An administrator who cannot mend the file system goes on with another archive."""
        server, name = self.new_finished_segment()
        self.disk.hang()
        self.assertEqual(self.put(server, self.settings(server), name).returncode, 1)
        left = self.stores()
        other = Archive(self.folder / "archive", self.archive.binaries)  # that of setUp
        toml = other.settings_file(self.settings_of(server))
        done = self.put(server, toml, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_refusal(server, self.put(server, self.settings(server), name), 1, left)

    def test_another_file_system_at_its_path(self):
        """An administrator who gives the file system up unmounts it lazily, and mounts a good one there."""
        server, name = self.new_finished_segment()
        toml = self.settings(server)
        copy = self.folder / "copy"
        processes.run("cp", "-a", self.archive.folder, copy)
        self.disk.hang()
        self.assertEqual(self.put(server, toml, name).returncode, 1)
        left = self.stores()
        self.assertEqual(len(left), 1)
        self.disk.replace()
        processes.run("cp", "-a", copy, self.archive.folder)
        for _ in range(2):
            done = self.put(server, toml, name)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.stores(), left, "what hangs does so still, and nothing else was left")
        self.assertFalse(self.noted(server).exists())
        (server.data / "standby.signal").touch()
        done = self.get(server, toml, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.disk.answer()
        self.check_all_is_well(server)

    def test_other_spellings_of_the_path(self):
        server, name = self.new_finished_segment()
        toml = self.settings(server)
        self.disk.hang()
        self.assertEqual(self.put(server, toml, name).returncode, 1)
        left = self.stores()
        for spelling in (f"{self.archive.folder}/", f"/{self.disk.folder}//./archive"):
            done = self.put(server, toml, name, "--store", spelling)
            self.check_refusal(server, done, 1, left, spelling)

    def test_path_that_is_not_utf8(self):
        server, name = self.new_finished_segment()
        toml = self.settings(server)
        path = f"{self.disk.folder}/arch\udcefve"  # a byte 0xEF
        self.archive.folder.rename(path)
        self.disk.hang()
        self.assertEqual(self.put(server, toml, name, "--store", path).returncode, 1)
        left = self.stores()
        self.assertEqual(len(left), 1)
        for _ in range(2):
            done = self.put(server, toml, name, "--store", path)
            self.check_refusal(server, done, 1, left, f"{self.disk.folder}/arch\\xefve")

    def test_a_process_that_has_another_number_now(self):
        """A record of a process that is gone holds up nothing."""
        server, name = self.new_finished_segment()
        toml = self.settings(server)
        self.disk.hang()
        self.assertEqual(self.put(server, toml, name).returncode, 1)
        [record] = self.noted(server).iterdir()
        kept = record.read_text()
        self.disk.answer()
        wait.until(lambda: not self.stores(), "it has ended")
        record.rename(record.with_name(str(os.getpid())))  # which lives, and began at another time
        self.assertEqual(self.put(server, toml, name).returncode, 0, kept)
        self.check_all_is_well(server)


if __name__ == "__main__":
    main()
