"""walstowd prunes a cluster that has a policy, by itself, and loses nothing when it is killed."""

import os
import re
import time

from support import ledger, processes, system_calls, wait
from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600
POLICY = ("--keep-backups", "1", "--keep-days", "0")


def lsn(text):
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


class PruneByItself(EndToEndTest):
    link = "tls"  # there is no daemon over the others

    def setUp(self):
        super().setUp()
        self.daemon = self.archive.daemon
        self.restart("0s")

    def restart(self, interval):
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start(f"--prune-interval={interval}")

    def age(self):
        """What was put becomes three days old: nothing younger than a day is pruned."""
        then = time.time() - THREE_DAYS
        for path in self.archive.objects().values():
            os.utime(path, (then, then))

    def retention(self):
        return self.archive.json("status", "main")["eras"][-1]["retention"]

    def test_by_itself_with_a_standby_away(self):
        primary = self.new_primary()
        away = self.standby(primary, "away", standby="away")
        away.configure(archive_cleanup_command=self.archive.cleanup_command(self.settings_of(away)))
        away.start()
        end = self.add_and_archive(primary, "one")
        away.wait_replayed(end.lsn)
        primary.query("CHECKPOINT")
        end = self.add_and_archive(primary, "two")
        away.wait_replayed(end.lsn)
        away.query("CHECKPOINT")
        wait.until(lambda: self.position("away"), "the store knows the restartpoint")
        away.stop()
        self.add_and_archive(primary, "three")
        primary.base_backup(primary.folder / "newest")
        end = self.add_and_archive(primary, "four")
        self.age()

        # No policy: a status says what would go, and nothing does.
        self.assertIsNone(self.retention()["policy"])
        self.assertIn("no policy, nothing is pruned automatically", self.status())
        self.archive.walstow("policy", "set", "main", *POLICY)
        told = self.retention()
        self.assertIn('standby "away"', told["reason"])
        self.assertGreater(told["files"], 0)
        self.assertIn(f"floor {told['floor']}: standby \"away\"", " ".join(self.status().split()))
        plan = self.archive.json("prune", "main", "-n")  # without options: by the policy
        for member in ("floor", "reason", "files", "stored_bytes"):
            self.assertEqual(told[member], plan[member], member)
        shown = self.archive.walstow("prune", "main", "-n").stdout
        self.assertIn("policy      keep the newest backup", shown)
        before = self.archive.segments()

        since = self.daemon.log_size()
        self.restart("1s")
        line = rf'prune 1 of cluster "main" is done: {told["files"]} files .* below floor {told["floor"]}'
        wait.until(
            lambda: re.search(line, self.daemon.log_text(since)), "the daemon has pruned by itself"
        )
        self.assertIn('by "walstowd"', self.daemon.log_text(since))
        gone = sorted(set(before) - set(self.archive.segments()))
        self.assertEqual(gone, before[: len(gone)])
        self.assertEqual(self.archive.segments()[0], self.position("away"))
        wait.until(
            lambda: "the policy of cluster \"main\" finds nothing to prune" in self.daemon.log_text(since),
            "the daemon has said what holds the floor",
        )

        away.start()
        away.wait_replayed(end.lsn)
        self.assert_same_rows(primary, away)

        # The .backup file of one whose WAL is gone is stored, and said to be of no use.
        toml = self.settings_of(primary)
        name = f"{gone[0]}.00000028.backup"
        (primary.wal / name).write_text(
            f"START WAL LOCATION: 0/{int(gone[0][16:], 16):X}00028 (file {gone[0]})\n"
            f"STOP WAL LOCATION: 0/{int(gone[0][16:], 16):X}00100 (file {gone[0]})\n"
            "LABEL: too late\nSTART TIME: 2026-11-22 21:03:41 UTC\n"
            "STOP TIME: 2026-11-22 21:04:00 UTC\n",
            encoding="utf-8",
        )
        done = self.archive.archive_file(toml, f"pg_wal/{name}", cwd=primary.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, "no recovery from the backup in .* is possible: the WAL at its beginning was pruned on")
        backups = self.archive.json("backup", "list", "main")["backups"]
        self.assertEqual([one["pruned"] for one in backups if one["label"] == "too late"], [True])
        self.assertEqual(self.archive.json("prune", "main", "-n")["kept_backups"], plan["kept_backups"])

    def position(self, name):
        for standby in self.archive.json("standby", "list", "main")["positions"]:
            if standby["standby"] == name:
                return standby["restartpoint"]
        return ""

    def status(self):
        return self.archive.walstow("status", "main").stdout

    def test_killed_amid_deletion(self):
        if not system_calls.can_trace():
            self.skipTest("strace cannot trace programs here")
        primary = self.new_primary()
        self.add_and_archive(primary, *(f"batch {i}" for i in range(5)))
        primary.base_backup(primary.folder / "newest")
        self.add_and_archive(primary, "after")
        # So many that a command which asks its store again, and has another one die, does not end.
        first = self.archive.objects()[self.archive.segments()[0]]
        for i in range(2000):
            first.with_name(f"{first.stem}.partial.{i:012x}.zst").write_bytes(b"by its name alone")
        self.age()
        self.archive.walstow("policy", "set", "main", *POLICY)
        floor = self.retention()["floor"]
        above = [name for name in self.archive.segments() if self.place(name) >= lsn(floor)]

        left = len(self.archive.objects())
        command = (self.archive.binaries / "walstow", "--store", self.archive.folder)
        for _ in range(2):  # the store of the command dies, then the daemon
            done = processes.run(*self.killed_at(2), *command, "prune", "main", "--yes", check=False)
            self.assertNotEqual(done.returncode, 0)
            left = self.assert_fewer(left, above)
            self.assertNotEqual(self.archive.json("prune", "main", "-n")["unfinished"], 0)
            # What is about to go is nobody's any more.
            hold = self.archive.walstow(
                "hold", "add", "main", self.archive.segments()[0], "--reason", "too late", check=False
            )
            self.assertIn("about to be pruned", hold.stderr)

            self.daemon.kill()
            self.daemon.wrapper = self.killed_at(2)
            self.daemon.start("--prune-interval=1s")
            wait.until(lambda: not self.daemon.running(), "the daemon was killed")
            self.daemon.wrapper = ()
            self.daemon.start("--prune-interval=0s")
            left = self.assert_fewer(left, above)

        # The next one completes it.
        self.daemon.kill()
        self.daemon.start("--prune-interval=1s")
        wait.until(lambda: self.archive.segments() == above, "the daemon has completed the prune")
        wait.until(
            lambda: self.archive.json("prune", "main", "-n")["unfinished"] == 0, "and says so"
        )
        self.assertEqual(self.archive.json_lines("list", "main", "--holes"), [])
        restored = self.new_server("restored")
        restored.copy_of(primary.folder / "newest")
        self.restores(restored, prefetch_files=0)
        restored.configure(recovery_target_action="promote")
        restored.signal_file("recovery.signal")
        restored.start()
        restored.wait_promoted()
        self.assertIn("after", ledger.batches(restored))

    @staticmethod
    def killed_at(number):
        """Runs a program; whichever of its processes has a thread that removes so many files dies at that."""
        return (
            "strace", "--follow-forks", "--quiet=all", "--output=/dev/null", "--trace=unlinkat",
            f"--inject=unlinkat:signal=KILL:when={number}",
        )  # fmt: skip

    def assert_fewer(self, left, above):
        """Some have gone, and no one above the floor. How many are left."""
        self.assertEqual(self.archive.segments()[-len(above) :], above)
        objects = len(self.archive.objects())
        self.assertLess(objects, left)
        self.assertGreater(objects, len(above))
        return objects

    @staticmethod
    def place(segment):
        """Where a segment of 1 MB begins in the log."""
        return (int(segment[8:16], 16) << 32) + (int(segment[16:], 16) << 20)


if __name__ == "__main__":
    main()
