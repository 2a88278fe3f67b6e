"""`walstow check --pgdata` examines a real server: text for people, JSON, and one line with a code for Nagios."""

import json
import re

from support import ledger, processes, stored_object, wait
from support.testcase import EndToEndTest, main

LINE = re.compile(r"^WALSTOW (OK|WARNING|CRITICAL|UNKNOWN) - main: (.*) \| (.*)\n$")
CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


class CheckOfAServer(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.end = self.add_and_archive(self.primary, "one", "two")

    def check(self, server, *options):
        return processes.run(
            self.archive.binaries / "walstow", "--config", self.settings_of(server), "check",
            "--pgdata", server.data, *options, check=False,
        )  # fmt: skip

    def nagios(self, server, *options):
        """The state and the text; the code is that of the state, and all is on standard output."""
        done = self.check(server, "--output", "nagios", *options)
        state, text, measures = LINE.match(done.stdout).groups()
        self.assertEqual((done.returncode, done.stderr), (CODES[state], ""))
        self.assertRegex(measures, r"\bready_files=\d+ oldest_ready_file=[0-9.e-]+s;")
        return state, text

    def assert_nagios(self, server, state, *texts):
        found, text = self.nagios(server)
        self.assertEqual(found, state, text)
        for part in texts:
            self.assertIn(part, text)

    def test_all_is_well(self):
        done = self.check(self.primary)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"  {self.end.name} was restored in ", done.stdout)
        self.assert_nagios(
            self.primary, "OK", "the store answered in", "archive_command runs ",
            "no files wait to be archived", f"{self.end.name} was restored in ",
        )  # fmt: skip
        found = json.loads(self.check(self.primary, "--output", "json").stdout)
        self.assertEqual({finding["severity"] for finding in found["findings"]}, {"ok"})
        self.assertEqual(found["measures"]["ready_files"], 0)

    def test_commands_of_something_else(self):
        self.primary.configure(archive_command="cp %p /tmp/%f")
        self.assert_nagios(self.primary, "CRITICAL", "archive_command does not run walstow-archive: cp %p /tmp/%f")
        self.primary.configure(archive_command="/nowhere/walstow-archive %p")
        self.assert_nagios(self.primary, "CRITICAL", 'archive_command names "/nowhere/walstow-archive"')
        done = self.check(self.primary)
        self.assertEqual(done.returncode, 1)
        self.assertIn("walstow: error: archive_command names", done.stderr)
        self.primary.configure(archive_mode="off")
        self.assert_nagios(self.primary, "CRITICAL", "archive_mode is off")

    def test_commands_that_lead_to_another_cluster(self):
        program = self.archive.binaries / "walstow-archive"
        own = self.settings_of(self.primary)
        other = self.archive.settings_file(self.folder / "other.toml", cluster="other")
        for command in (
            f"WALSTOW_CLUSTER=other {program} --config {own} %p",
            f"env WALSTOW_CONFIG={other} {program} %p",
            f"{program} --config {other} %p",
            f"{program} --config {own} --cluster main --cluster other %p",
        ):
            self.primary.configure(archive_command=command)
            self.assert_nagios(self.primary, "WARNING", "other", "but this check examined main")
        self.primary.configure(archive_command=f"{program} --config {self.folder}/absent.toml %p")
        self.assert_nagios(self.primary, "CRITICAL", "absent.toml, which cannot be used: there is no file")
        self.primary.configure(archive_command=f"/bin/echo --cluster x && {program} --config {own} %p")
        self.assert_nagios(self.primary, "OK", "archive_command runs ")

    def test_files_that_wait(self):
        self.primary.reconfigure(archive_command="/bin/false")
        for batch in ("three", "four"):
            ledger.add(self.primary, 10, batch)
            self.primary.switch_wal()
        # Each of these alone is a reason: the limits below are about the second.
        wait.until(
            lambda: re.search(r"2 files wait to be archived", self.nagios(self.primary, "-w", "1s", "-c", "2s")[1]),
            "two files wait",
        )

    def test_store_is_away(self):
        processes.shell(self.archive.take_away)
        state, text = self.nagios(self.primary)
        self.assertEqual(state, "CRITICAL", text)
        self.assertIn('store answered "unavailable"', text)

    def test_segment_is_damaged(self):
        self.archive.damage(self.end.name, stored_object.flip_byte)
        self.assert_nagios(self.primary, "CRITICAL", f"could not restore {self.end.name}: exit code ")

    def test_standby(self):
        standby = self.standby(self.primary)
        standby.configure(archive_cleanup_command=self.archive.cleanup_command(self.settings_of(standby)))
        standby.start()
        standby.wait_replayed(self.end.lsn)
        wait.until(lambda: self.archive.json("standby", "list", "main")["positions"], "its position is known")
        before = self.archive.json("standby", "list", "main")["positions"][0]["last_handed"]
        state, text = self.nagios(standby)
        self.assertEqual(state, "OK", text)
        after = self.archive.json("standby", "list", "main")["positions"]
        self.assertEqual([position["last_handed"] for position in after], [before])

        standby.configure(restore_command="")
        self.assert_nagios(standby, "WARNING", "restore_command is not set")

    def test_wrong_calls(self):
        settings = self.settings_of(self.primary)
        walstow = self.archive.binaries / "walstow"
        done = processes.run(
            walstow, "--config", settings, "check", "--pgdata", self.folder, "--output", "nagios", check=False
        )
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("has no pg_wal", done.stdout)
        done = processes.run(walstow, "--config", settings, "check", "--warnin", "3", "--output=nagios", check=False)
        self.assertEqual((done.returncode, done.stdout), (3, 'WALSTOW UNKNOWN - unrecognized option "--warnin"\n'))
        done = processes.run(walstow, "--config", "/nowhere", "check", "--output", "nagios", check=False)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn('WALSTOW UNKNOWN - could not open settings file "/nowhere"', done.stdout)
        done = processes.run(walstow, "--config", settings, "status", "--output", "nagios", check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn('"walstow status" has no output "nagios"', done.stderr)


if __name__ == "__main__":
    main()
