"""`walstow wait` and `walstow final`: success means that the archive has the whole log up to an LSN."""

import os
import re

from support import ledger, processes, wait
from support.releases import program
from support.testcase import EndToEndTest, main

FAILED = 1
USAGE = 2

SEGMENT_BYTES = 1 << 20


def bytes_of(lsn):
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def lsn_of(position):
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


class WaitAndFinal(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.end = self.add_and_archive(self.primary, "one", "two", "three")

    def run_walstow(self, *arguments, **environment):
        """Also with psql, which is looked for in PATH."""
        path = f"{program('psql').parent}:{os.environ['PATH']}"
        return processes.run(
            self.archive.binaries / "walstow", "--store", self.archive.folder, *arguments,
            check=False, env={"PATH": path, **environment},
        )  # fmt: skip

    def assert_waits_in_vain(self, arguments, *texts):
        done = self.run_walstow("wait", "main", *arguments, "--timeout", "100ms")
        self.assertEqual((done.returncode, done.stdout), (FAILED, ""), done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)

    def final(self, server, *options, **environment):
        return self.run_walstow("final", "main", "--psql", server.conninfo, *options, **environment)

    # --- wait -----------------------------------------------------------------------------------

    def test_what_is_there_is_not_waited_for(self):
        done = self.run_walstow("wait", "main", self.end.lsn)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"the archive has timeline 1 up to {self.end.lsn}\n")
        found = self.archive.json("wait", "main", self.end.lsn)
        self.assertEqual(found, {"cluster": "main", "timeline": 1, "lsn": self.end.lsn})

    def test_what_comes_is_waited_for(self):
        ledger.add(self.primary, 10, "later")
        lsn = self.primary.query("SELECT pg_current_wal_insert_lsn()")
        log = self.folder / "wait.log"
        waiting = processes.spawn(
            [self.archive.binaries / "walstow", "--store", self.archive.folder, "wait", "main", lsn],
            log,
        )
        self.assertIsNone(waiting.poll())
        self.primary.switch_wal()
        wait.until(lambda: waiting.poll() is not None, "walstow wait ends")
        self.assertEqual(waiting.returncode, 0, log.read_text())
        self.assertIn(f"up to {lsn}", log.read_text())

    def test_an_archive_that_is_not_there_is_reported_once_and_early(self):
        nowhere = self.folder / "not mounted"
        nowhere.mkdir()
        log = self.folder / "wait.log"
        waiting = processes.spawn(
            [self.archive.binaries / "walstow", "--store", nowhere, "wait", "main", self.end.lsn, "--timeout", "8s"],
            log,
        )
        wait.until(lambda: "trying again for 8 s" in log.read_text(), "walstow wait reports its failure")
        self.assertIsNone(waiting.poll())
        wait.until(lambda: waiting.poll() is not None, "walstow wait ends")
        self.assertEqual(waiting.returncode, FAILED)
        self.assertEqual(log.read_text().count("trying again"), 1)
        self.assertIn('it has no "walstow.json"', log.read_text())

    def test_the_end_is_missing(self):
        after = lsn_of(bytes_of(self.end.lsn) + SEGMENT_BYTES)
        start = lsn_of((bytes_of(self.end.lsn) // SEGMENT_BYTES + 1) * SEGMENT_BYTES)
        self.assert_waits_in_vain([after], after, f"only up to {start} on timeline 1")
        self.assert_waits_in_vain([self.end.lsn, "--timeline", "2"], "timeline 2")

    def test_an_lsn_of_a_lost_primary(self):
        """It is after the point where timeline 2 left timeline 1, so that it may be on either."""
        standby = self.standby(self.primary)
        standby.start()
        standby.wait_replayed(self.end.lsn)
        ledger.add(self.primary, 10, "lost")
        lsn = self.primary.query("SELECT pg_current_wal_insert_lsn()")
        self.primary.kill()
        standby.promote()
        while bytes_of(standby.query("SELECT pg_current_wal_insert_lsn()")) < bytes_of(lsn) + SEGMENT_BYTES:
            ledger.add(standby, 10, "new")
        standby.switch_wal()
        standby.wait_archived()
        done = self.run_walstow("wait", "main", lsn)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
        self.assertIn("where timeline 2 left timeline 1", done.stderr)
        self.assert_waits_in_vain([lsn, "--timeline", "1"], "on timeline 1")
        self.assertEqual(self.run_walstow("wait", "main", lsn, "--timeline", "2").returncode, 0)
        self.assertEqual(self.run_walstow("wait", "main", self.end.lsn).returncode, 0)

    def test_an_empty_object_is_no_segment(self):
        last = self.archive.objects()[self.archive.segments()[-1]]
        content = last.read_bytes()
        last.chmod(0o600)
        last.write_bytes(b"")
        self.assert_waits_in_vain([self.end.lsn], "cannot be read")
        last.write_bytes(content)
        self.assertEqual(self.run_walstow("wait", "main", self.end.lsn).returncode, 0)

    def test_a_hole_counts(self):
        hole = self.archive.segments()[1]
        bring_back = self.archive.lose(hole)
        self.assert_waits_in_vain([self.end.lsn], f'segment "{hole}" is missing')
        bring_back()
        self.assertEqual(self.run_walstow("wait", "main", self.end.lsn).returncode, 0)

    def test_a_fast_shutdown_archives_all(self):
        ledger.add(self.primary, 10, "last")
        self.primary.stop()
        self.primary.wait_archived()
        control = processes.run(program("pg_controldata"), self.primary.data).stdout
        lsn = re.search(r"^Latest checkpoint location: *(\S+)$", control, re.MULTILINE)[1]
        done = self.run_walstow("wait", "main", lsn, "--timeout", "1s")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_wrong_calls(self):
        for arguments in (["x"], ["0/5", "--timeout", "soon"], ["0/5"], [self.end.lsn, "--timeline", "x"]):
            done = self.run_walstow("wait", "main", *arguments)
            self.assertEqual((done.returncode, done.stdout), (USAGE, ""), done.stderr)

    # --- final ----------------------------------------------------------------------------------

    def test_final_archives_the_last_row(self):
        restored = self.recovery(self.primary)
        ledger.add(self.primary, 10, "last")
        lsn = self.primary.query("SELECT pg_current_wal_insert_lsn()")
        done = self.final(self.primary)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^[0-9A-F]+/[0-9A-F]+\n$")
        self.assertGreaterEqual(bytes_of(done.stdout.strip()), bytes_of(lsn))
        segment = self.primary.query(f"SELECT pg_walfile_name('{lsn}')")
        self.assertIn(segment, self.archive.segments())
        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(restored, self.primary)

    def test_nothing_was_written_since_the_last_segment(self):
        self.assertEqual(self.final(self.primary).returncode, 0)
        segments = self.archive.segments()
        done = self.final(self.primary)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.archive.segments(), segments)

    def test_the_archive_does_not_get_it(self):
        self.primary.reconfigure(archive_command="false")
        ledger.add(self.primary, 10, "last")
        done = self.final(self.primary, "--timeout", "1s")
        self.assertEqual((done.returncode, done.stdout), (FAILED, ""))
        self.assertIn('the archive of cluster "main" is not complete up to', done.stderr)

    def test_a_standby_and_another_cluster(self):
        standby = self.standby(self.primary)
        standby.start()
        done = self.final(standby)
        self.assertEqual((done.returncode, done.stdout), (FAILED, ""))
        self.assertIn("recovery is in progress", done.stderr)
        other = self.new_data_directory("other")
        other.start()
        done = self.final(other)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
        self.assertIn(f"the server has system identifier {other.system_identifier}", done.stderr)

    def test_passwords(self):
        done = self.run_walstow("final", "main", "--psql", "host=x password=secret")
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
        self.assertIn("contains a password", done.stderr)
        self.primary.query("ALTER ROLE postgres PASSWORD 'secret'")
        (self.primary.data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self.primary.send_signal(1)  # SIGHUP
        wait.until(
            lambda: "no password supplied" in self.final(self.primary).stderr,
            "the server asks for a password",
        )
        passwords = self.folder / "passwords"
        passwords.write_text("*:*:*:*:secret\n")
        passwords.chmod(0o600)
        done = self.final(self.primary, PGPASSFILE=str(passwords))
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    main()
