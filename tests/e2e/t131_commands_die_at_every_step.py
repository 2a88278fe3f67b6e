"""A command, or the local link's store, dies at each of its steps: all is well at the next try.

strace ends it at the n-th system call of each kind that matters. Whatever it had done by then: the
archive holds the file whole or not at all, %p too, nothing else is left, and no process is.
"""

import shutil

from support import processes, system_calls, wait
from support.testcase import EndToEndTest, main

# The kinds of calls, and how many of them lie between two deaths.
PUT_STEPS = {
    "clone3": 1, "connect": 1, "sendto": 16, "write": 6, "pwrite64": 4, "linkat": 1, "unlinkat": 1,
    "mkdirat": 2, "fsync": 4, "flock": 1,
}  # fmt: skip
GET_STEPS = {
    "clone3": 1, "connect": 1, "sendto": 1, "write": 2, "pwrite64": 2, "linkat": 1, "renameat": 1,
    "mkdirat": 2, "fsync": 3, "flock": 2, "pread64": 8,
}  # fmt: skip


class CommandsDieAtEveryStep(EndToEndTest):
    def setUp(self):
        if not system_calls.can_trace():
            self.skipTest("strace cannot trace programs here")
        super().setUp()
        self.server, self.name = self.new_finished_segment()
        self.wal_files = {path.name for path in self.server.wal.iterdir() if path.is_file()}
        self.original = (self.server.wal / self.name).read_bytes()
        self.toml = self.settings("patient", "60s")
        self.impatient = self.settings("impatient", "300ms")
        self.target = self.server.wal / "RECOVERYXLOG"
        self.deaths = 0

    def settings(self, name, wait_for):
        return self.archive.settings_file(
            self.server.folder / f"{name}.toml", archive_wait=wait_for, standby_wait=wait_for,
            restartpoint_wait=wait_for, failure_memory="1ms", prefetch_files=0,
        )  # fmt: skip

    def die_at(self, kind, number, command):
        """Runs the command, and all that it starts, up to that call. Whether anything died."""
        done = processes.run(
            "strace", "--follow-forks", "--quiet=all", "--output=/dev/null",
            f"--trace={kind}", f"--inject={kind}:signal=KILL:when={number}",
            self.archive.binaries / command[0], "--config", self.impatient, *command[1:],
            cwd=self.server.data, check=False,
        )  # fmt: skip
        died = done.returncode != 0
        self.deaths += died
        if died:
            self.assertIn(done.returncode, (-9, 1, 2), done.stderr)
            wait.until(
                lambda: not processes.find(str(self.impatient)) and not self.local_stores(),
                "no process is left",
            )
        return died

    def local_stores(self):
        return [pid for pid in processes.find("--stdio") if str(self.folder) in processes.command_line(pid)]

    def for_each_death(self, steps, command, before, after):
        for kind, step in steps.items():
            number = 1
            while True:
                with self.subTest(kind, number=number):
                    before()
                    died = self.die_at(kind, number, command)
                    after()
                if not died:
                    break
                number += step
        print(f"{self.deaths} deaths", end=" ", flush=True)
        # Not each kind is met over each link: what the store does is here only where it is a child.
        self.assertGreaterEqual(self.deaths, len(steps) // 2)

    def succeed(self, program, *arguments):
        done = processes.run(
            self.archive.binaries / program, "--config", self.toml, *arguments, cwd=self.server.data,
            check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)

    def check_archive(self):
        for path in self.archive.folder.rglob("*"):
            if path.is_file() and path.parent.name != "_tls":
                known = path.suffix in (".zst", ".json", ".lock") or path.name == "_reserve"
                self.assertTrue(known, f"{path} was left behind")

    def check_wal_folder(self):
        self.assertEqual({path.name for path in self.server.wal.iterdir() if path.is_file()}, self.wal_files)
        spool = self.server.wal / "pgsql_tmp_walstow"
        known = {"archive", "archived", "handed", "instance", "instance.lock", "sequence", "failure",
                 "restartpoint", "restartpoint.lock"}  # fmt: skip
        if spool.exists():
            self.assertLessEqual({path.name for path in spool.iterdir()}, known)

    def test_put(self):
        # Over the local link each put is the archive's first, which has the most to make.
        empty = self.folder / "empty"
        shutil.copytree(self.archive.folder, empty, symlinks=True)

        def before():
            if self.archive.daemon:
                for path in self.archive.objects().values():
                    path.unlink()
                return
            shutil.rmtree(self.archive.folder)
            shutil.copytree(empty, self.archive.folder, symlinks=True)

        def after():
            if self.archive.objects():
                self.assertTrue(self.archive.contents(self.name) == self.original)
            self.succeed("walstow-archive", f"pg_wal/{self.name}")
            self.assertTrue(self.archive.contents(self.name) == self.original)
            self.check_archive()
            self.check_wal_folder()

        self.for_each_death(PUT_STEPS, ["walstow-archive", f"pg_wal/{self.name}"], before, after)

    def test_get(self):
        self.succeed("walstow-archive", f"pg_wal/{self.name}")
        (self.server.data / "standby.signal").touch()
        command = ["walstow-restore", self.name, "pg_wal/RECOVERYXLOG"]

        def before():
            self.target.unlink(missing_ok=True)
            shutil.rmtree(self.server.wal / "pgsql_tmp_walstow", ignore_errors=True)

        def after():
            if self.target.exists():
                self.assertTrue(self.target.read_bytes() == self.original)
                self.target.unlink()
            self.succeed(*command)
            self.assertTrue(self.target.read_bytes() == self.original)
            self.target.unlink()
            self.check_archive()
            self.check_wal_folder()

        self.for_each_death(GET_STEPS, command, before, after)

    def test_report_of_a_restartpoint(self):
        self.succeed("walstow-archive", f"pg_wal/{self.name}")
        (self.server.data / "standby.signal").touch()
        command = ["walstow-restore", "--restartpoint", self.name]
        for kind in (kind for kind in GET_STEPS if kind != "pread64"):
            for number in (1, 2, 3):
                with self.subTest(kind, number=number):
                    shutil.rmtree(self.server.wal / "pgsql_tmp_walstow", ignore_errors=True)
                    # It ends with 0 whenever it lives: checkpoints wait for it.
                    self.die_at(kind, number, command)
                    self.check_reported(command)
        self.assertGreater(self.deaths, 4)

    def check_reported(self, command):
        self.succeed(*command)
        told = [one["restartpoint"] for one in self.archive.json("status", "main")["positions"]]
        self.assertEqual(set(told), {self.name})
        # A restore is what cleans the spool folder of what dead calls left there.
        self.succeed("walstow-restore", self.name, "pg_wal/RECOVERYXLOG")
        self.target.unlink()
        self.check_archive()
        self.check_wal_folder()


if __name__ == "__main__":
    main()
