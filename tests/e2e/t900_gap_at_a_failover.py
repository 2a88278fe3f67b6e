"""A primary loses its disk between the stream and the archive: the promoted standby closes the gap.

What the dead primary had streamed but not archived is in the standby's pg_wal. With archive_mode = always
the standby archives it before and after the promotion. With archive_mode = on it never does: `walstow backfill`
does. The recovery from a base backup then reaches a moment in the gap.
"""

import os
import signal
import time

from support import ledger, processes, wait
from support.bad_network import UP, BadNetwork
from support.testcase import EndToEndTest, main

BATCHES_IN_THE_GAP = 4
SEGMENTS = 8
PAGE = 8192


class GapAtAFailover(EndToEndTest):
    def streaming_standby(self, primary, name="standby", **settings):
        standby = self.standby(primary, name)
        # What it receives stays in pg_wal until it is archived, as with a slot or a usual wal_keep_size.
        standby.configure(primary_conninfo=primary.conninfo, wal_keep_size="1GB", **settings)
        standby.start()
        return standby

    def stop_archiving(self, primary):
        """From now on, archive_command fails."""
        primary.reconfigure(archive_command="false")
        wait.until(
            lambda: primary.switch_wal() and primary.failed_count() > 0, f"{primary.name} fails to archive"
        )

    def lose_the_primary(self, primary, standby):
        """The archive gets nothing any more, the stream goes on; then the primary and its disk are gone."""
        self.add_and_archive(primary, "archived")
        self.stop_archiving(primary)
        for number in range(BATCHES_IN_THE_GAP):
            ledger.add(primary, 10, f"gap {number}")
            if number == BATCHES_IN_THE_GAP - 2:
                primary.query("SELECT pg_create_restore_point('in the gap')")
            end = primary.switch_wal()
        # A segment is finished on the standby once something of the next one has come.
        ledger.add(primary, 10, "gap end")
        wanted = primary.query("SELECT pg_current_wal_flush_lsn()")
        standby.wait_replayed(wanted)
        in_the_gap = [name for name in primary.ready_files() if len(name) == 24]
        self.assertGreaterEqual(len(in_the_gap), BATCHES_IN_THE_GAP)
        self.assertIn(end.name, in_the_gap)
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()
        processes.run("rm", "--recursive", primary.data)
        return in_the_gap

    def assert_no_hole(self, heir):
        """All of the log up to the heir's newest segment is in the archive."""
        heir.archive_all()
        listed = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(listed.returncode, 0, listed.stdout)

    def assert_recovers_into_the_gap(self, restored):
        restored.configure(recovery_target_name="in the gap")
        restored.start()
        restored.wait_promoted()
        expected = ["archived", *(f"gap {number}" for number in range(BATCHES_IN_THE_GAP - 1))]
        self.assertEqual(ledger.batches(restored), expected)

    def test_standby_that_archives_fills_the_gap(self):
        primary = self.new_primary()
        restored = self.recovery(primary)
        standby = self.streaming_standby(primary, archive_mode="always")
        in_the_gap = self.lose_the_primary(primary, standby)
        standby.wait_archived()
        self.assertLessEqual(set(in_the_gap), set(self.archive.segments()))
        standby.promote()
        self.assert_no_hole(standby)
        self.assert_recovers_into_the_gap(restored)

    def test_backfill_fills_the_gap(self):
        primary = self.new_primary()
        restored = self.recovery(primary)
        standby = self.streaming_standby(primary, archive_mode="on")
        in_the_gap = self.lose_the_primary(primary, standby)
        standby.promote()
        standby.archive_all()
        self.assertFalse(set(in_the_gap) & set(self.archive.segments()))
        holes = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(holes.returncode, 4, holes.stdout)

        done = processes.run(
            self.archive.binaries / "walstow", "--config", self.settings_of(standby), "backfill",
            "--pgdata", standby.data,
        )  # fmt: skip
        self.assertIn("no segment is missing", done.stdout)
        self.assertLessEqual(set(in_the_gap), set(self.archive.segments()))
        self.assert_no_hole(standby)
        self.assert_recovers_into_the_gap(restored)

    def test_what_the_archive_handed_out_is_not_asked_for(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        command = self.archive.archive_command(self.settings_of(standby)) + " --verbose"
        standby.configure(archive_mode="always", archive_command=command)
        standby.start()
        end = self.add_and_archive(primary, *(f"archived {number}" for number in range(SEGMENTS)))
        standby.wait_replayed(end.lsn)
        standby.wait_archived()
        # The first calls found no mark, because the standby had not archived anything yet.
        self.assertGreaterEqual(standby.log_text().count("was restored from the archive"), SEGMENTS // 2)
        self.assertEqual(standby.failed_count(), 0)
        # The marks go with their files.
        marks = standby.wal / "pgsql_tmp_walstow/restored"
        wait.until(lambda: len(list(marks.iterdir())) <= 2, "the standby has used its marks")

    def test_confirm_keeps_what_the_store_lacks(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        toml = self.archive.settings_file(self.settings_of(standby), standby_archive="confirm")
        standby.configure(
            primary_conninfo=primary.conninfo, archive_mode="always",
            archive_command=self.archive.archive_command(toml),
        )  # fmt: skip
        standby.start()
        self.wait_for_receiving(standby)
        standby.wait_replayed(self.add_and_archive(primary, "archived").lsn)
        standby.wait_archived()
        self.stop_archiving(primary)
        ledger.add(primary, 10, "not archived")
        missing = primary.switch_wal()
        ledger.add(primary, 10, "next")
        standby.wait_log("the store does not have it yet")
        self.assertIn(missing.name, standby.ready_files())
        self.assertNotIn(missing.name, self.archive.segments())
        self.archives(primary)
        primary.query("SELECT pg_reload_conf()")
        primary.wait_archived()
        # A new segment has the standby's archiver try again at once.
        standby.wait_replayed(self.add_and_archive(primary, "later").lsn)
        ledger.add(primary, 10, "last")
        standby.wait_archived()

    def test_off_leaves_segments_to_the_primary(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        toml = self.archive.settings_file(self.settings_of(standby), standby_archive="off")
        standby.configure(
            primary_conninfo=primary.conninfo, archive_mode="always",
            archive_command=self.archive.archive_command(toml),
        )  # fmt: skip
        standby.start()
        self.wait_for_receiving(standby)
        self.add_and_archive(primary, "archived")
        self.stop_archiving(primary)
        ledger.add(primary, 10, "not archived")
        missing = primary.switch_wal()
        ledger.add(primary, 10, "next")
        done = standby.wal / f"archive_status/{missing.name}.done"
        wait.until(done.exists, f"standby has archived {missing.name}")
        self.assertNotIn(missing.name, self.archive.segments())
        # A promotion's history comes from no other server.
        primary.stop(signal.SIGQUIT)
        standby.promote()
        standby.archive_all()
        self.assertIn("00000002.history", self.archive.objects())


    def old_primary_becomes_a_standby(self, how):
        """A switchover; the segments that the old primary had not archived before it."""
        primary = self.new_primary()
        standby = self.streaming_standby(primary, archive_mode="on")
        standby.wait_replayed(self.add_and_archive(primary, "archived").lsn)
        self.stop_archiving(primary)
        for number in range(BATCHES_IN_THE_GAP):
            ledger.add(primary, 10, f"backlog {number}")
            primary.switch_wal()
        standby.wait_replayed(primary.query("SELECT pg_current_wal_flush_lsn()"))
        primary.stop()
        backlog = {name for name in primary.ready_files() if len(name) == 24}
        self.assertGreaterEqual(len(backlog), BATCHES_IN_THE_GAP)
        standby.promote()
        toml = self.archive.settings_file(self.settings_of(primary), standby_archive=how)
        primary.configure(
            primary_conninfo=standby.conninfo, archive_mode="always", recovery_target_timeline="latest",
            archive_command=self.archive.archive_command(toml),
        )  # fmt: skip
        primary.signal_file("standby.signal")
        primary.start()
        standby.archive_all()
        wait.until(
            lambda: not backlog & set(primary.ready_files()), "the old primary has passed its backlog"
        )
        return backlog

    def assert_backlog_is_archived(self, backlog):
        self.assertLessEqual(backlog, set(self.archive.segments()))
        listed = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(listed.returncode, 0, listed.stdout)

    def test_off_archives_what_an_old_primary_has_written(self):
        self.assert_backlog_is_archived(self.old_primary_becomes_a_standby("off"))

    def test_confirm_archives_what_an_old_primary_has_written(self):
        self.assert_backlog_is_archived(self.old_primary_becomes_a_standby("confirm"))

    def test_signal_file_before_the_stop_changes_nothing(self):
        primary = self.new_primary()
        toml = self.archive.settings_file(self.settings_of(primary), standby_archive="off")
        primary.configure(archive_command=self.archive.archive_command(toml))
        primary.query("SELECT pg_reload_conf()")
        self.add_and_archive(primary, "archived")
        ledger.add(primary, 10, "last")
        last = primary.segment()
        primary.signal_file("standby.signal")
        primary.stop()
        self.assertIn(last, self.archive.segments())

    def write_as_received(self, path, content):
        """A file that was certainly written after the second in which its server was started."""
        path.write_bytes(content)
        later = time.time() + 10
        os.utime(path, (later, later))

    def test_confirm_accepts_a_segment_with_other_stale_bytes(self):
        primary = self.new_primary()
        standby = self.streaming_standby(primary, archive_mode="on")
        end = self.add_and_archive(primary, "archived")
        standby.wait_replayed(end.lsn)
        ledger.add(primary, 10, "next")
        standby.wait_replayed(primary.query("SELECT pg_current_wal_flush_lsn()"))
        toml = self.archive.settings_file(self.settings_of(standby), standby_archive="confirm")
        path = standby.wal / end.name
        # Pages after the switch record, as a crash leaves them.
        content = path.read_bytes()
        pages = [content[at : at + PAGE] for at in range(0, len(content), PAGE)]
        after = max(i for i, page in enumerate(pages) if any(page)) + 1
        stale = b"".join(pages[1:3])
        self.write_as_received(path, content[: after * PAGE] + stale + content[after * PAGE + len(stale) :])
        self.assertNotEqual(path.read_bytes(), content)
        done = self.archive.archive_file(toml, f"pg_wal/{end.name}", standby.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.archive.contents(end.name) == content)
        # Other log is a conflict, as it is for every server.
        damaged = bytearray(content)
        damaged[200] ^= 1
        self.write_as_received(path, damaged)
        done = self.archive.archive_file(toml, f"pg_wal/{end.name}", standby.data)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("exists in cluster \"main\" with other content", done.stderr)


class BytesOfTwoStandbys(EndToEndTest):
    """What two standbys send for the same WAL, with `fill` and as if the store had nothing."""

    link = "tls"

    def standby_that_archives(self, primary, name):
        """It reaches the store through a network that counts; before the WAL is written, it is stopped."""
        network = BadNetwork(self.archive.daemon.port)
        self.addCleanup(network.close)
        standby = self.standby(primary, name)
        toml = self.archive.settings_file(self.settings_of(standby), store=network.url)
        standby.configure(
            primary_conninfo=primary.conninfo, archive_mode="always", wal_keep_size="1GB",
            restore_command="", archive_command=self.archive.archive_command(toml),
        )  # fmt: skip
        standby.start()
        return standby, network

    def sent(self, networks):
        return sum(connection.passed[UP] for network in networks for connection in network.connections)

    def run_two_standbys(self):
        """A primary with two standbys that archive; the bytes that these two send for SEGMENTS segments."""
        primary = self.new_primary()
        primary.configure(wal_keep_size="1GB")
        primary.restart()
        standbys, networks = zip(
            *(self.standby_that_archives(primary, name) for name in ("one", "two"))
        )
        for _ in range(SEGMENTS):
            ledger.add(primary, ledger.ROWS_PER_MB)
            end = primary.switch_wal()
        primary.wait_archived()
        ledger.add(primary, 10, "next")
        for standby in standbys:
            standby.wait_replayed(end.lsn)
            standby.wait_archived()
            self.assertEqual(standby.failed_count(), 0, standby.name)
        return self.sent(networks), standbys, networks

    def test_fill_sends_no_body(self):
        before_standbys = len(self.archive.segments())
        filled, standbys, networks = self.run_two_standbys()
        segments = len(self.archive.segments()) - before_standbys
        self.assertGreaterEqual(segments, SEGMENTS)
        # The same files into an archive that lacks them: each standby sends each body once.
        taken = 0
        for standby, network in zip(standbys, networks):
            for name in self.archive.segments():
                self.archive.objects()[name].unlink()
            network.set_faults(None)
            for path in sorted(standby.wal.glob("0000*")):
                if len(path.name) == 24 and (standby.wal / f"archive_status/{path.name}.done").exists():
                    done = self.archive.archive_file(self.settings_of(standby), f"pg_wal/{path.name}", standby.data)
                    self.assertEqual(done.returncode, 0, done.stderr)
            taken += self.sent([network])
        print(f"\n{segments} segments of 1 MB, two standbys: {filled} bytes sent with fill, {taken} without")
        self.assertLess(filled * 4, taken)


if __name__ == "__main__":
    main()
