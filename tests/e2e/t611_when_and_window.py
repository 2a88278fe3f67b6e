"""`walstow when` and `walstow window` promise what PostgreSQL then does, on a cluster with three timelines."""

import re

from support import ledger
from support.testcase import EndToEndTest, main

AFTER = "recovery ended before configured recovery target was reached"


class WhenTest(EndToEndTest):
    recovery_settings = {}  # in addition to the printed lines

    def setUp(self):
        super().setUp()
        self.backups = {}  # start of a base backup: its folder
        self.recoveries = 0

    def when(self, target, *options):
        """The settings that it prints, as text and as JSON, and the start of the backup."""
        text = self.archive.walstow("when", "main", target, *options).stdout
        lines = [line for line in text.splitlines() if re.match(r"\w+ = '", line)]
        answers = self.archive.json("when", "main", target, *options)["answers"]
        return lines, next(answer["ways"][0] for answer in answers if answer["ways"])

    def refused(self, target, *options):
        """What it prints about a target that it does not reach."""
        done = self.archive.walstow("when", "main", target, *options, check=False)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return " ".join((done.stdout + done.stderr).split())

    def windows(self):
        (era,) = self.archive.json("window", "main")["eras"]
        return era["windows"]

    def back_up(self, server):
        folder = server.folder / f"backup-{len(self.backups)}"
        server.base_backup(folder)
        label = (folder / "backup_label").read_text(encoding="utf-8")
        self.backups[re.search(r"START WAL LOCATION: (\S+)", label)[1]] = folder

    def server_to_recover(self, backup, lines, **settings):
        """A server that recovers from a backup with these lines of postgresql.conf; not started."""
        self.recoveries += 1
        server = self.new_server(f"recovery{self.recoveries}")
        server.copy_of(backup)
        with (server.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        server.configure(recovery_target_action="promote", **settings)
        server.signal_file("recovery.signal")
        return server

    def recover(self, target, *options, **settings):
        """A server that has recovered to the target with the printed lines."""
        lines, way = self.when(target, *options)
        self.assertEqual(len(lines), len(way["settings"]))
        server = self.server_to_recover(self.backups[way["backup"]["start"]], lines, **settings)
        server.start()
        server.wait_promoted()
        return server

    def assert_recovers(self, rows, target, *options):
        server = self.recover(target, *options, archive_mode="off", **self.recovery_settings)
        self.assertEqual(ledger.batches(server), rows, target)
        server.stop()

    def assert_fails(self, backup, message, **target):
        """PostgreSQL agrees that the backup does not reach the target."""
        lines = [f"restore_command = '{self.restore_command}'"]
        server = self.server_to_recover(backup, lines, archive_mode="off", **target)
        server.launch()
        self.assertNotEqual(server.wait_exit(), 0)
        self.assert_logged(server, message)

    @property
    def restore_command(self):
        return self.archive.restore_command(self.archive.settings_file(self.folder / "restore.toml"))

    def add(self, server, batch):
        """Adds a batch in segments of its own; a moment after it, as a time and as an LSN."""
        ledger.add(server, 10, batch)
        moment = server.query("SELECT clock_timestamp(), pg_current_wal_insert_lsn()").split("|")
        server.archive_all()
        return moment


class ThreeTimelines(WhenTest):
    def test_each_moment_has_its_rows(self):
        primary = self.new_primary()
        too_early = primary.query("SELECT clock_timestamp()")
        self.add(primary, "zero")
        self.back_up(primary)
        one, one_lsn = self.add(primary, "one")
        primary.query("SELECT pg_create_restore_point('it''s here')")
        two, two_lsn = self.add(primary, "two")
        self.back_up(primary)
        three, three_lsn = self.add(primary, "three")
        primary.query("SELECT pg_create_restore_point('it''s here')")
        self.add(primary, "end of 1")
        primary.stop()

        # Timeline 2 leaves timeline 1 after "two", and timeline 3 leaves timeline 2 after "four".
        second = self.recover(two)
        self.assertEqual(second.timeline(), 2)
        four, four_lsn = self.add(second, "four")
        self.add(second, "end of 2")
        second.stop()
        third = self.recover(four)
        self.assertEqual(third.timeline(), 3)
        five, five_lsn = self.add(third, "five")
        self.add(third, "end of 3")
        third.stop()

        to_two = ["zero", "one", "two"]
        table = {
            (one, one_lsn): ["zero", "one"],
            (two, two_lsn): to_two,
            (three, three_lsn): [*to_two, "three"],
            (four, four_lsn): [*to_two, "four"],
            (five, five_lsn): [*to_two, "four", "five"],
        }
        for (moment, _), rows in table.items():
            with self.subTest(moment):
                self.assert_recovers(rows, moment)
        for (moment, lsn), rows in table.items():
            timeline = "1" if moment in (one, two, three) else "2" if moment == four else "3"
            with self.subTest(lsn):
                self.assert_recovers(rows, lsn, "--timeline", timeline)

        # Each backup reaches the restore point that comes first after it.
        answers = self.archive.json("when", "main", "it's here")["answers"]
        self.assertEqual([len(answer["ways"]) for answer in answers], [1, 1])
        for answer, rows in zip(answers, (["zero", "one"], [*to_two, "three"]), strict=True):
            way = answer["ways"][0]
            lines = [f"{name} = '{value.replace(chr(39), 2 * chr(39))}'" for name, value in way["settings"].items()]
            server = self.server_to_recover(self.backups[way["backup"]["start"]], lines, archive_mode="off")
            server.start()
            server.wait_promoted()
            self.assertEqual(ledger.batches(server), rows)

        self.check_refusals(too_early, third)
        self.check_windows()

    def check_refusals(self, too_early, third):
        first, last = (self.backups[start] for start in (min(self.backups), max(self.backups)))
        self.assertIn("No backup was consistent by then.", self.refused(too_early))
        # PostgreSQL notices nothing: it opens the database with a row that was not there at that moment.
        lines = [f"restore_command = '{self.restore_command}'"]
        server = self.server_to_recover(first, lines, archive_mode="off", recovery_target_time=too_early)
        server.start()
        server.wait_promoted()
        self.assertEqual(ledger.batches(server), ["zero"])
        server.stop()
        future = "2200-01-01 00:00:00+00"
        self.assertIn("No later transaction or record is archived.", self.refused(future))
        self.assert_fails(last, AFTER, recovery_target_time=future)
        self.assertIn("No later transaction or record is archived.", self.refused("FF/0"))
        self.assert_fails(last, AFTER, recovery_target_lsn="FF/0")
        self.assertIn('no archived restore point has the name "nowhere"', self.refused("nowhere"))
        done = self.archive.walstow("when", "main", "2026-11-22 19:40:00", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no time zone", done.stderr)

    def check_windows(self):
        """The ends of a window can be reached; a microsecond after it, PostgreSQL ends with a FATAL."""
        windows = self.windows()
        self.assertEqual(len(windows), 6)  # two backups along three timelines
        for window in windows:
            self.assertLess(window["from"], window["to"])
            self.assertEqual(window["limit"]["reason"], "newest")
        window = windows[-1]
        self.assertEqual(window["timeline"], 3)
        self.assert_recovers(["zero", "one", "two", "four", "five"], window["to"], "--timeline", "3")
        self.assert_recovers(["zero", "one", "two"], window["from"], "--timeline", "3")
        after = re.sub(r"\d{6}Z$", lambda found: f"{int(found[0][:-1]) + 1:06}+00", window["to"])
        backup = self.backups[window["backup"]["start"]]
        if after[-9:] != "1000000+00":
            self.assert_fails(backup, AFTER, recovery_target_time=after, recovery_target_timeline="3")
        self.check_status(next(window for window in windows if window["timeline"] == 3))

    def check_status(self, window):
        """The status has the window of the oldest backup on the timeline in use."""
        recoverable = self.archive.json("status", "main")["eras"][-1]["recoverable"]
        self.assertEqual(recoverable["backup"], window["backup"]["name"])
        self.assertEqual((recoverable["timeline"], recoverable["missing"]), (3, ""))
        self.assertGreaterEqual(recoverable["from"], window["from"])
        self.assertEqual(recoverable["to"], window["to"])
        text = " ".join(self.archive.walstow("status", "main").stdout.split())
        self.assertIn(f"to {window['to'][:19]}Z along timeline 3, from backup {recoverable['backup']}", text)


class MissingSegment(WhenTest):
    # From 15 onward, PostgreSQL otherwise asks for the missing segment before it has reached the moment.
    recovery_settings = {"recovery_prefetch": "off"}

    def test_a_hole_is_named(self):
        primary = self.new_primary()
        self.back_up(primary)
        before, _ = self.add(primary, "before")
        self.add(primary, "next")
        lost, _ = self.add(primary, "lost")
        self.add(primary, "later")
        lost_segment = self.archive.segments()[-2]
        self.archive.lose(lost_segment)
        primary.stop()

        text = self.refused(lost)
        self.assertIn(f"HOLE: {lost_segment} is missing.", text)
        (window,) = self.windows()
        self.assertEqual(window["limit"], {
            "reason": "hole", "first": lost_segment, "last": lost_segment, "count": 1,
        })  # fmt: skip
        recoverable = self.archive.json("status", "main")["eras"][-1]["recoverable"]
        self.assertEqual((recoverable["to"], recoverable["missing"]), (window["to"], lost_segment))
        self.assertIn("# recovery_prefetch = off", self.archive.walstow("when", "main", before).stdout)
        (backup,) = self.backups.values()
        self.assert_fails(backup, "child process exited with exit code 201", recovery_target_time=lost)
        self.assert_recovers(["before"], before)


if __name__ == "__main__":
    main()
