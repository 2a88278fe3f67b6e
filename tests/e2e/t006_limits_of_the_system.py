"""Where a limit of the system is reached, the hint names that limit, and nothing else."""

import os

from support import processes
from support.testcase import EndToEndTest, main

PROCESSES = "Is the limit on processes reached?"
FILES = "Raise the limit on open files"


class LimitsOfTheSystem(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server, self.segment = self.new_finished_segment()
        self.archives(self.server)

    def calls(self):
        """What each program is called with; restoring comes last, when there is something to restore."""
        toml = self.settings_of(self.server)
        yield "walstow", ["--config", toml, "cluster", "list"]
        yield "walstow-archive", ["--config", toml, f"pg_wal/{self.segment}"]
        yield "walstow-restore", ["--config", toml, self.segment, "pg_wal/RECOVERYXLOG"]

    def limited(self, limit, program, arguments):
        script = f'{limit} && exec "$@"'
        # Debian's sh has no limit of processes.
        return processes.run(
            "bash", "-c", script, "bash", self.archive.binaries / program, *arguments, check=False,
            cwd=self.server.data,
        )  # fmt: skip

    def check(self, limit, hint):
        """Fails with `hint`, or works all the same; and fails once at least."""
        self.archive.archive_file(
            self.settings_of(self.server), f"pg_wal/{self.segment}", cwd=self.server.data
        )
        failures = 0
        for program, arguments in self.calls():
            with self.subTest(program, limit=limit):
                done = self.limited(limit, program, arguments)
                (self.server.wal / "RECOVERYXLOG").unlink(missing_ok=True)
                if done.returncode == 0:
                    continue
                failures += 1
                self.assertIn(hint, done.stderr)
                self.assertNotIn("could not ask the store:", done.stderr)  # which one?
                for other in ("Install walstowd", "Is its file system mounted", "firewall"):
                    self.assertNotIn(other, done.stderr)
        return failures

    def test_descriptors(self):
        failures = [self.check(f"ulimit -n {number}", FILES) for number in (5, 6, 7, 9)]
        self.assertGreater(sum(failures), 0)

    def test_processes(self):
        if os.geteuid() == 0:
            self.skipTest("no limit of processes holds for root")
        # This test and the program are two already, so nothing more can be started.
        limit = "ulimit -u 1"
        self.check(limit, PROCESSES)
        # The store itself starts threads, over whichever link it is asked.
        place = getattr(self.archive, "place", self.archive.folder)
        done = self.limited(limit, "walstowd", ["--stdio", "--owner", "--archive", place])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(PROCESSES, done.stderr)
        self.assertIn(f'could not serve archive "{place}": Resource', done.stderr)


if __name__ == "__main__":
    main()
