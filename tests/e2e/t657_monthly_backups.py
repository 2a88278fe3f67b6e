"""Of an older month, its newest backup stays recoverable to its end; the WAL around it is pruned, and told as such."""

import os
import re
import time

from support import ledger
from support.testcase import EndToEndTest, main

DAY = 24 * 3600
KEEP = ("--keep-backups", "1", "--keep-days", "0")
# From 15 onward, PostgreSQL otherwise asks for the pruned segment before the backup is consistent.
NO_PREFETCH = {"recovery_prefetch": "off"}


class MonthlyBackups(EndToEndTest):
    def age(self):
        """What was put becomes three days old: nothing younger than a day is pruned."""
        then = time.time() - 3 * DAY
        for path in self.archive.objects().values():
            os.utime(path, (then, then))

    def refused(self, *arguments):
        done = self.archive.walstow(*arguments, check=False)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return " ".join((done.stdout + done.stderr).split())

    def backups(self):
        return self.archive.json("backup", "list", "main")["backups"]

    def register(self, backup, days):
        """The same backup, as an administrator registers it, that ended so many days ago."""
        stopped = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * DAY))
        self.archive.walstow(
            "backup", "add", "main", backup["start"], backup["stop"],
            "--timeline", "1", "--stopped", stopped, "--label", f"{days} days",
        )  # fmt: skip

    def server_from(self, folder, name, lines=(), **settings):
        server = self.new_server(name)
        server.copy_of(folder)
        self.restores(server, prefetch_files=0)
        with (server.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        server.configure(archive_mode="off", recovery_target_action="promote", **settings)
        server.signal_file("recovery.signal")
        return server

    def when(self, target):
        """The recovery settings that it prints, without the restore_command."""
        text = self.archive.walstow("when", "main", target).stdout
        self.assertIn("# recovery_prefetch = off", text)
        return [line for line in text.splitlines() if re.match(r"recovery_\w+ = '", line)]

    def test_three_months(self):
        primary = self.new_primary()
        folders = []
        for batch in ("zero", "two", "four"):
            self.add_and_archive(primary, batch)
            folders.append(primary.folder / f"before-{batch}")
            primary.base_backup(folders[-1])
            self.add_and_archive(primary, f"after {batch}", f"long after {batch}")
        primary.stop()
        files = self.backups()
        self.assertEqual(len(files), 3)
        for backup, days in zip(files, (70, 35, 0), strict=True):
            self.register(backup, days)
        self.age()

        self.archive.walstow("policy", "set", "main", *KEEP, "--keep-monthly", "2")
        plan = self.archive.json("prune", "main", "-n")
        (kept,) = plan["period_backups"]
        second, third = files[1], files[2]
        self.assertEqual((kept["first"], kept["last"]), (second["first"], second["last"]))
        self.assertEqual(len(kept["month"]), len("2026-10"))
        shown = " ".join(self.archive.walstow("prune", "main", "-n").stdout.split())
        self.assertIn(f"the newest of {kept['month']}; only {second['first']}", shown)
        before = self.archive.segments()
        self.assertEqual(self.archive.json("prune", "main", "--yes")["files"], plan["files"])
        left = self.archive.segments()
        self.assertEqual(
            left,
            [name for name in before if second["first"] <= name <= second["last"] or name >= third["first"]],
        )
        self.assert_no_hole()
        self.check_recovery(folders[1], files)

        between = before[before.index(second["last"]) + 1]
        self.assertIn("pruned on", self.refused("get", "main", between, self.folder / "out"))
        first = self.server_from(folders[0], "first", recovery_target="immediate", **NO_PREFETCH)
        first.launch()
        self.assert_stops_unopened(first, 202)

        # Each of these recoveries counts as a standby, which needs all WAL from its backup onward.
        self.assertIn("standby", self.archive.json("prune", "main", "-n")["reason"])
        for standby in self.archive.json("standby", "list", "main")["positions"]:
            self.archive.walstow("standby", "forget", "main", standby["instance"])
        self.assertEqual(self.archive.json("prune", "main", "-n")["floor"], plan["floor"])

        # Neither a forgotten option nor another policy takes it away unnoticed.
        for command in (("prune", "main", "--yes"), ("policy", "set", "main")):
            self.assertIn("Give --keep-monthly as well", self.refused(*command, *KEEP))
        self.assertEqual(self.archive.segments(), left)

        self.archive.lose(second["first"])
        self.assertEqual(self.holes(), [second["first"]])
        self.assertIn("a prune has kept it for a backup", self.refused("get", "main", second["first"], self.folder / "out"))
        self.assertEqual(self.archive.json("prune", "main", "-n")["files"], 0)

        self.archive.walstow("policy", "set", "main", *KEEP, "--keep-monthly", "0")
        self.archive.walstow("prune", "main", "--yes")
        self.assertEqual(self.archive.segments()[0], third["first"])
        self.assert_no_hole()

    def holes(self):
        return [hole["first"] for hole in self.archive.json_lines("list", "main", "--holes", check=False)]

    def assert_no_hole(self):
        self.assertEqual(self.holes(), [])
        self.assertNotIn("HOLE", self.archive.walstow("status", "main").stdout)
        self.archive.walstow("verify", "main", "--deep")

    def check_recovery(self, folder, files):
        """The kept backup reaches its end, and nothing else."""
        backup = files[1]
        rows = ["zero", "after zero", "long after zero", "two"]
        (era,) = self.archive.json("window", "main")["eras"]
        windows = [one for one in era["windows"] if one["backup"]["start"] == backup["start"]]
        self.assertEqual([one["immediate"] for one in windows], [True, True])
        self.assertEqual({one["limit"]["reason"] for one in windows}, {"pruned"})
        self.assertIn(
            f"consistent only: to its stop at {backup['stop']}", self.archive.walstow("window", "main").stdout
        )
        lines = self.when(backup["stop"])
        self.assertIn("recovery_target = 'immediate'", lines)
        server = self.server_from(folder, "reached", lines, **NO_PREFETCH)
        server.start()
        server.wait_promoted()
        self.assertEqual(ledger.batches(server), rows)
        server.stop()
        high, low = (int(part, 16) for part in backup["stop"].split("/"))
        later = f"{high:X}/{low + (1 << 20):X}"
        self.assertIn("and what follows was pruned", self.refused("when", "main", later))
        # Without a target, it does not open the database with a part of its data.
        server = self.server_from(folder, "to-the-end", **NO_PREFETCH)
        server.launch()
        self.assert_stops_unopened(server, 202)


if __name__ == "__main__":
    main()
