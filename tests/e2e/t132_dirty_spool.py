"""What the spool folder remembers of another archive, cluster, system or data directory is not used."""

import shutil

from support import processes, stored_object
from support.archive import Archive
from support.testcase import EndToEndTest, main

HISTORY = "00000002.history"


class DirtySpool(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server, self.name = self.new_finished_segment()
        self.toml = self.archive.settings_file(self.settings_of(self.server), failure_memory="1ms")
        (self.server.wal / HISTORY).write_text("1\t0/300000\tno recovery target specified\n")
        for name in (self.name, HISTORY):
            done = self.archive.archive_file(self.toml, f"pg_wal/{name}", cwd=self.server.data)
            self.assertEqual(done.returncode, 0, done.stderr)
        (self.server.wal / HISTORY).unlink()
        (self.server.data / "standby.signal").touch()

    def restore(self, name, toml=None, data=None):
        """The exit code; what was placed is removed again."""
        data = data or self.server.data
        done = self.archive.restore_file(toml or self.toml, name, "pg_wal/RECOVERYXLOG", cwd=data)
        (data / "pg_wal/RECOVERYXLOG").unlink(missing_ok=True)
        return done.returncode

    def report(self, data=None):
        return processes.run(
            self.archive.binaries / "walstow-restore", "--config", self.toml, "--restartpoint", self.name,
            cwd=data or self.server.data,
        )  # fmt: skip

    def other_settings(self, name, **settings):
        return self.archive.settings_file(self.folder / f"{name}.toml", **settings)

    def test_history(self):
        self.archive.walstow("cluster", "create", "other")
        other_cluster = self.other_settings("cluster", cluster="other", failure_memory="1ms")
        other_store = self.other_settings("store", store=str(self.folder / "nowhere"), failure_memory="1ms")
        self.assertEqual(self.restore(HISTORY), 0)
        processes.shell(self.archive.take_away)
        if self.archive.daemon:
            self.archive.daemon.kill()
        self.assertEqual(self.restore(HISTORY), 0, "the kept one is not used at all")
        self.assertEqual(self.restore("00000003.history"), 2)
        self.assertEqual(self.restore(HISTORY, other_cluster), 2)
        self.assertEqual(self.restore(HISTORY, other_store), 2)

        control = self.server.data / "global/pg_control"
        own = control.read_bytes()
        other = self.new_data_directory("another")
        control.write_bytes((other.data / "global/pg_control").read_bytes())
        self.assertEqual(self.restore(HISTORY), 2, "it is another system's")
        control.write_bytes(own)
        self.assertEqual(self.restore(HISTORY), 0)

        (kept,) = (self.server.wal / "pgsql_tmp_walstow").rglob(f"{HISTORY}.zst")
        stored_object.flip_byte(kept)
        self.assertEqual(self.restore(HISTORY), 2, "it is damaged")

    def test_another_archive_at_the_same_place(self):
        absent = self.name[:-2] + "F0"
        self.assertEqual(self.restore(self.name), 0)
        self.assertEqual(self.restore(absent), 1)
        if self.archive.server:
            self.skipTest("the other one would know none of its clients")
        processes.shell(self.archive.take_away)
        Archive(self.archive.folder, self.archive.binaries).init()
        self.archive.walstow("cluster", "create", "main")
        done = self.archive.archive_file(self.toml, f"pg_wal/{self.name}", cwd=self.server.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in (self.name, absent):
            self.assertEqual(self.restore(name), 2)
        shutil.rmtree(self.server.wal / "pgsql_tmp_walstow")  # as the hint says
        self.assertEqual((self.restore(self.name), self.restore(absent)), (0, 1))

    def test_copy_of_a_data_directory(self):
        self.assertEqual(self.restore(self.name), 0)
        processes.shell(self.archive.take_away)
        self.report()  # kept, since it cannot be told
        processes.shell(self.archive.bring_back)
        copy = self.folder / "copy"
        shutil.copytree(self.server.data, copy, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
        self.assertEqual(self.restore(self.name, data=copy), 0)
        before = self.archive.json("status", "main")["positions"]
        self.assertEqual(len(before), 2, "the copy reports in the name of the original")
        self.assertEqual([one["restartpoint"] or "" for one in before], ["", ""])
        self.assertEqual(self.restore(self.name), 0)
        after = self.archive.json("status", "main")["positions"]
        self.assertEqual(sorted(one["restartpoint"] or "" for one in after), ["", self.name])


if __name__ == "__main__":
    main()
