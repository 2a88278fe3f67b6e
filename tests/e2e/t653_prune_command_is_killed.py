"""`walstow prune` dies at each of its steps, and its store with it: nothing above the floor is hurt.

The archive is a folder, so what prunes is a child of the command. A terminal that is closed takes
both; a kill takes one of them, and the other may go on for a moment.
"""

import os
import shutil
import signal
import subprocess
import time

from support import ledger, processes, stored_object, system_calls, wait
from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600
KEEP = ("--keep-backups", "1", "--keep-days", "0")
PARTIALS = 400  # so that a prune notes how far it gets, and removes, several times

# The calls of the command at which it dies, and how many of them lie between two deaths.
STEPS = {"clone3": 1, "socketpair": 1, "write": 1, "read": 2, "epoll_wait": 3, "pidfd_open": 1}
MOMENTS = 24  # at which both die


class PruneCommandIsKilled(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.add_and_archive(self.primary, *(f"batch {i}" for i in range(6)))
        self.primary.base_backup(self.primary.folder / "newest")
        self.add_and_archive(self.primary, "after", "the end")
        self.primary.stop()
        self.contents = {
            name: path.read_bytes() for name, path in self.archive.objects().items()
        }
        self.add_partials()
        then = time.time() - THREE_DAYS
        for path in self.archive.objects().values():
            os.utime(path, (then, then))
        plan = self.archive.json("prune", "main", "-n", *KEEP)
        self.assertGreater(plan["files"], PARTIALS)
        segments = self.archive.segments()
        first = segments.index(plan["kept_backups"][0][:24])
        self.below, self.above = segments[:first], segments[first:]
        self.assertGreater(len(self.below), 4)
        self.before = self.folder / "before"
        shutil.copytree(self.archive.folder, self.before, symlinks=True)
        self.command = [
            self.archive.binaries / "walstow", "--store", self.archive.folder,
            "prune", "main", "--yes", *KEEP,
        ]  # fmt: skip
        self.outcomes = {"not begun": 0, "amid": 0, "completed": 0}

    def add_partials(self):
        """Of all segments below the last ones, in the places of what a promotion leaves."""
        segments = self.archive.segments()[:5]
        for i in range(PARTIALS):
            segment = segments[i % len(segments)]
            digest = f"{i:012x}".ljust(32, "0")
            path = self.archive.objects()[segment]
            stored_object.relabel(
                path, path.with_name(f"{segment}.partial.{digest[:12]}.zst"),
                name=f"{segment}.partial", xxh128=digest,
            )  # fmt: skip

    def put_back(self):
        shutil.rmtree(self.archive.folder)
        shutil.copytree(self.before, self.archive.folder, symlinks=True)

    def wait_until_nothing_runs(self):
        mine = str(self.archive.folder)
        wait.until(
            lambda: not [
                pid for pid in processes.find("--stdio") if mine in processes.command_line(pid)
            ],
            "no store of the command is left",
        )

    def check(self):
        """What is left after a death; and that the next prune completes it."""
        self.wait_until_nothing_runs()
        self.assertEqual(self.archive.segments()[-len(self.above) :], self.above)
        objects = len(self.archive.objects())
        plan = self.archive.json("prune", "main", "-n", *KEEP)
        # What has gone is told as pruned, what has not is there: a hole is nowhere.
        self.assertEqual(self.archive.json_lines("list", "main", "--holes"), [])
        for name in self.below:
            got = self.archive.walstow("get", "main", name, self.folder / "got", check=False)
            if got.returncode == 0:
                (self.folder / "got").unlink()
            else:
                self.assertRegex(got.stderr, "(about to be pruned: prune of|pruned on) ")
        self.archive.walstow("verify", "main")
        whole = len(self.contents) + PARTIALS
        outcome = "amid" if plan["unfinished"] else "not begun" if objects == whole else "completed"
        self.outcomes[outcome] += 1

        self.archive.walstow(*(str(part) for part in self.command[3:]))
        self.assertEqual(self.archive.segments(), self.above)
        plan = self.archive.json("prune", "main", "-n", *KEEP)
        self.assertEqual((plan["unfinished"], plan["files"]), (0, 0))
        for name, path in self.archive.objects().items():
            self.assertTrue(path.read_bytes() == self.contents[name], name)
        self.archive.walstow("verify", "main", "--deep")

    def check_recovery(self):
        restored = self.new_server("restored")
        restored.copy_of(self.primary.folder / "newest")
        self.restores(restored, prefetch_files=0)
        restored.configure(recovery_target_action="promote")
        restored.signal_file("recovery.signal")
        restored.start()
        restored.wait_promoted()
        self.assertIn("the end", ledger.batches(restored))

    def test_the_command_dies_at_each_step(self):
        if not system_calls.can_trace():
            self.skipTest("strace cannot trace programs here")
        deaths = 0
        for kind, step in STEPS.items():
            number = 1
            while True:
                self.put_back()
                done = processes.run(
                    "strace", "--quiet=all", "--output=/dev/null", f"--trace={kind}",
                    f"--inject={kind}:signal=KILL:when={number}", *self.command, check=False,
                )  # fmt: skip
                if done.returncode == 0:
                    break
                with self.subTest(kind, number=number):
                    self.check()
                deaths += 1
                number += step
        print(f"{deaths} deaths: {self.outcomes}", end=" ", flush=True)
        self.assertGreater(deaths, len(STEPS))
        self.assertGreater(self.outcomes["not begun"], 0)
        self.check_recovery()

    def test_both_die_at_any_moment(self):
        began = time.monotonic()
        processes.run(*self.command)
        usual = time.monotonic() - began
        whole = len(self.contents) + PARTIALS
        for moment in range(MOMENTS):
            self.put_back()
            process = subprocess.Popen(
                [str(part) for part in self.command], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            if moment % 2 == 0:
                try:
                    process.wait(usual * (moment + 1) / (MOMENTS + 1))
                except subprocess.TimeoutExpired:
                    pass
            else:  # amid, however fast it is today
                left = whole - moment * PARTIALS // (2 * MOMENTS)
                wait.until(
                    lambda left=left: len(self.archive.objects()) < left, "some have gone", interval=0
                )
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
            with self.subTest(moment=moment):
                self.check()
        print(self.outcomes, end=" ", flush=True)
        self.assertGreater(self.outcomes["amid"], 0)
        self.check_recovery()


if __name__ == "__main__":
    main()
