"""A really full, or read-only, file system: refused with a clear line, and all is well afterwards."""

from support import processes
from support.archive import Archive
from support.small_disk import SmallDisk, can_mount
from support.testcase import EXECUTABLES, EndToEndTest, main


class FullFileSystem(EndToEndTest):
    link = "tls"

    def setUp(self):
        if not can_mount():
            self.skipTest("this user cannot mount a file system in a namespace of its own here")
        super().setUp()
        self.archive.daemon.stop()  # that of the usual archive, which is not used
        self.server = self.new_data_directory("server")
        self.server.configure(wal_keep_size="64MB")
        self.server.start()
        self.names = [self.server.switch_wal().name for _ in range(3)]
        self.server.stop()
        self.target = self.server.wal / "RECOVERYXLOG"

    def archive_on(self, disk):
        """An archive on the small disk, served by a daemon that goes on through all troubles."""
        commands = disk.wrap(self.archive.binaries, EXECUTABLES, self.folder / "commands")
        archive = Archive(disk.folder / "archive", commands, "tls")
        archive.daemon.log = self.folder / "small.log"
        archive.daemon._program = commands / "walstowd"
        self.addCleanup(archive.end)
        archive.init()
        archive.walstow("cluster", "create", "main")
        client = self.folder / "client"
        archive.walstow(
            "client", "add", "server", "--cluster", "main", "--right", "archive", "--right", "restore",
            "--url", archive.daemon.url, "--out", client,
        )  # fmt: skip
        toml = client / "walstow.toml"
        waits = 'archive_wait = "1s"\ntool_wait = "1s"\nrequest_timeout = "20s"\n'
        toml.write_text(waits + toml.read_text().replace("/etc/walstow/", f"{client}/"))
        local = self.folder / "local.toml"
        local.write_text(f'{waits}cluster = "main"\nstore = "{archive.folder}"\n')
        return archive, (toml, local)

    def put(self, archive, toml, name, code=0):
        done = archive.archive_file(toml, f"pg_wal/{name}", cwd=self.server.data)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def check_get(self, archive, toml, name):
        done = archive.restore_file(toml, name, "pg_wal/RECOVERYXLOG", cwd=self.server.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.target.read_bytes() == (self.server.wal / name).read_bytes())
        self.target.unlink()

    def test_archive(self):
        disk = SmallDisk(self.folder / "disk")
        self.addCleanup(disk.close)
        archive, links = self.archive_on(disk)
        first, second, third = self.names
        self.put(archive, links[0], first)
        before = disk.files()
        for trouble, repair, message in (
            (disk.fill, disk.free, "No space left on device"),
            (disk.use_up_inodes, disk.free, "No space left on device: no inodes are free"),
            (disk.read_only, disk.writable, "Read-only file system"),
        ):
            for toml in links:
                with self.subTest(trouble.__name__, settings=toml.name):
                    # Neither the next one, nor the first of a folder.
                    trouble()
                    for name in (second, third):
                        self.assertIn(message, self.put(archive, toml, name, code=1))
                    self.check_get(archive, toml, first)
                    self.assertIn("1 segment", archive.walstow("status", "main").stdout)
                    repair()
                    self.assertEqual(disk.files(), before, "something was left behind")
        self.put(archive, links[0], second)
        self.put(archive, links[1], third)
        for toml in links:
            for name in self.names:
                self.check_get(archive, toml, name)

    def test_prune(self):
        """Not a byte is free, and what nobody needs can be removed; then there is room again."""
        disk = SmallDisk(self.folder / "disk")
        self.addCleanup(disk.close)
        archive, links = self.archive_on(disk)
        first, second, third = self.names
        self.put(archive, links[0], first)
        self.put(archive, links[0], second)
        disk.shell(f"find {disk.folder} -name '*.zst' -exec touch -d '3 days ago' {{}} +")
        reserve = f"{disk.folder}/archive/_reserve"
        self.assertEqual(disk.shell(f"stat -c %s {reserve}").stdout.strip(), str((8 << 20) // 16))
        for toml in links:
            disk.fill()
            self.assertIn("are reserved for making room", self.put(archive, toml, third, code=1))
            # What was acknowledged is acknowledged again, to the client that has put it.
            self.put(archive, links[0], second)
        done = archive.walstow("prune", "main", "--before", second, "--yes")
        self.assertIn("1 files removed", done.stdout)
        self.assertEqual(
            [name for name in archive.walstow("list", "main").stdout.split() if name in self.names], [second]
        )
        disk.free()
        for toml in links:
            self.put(archive, toml, third)
        self.check_get(archive, links[0], third)
        # The next process that puts something holds it again.
        disk.shell(f"test -s {reserve}")

    def test_administration(self):
        """Not a byte is free, and an administrator holds, withdraws, and removes for good."""
        disk = SmallDisk(self.folder / "disk")
        self.addCleanup(disk.close)
        archive, links = self.archive_on(disk)
        first, second, _ = self.names
        for name in (first, second):
            self.put(archive, links[0], name)
        dba = self.folder / "dba"
        archive.walstow(
            "client", "add", "dba", "--cluster", "main", "--right", "admin", "--url", archive.daemon.url,
            "--out", dba,
        )  # fmt: skip
        toml = dba / "walstow.toml"
        toml.write_text(toml.read_text().replace("/etc/walstow/", f"{dba}/"))
        program = archive.binaries / "walstow"
        for reach, name in ((("--store", archive.folder), first), (("--config", toml), second)):

            def walstow(*words, check=True, reach=reach):
                return processes.run(program, *reach, *words, check=check)

            with self.subTest(reach=reach):
                disk.fill()
                held = walstow("hold", "add", "main", first, "--reason", "audit")
                self.assertIn("audit", held.stdout)
                walstow("withdraw", "main", name, "--reason", "a trial", "--yes")
                self.assertNotIn(name, walstow("list", "main").stdout)
                asked = walstow("withdraw", "main", name, "--purge", check=False)
                self.assertEqual(asked.returncode, 2, "there is no terminal at which to confirm it")
                self.assertTrue([path for path in disk.files() if "/_aside/" in path])
                done = walstow("withdraw", "main", name, "--purge", "--yes")
                self.assertIn("permanently deleted", done.stdout)
                self.assertEqual([path for path in disk.files() if "/_aside/" in path], [])
                again = walstow("withdraw", "main", name, "--undo")
                self.assertIn('not below "_aside" any more', again.stderr)
                disk.free()
                # The next put holds it again.
                self.put(archive, links[1], name)
                disk.shell(f"test -s {disk.folder}/archive/_reserve")

    def test_where_it_is_restored(self):
        name = self.names[0]
        # A prefetcher of the call before would use the disk, too.
        toml = self.archive.settings_file(
            self.folder / "w.toml", store=str(self.archive.folder), prefetch_files=0
        )
        self.put(self.archive, toml, name)
        disk = SmallDisk(self.folder / "pg_wal")
        self.addCleanup(disk.close)
        commands = disk.wrap(self.archive.binaries, EXECUTABLES, self.folder / "commands")
        for signal_file, code in (("standby.signal", 2), ("recovery.signal", 200), (None, 2)):
            data = self.folder / f"data-{signal_file}"
            (data / "global").mkdir(parents=True)
            (data / "global/pg_control").write_bytes(
                (self.server.data / "global/pg_control").read_bytes()
            )
            (data / "pg_wal").symlink_to(disk.folder)
            if signal_file:
                (data / signal_file).touch()
            restore = Archive(self.archive.folder, commands).restore_file
            for trouble, repair, message in (
                (disk.fill, disk.free, "No space left on device"),
                (disk.read_only, disk.writable, "Read-only file system"),
                (disk.use_up_inodes, disk.free, "No space left on device: no inodes are free"),
            ):
                with self.subTest(trouble.__name__, mode=signal_file):
                    trouble()
                    done = restore(toml, name, "pg_wal/RECOVERYXLOG", cwd=data)
                    self.assertEqual(done.returncode, code, done.stderr)
                    self.assertIn(message, done.stderr)
                    repair()
                    left = [path for path in disk.files() if "pgsql_tmp_walstow" not in path]
                    self.assertEqual(left, [])
                    # What a call remembers of its failure is removed when it is too old: an inode more.
                    disk.shell(f"rm -rf {disk.folder}/pgsql_tmp_walstow")
                    done = restore(toml, name, "pg_wal/RECOVERYXLOG", cwd=data)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    same = disk.shell(f"cmp {disk.folder}/RECOVERYXLOG {self.server.wal}/{name}", check=False)
                    self.assertEqual(same.returncode, 0, same.stdout)
                    disk.shell(f"rm {disk.folder}/RECOVERYXLOG")


if __name__ == "__main__":
    main()
