"""`walstow backfill` puts what a server's pg_wal has and the archive lacks, and nothing that is not whole."""

import json
import shutil
import signal
import struct

from support import ledger, processes, wait
from support.testcase import EndToEndTest, main

LEFT_OUT = 3  # exit code: WAL files were left out
BATCHES = 5


def segments_of(names):
    return {name for name in names if len(name) == 24}


def address_of(name):
    """The address that the first page of a segment of 1 MB has."""
    return struct.pack("<Q", (int(name[8:16], 16) << 32) + (int(name[16:24], 16) << 20))


class Backfill(EndToEndTest):
    def primary_with_a_backlog(self):
        """A running primary whose last segments nothing has archived; their names."""
        primary = self.new_primary()
        # Archived segments are recycled under future names.
        for number in range(BATCHES):
            self.add_and_archive(primary, f"archived {number}")
            primary.query("CHECKPOINT")
        primary.reconfigure(archive_command="false")
        wait.until(lambda: primary.switch_wal() and primary.failed_count() > 0, "archive_command fails")
        for number in range(BATCHES):
            ledger.add(primary, 10, f"waiting {number}")
            primary.switch_wal()
        ledger.add(primary, 10, "unfinished")
        waiting = segments_of(primary.ready_files())
        self.assertGreaterEqual(len(waiting), BATCHES)
        return primary, waiting

    def backfill(self, server, *options, check=True):
        """The findings by kind, the summary, and the exit code."""
        done = processes.run(
            self.archive.binaries / "walstow", "--config", self.settings_of(server), "--output=json", "backfill",
            "--pgdata", server.data, *options, check=False,
        )  # fmt: skip
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        summary = next((line for line in lines if line["kind"] == "summary"), None)
        kinds = {}
        for line in lines:
            if "path" in line:
                kinds.setdefault(line["kind"], set()).add(line["path"])
        return kinds, summary, done

    def assert_filled(self, server, waiting, current):
        kinds, summary, _ = self.backfill(server)
        self.assertEqual(summary["put"], len(waiting))
        archived = segments_of(self.archive.objects())
        self.assertLessEqual(waiting, archived)
        for name in waiting:
            self.assertTrue(self.archive.contents(name) == (server.wal / name).read_bytes(), name)
        self.assertIn(current, kinds["in-use"])
        self.assertNotIn(current, archived)
        self.assertFalse(kinds.get("recycled", set()) & archived)
        listed = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(listed.returncode, 0, listed.stdout)

        objects = {name: path.stat().st_ino for name, path in self.archive.objects().items()}
        _, again, _ = self.backfill(server)
        self.assertEqual((again["put"], again["existed"]), (0, summary["put"] + summary["existed"]))
        self.assertEqual({name: path.stat().st_ino for name, path in self.archive.objects().items()}, objects)
        return kinds

    def test_running_server(self):
        primary, waiting = self.primary_with_a_backlog()
        self.assert_filled(primary, waiting, primary.segment())
        self.assertTrue(primary.running())
        # The server still passes each of them, and is answered as usual.
        self.archives(primary)
        primary.query("SELECT pg_reload_conf()")
        primary.wait_archived()

    def test_dead_server_with_recycled_segments(self):
        primary, waiting = self.primary_with_a_backlog()
        current = primary.segment()
        # Under a future name, with the content of an earlier segment; and empty, for later use.
        future = [f"0000000100000000000000{number:02X}" for number in (0xF0, 0xF1)]
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()
        old = primary.wal / sorted(waiting)[0]
        (primary.wal / future[0]).write_bytes(old.read_bytes())
        (primary.wal / future[1]).write_bytes(bytes(old.stat().st_size))
        kinds = self.assert_filled(primary, waiting, current)
        self.assertLessEqual(set(future), kinds["recycled"])

    def test_history_and_partial_of_a_promoted_standby(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        standby.configure(primary_conninfo=primary.conninfo, archive_mode="on", wal_keep_size="1GB")
        standby.start()
        standby.wait_replayed(self.add_and_archive(primary, "archived").lsn)
        ledger.add(primary, 10, "streamed")
        standby.wait_replayed(primary.query("SELECT pg_current_wal_flush_lsn()"))
        primary.stop(signal.SIGQUIT)
        standby.configure(archive_command="false")
        standby.query("SELECT pg_reload_conf()")
        standby.promote()
        ledger.add(standby, 10, "timeline 2")
        standby.switch_wal()
        standby.stop(signal.SIGQUIT)
        kinds, _, _ = self.backfill(standby)
        self.assertIn("00000002.history", self.archive.objects())
        self.assertTrue(any(name.startswith("00000002") for name in segments_of(self.archive.objects())))
        self.assertTrue(any(name.endswith(".partial") for name in kinds["in-use"]), kinds)
        self.assertFalse(any(".partial" in name for name in self.archive.objects()))

    def lost_primary(self):
        """A base backup, and a primary that died after a restore point, with all of its log in pg_wal."""
        primary = self.new_primary()
        primary.configure(wal_keep_size="1GB")
        primary.restart()
        backup = self.folder / "backup"
        primary.base_backup(backup)
        ledger.add(primary, 10, "before the point")
        primary.query("SELECT pg_create_restore_point('early')")
        for number in range(3):
            ledger.add(primary, 300, f"after the point {number}")
            primary.switch_wal()
        primary.wait_archived()
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()
        return primary, backup

    def recovered(self, primary, backup, target_action):
        """The backup, recovered to the restore point with the lost server's pg_wal, as disaster-recovery.md has it."""
        restored = self.new_server("restored")
        restored.copy_of(backup)
        for path in primary.wal.glob("0*"):
            shutil.copy2(path, restored.wal / path.name)
        restored.configure(
            archive_mode="on", archive_command="false",
            restore_command=self.archive.restore_command(self.archive.settings_file(self.settings_of(restored))),
            recovery_target_name="early", recovery_target_action=target_action,
        )  # fmt: skip
        restored.signal_file("recovery.signal")
        restored.start()
        return restored

    def renamed_segments(self, server):
        """The files that have names of timeline 2, and at most the first bytes of it."""
        names = [path.name for path in server.wal.glob("00000002*") if len(path.name) == 24]
        opening = self.opening_segment(server)
        first = {name: (server.wal / name).read_bytes()[:16] for name in names}
        return {
            name
            for name, page in first.items()
            if name != opening and (page[4:8] == b"\1\0\0\0" or page[8:16] != address_of(name))
        }

    def opening_segment(self, server):
        position = (server.wal / "00000002.history").read_text(encoding="utf-8").split()[1]
        high, low = (int(part, 16) for part in position.split("/"))
        return f"00000002{high:08X}{low >> 20:08X}"

    def test_recovery_to_a_target_leaves_segments_of_the_old_timeline(self):
        primary, backup = self.lost_primary()
        restored = self.recovered(primary, backup, "promote")
        restored.wait_promoted()
        renamed = self.renamed_segments(restored)
        first_page = {name: (restored.wal / name).read_bytes()[:16] for name in renamed}
        own_address = [name for name in renamed if first_page[name][8:16] == address_of(name)]
        self.assertTrue(own_address, "a segment of timeline 1 has a name of timeline 2 and its address")
        copy = self.folder / "copy"
        shutil.copytree(restored.wal, copy)
        current = restored.segment()

        kinds, _, _ = self.backfill(restored)
        self.assertLessEqual(renamed, kinds["recycled"])
        self.assertIn(current, kinds["in-use"])
        self.assertNotIn("damaged", kinds)
        of_timeline_2 = {name for name in segments_of(self.archive.objects()) if name.startswith("00000002")}
        self.assertFalse(of_timeline_2 & renamed)

        # The same of a copy: the folder shows what it is.
        done = processes.run(
            self.archive.binaries / "walstow", "--config", self.settings_of(restored), "--output=json", "import",
            "main", copy,
        )  # fmt: skip
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        left_out = {line["path"]: line["kind"] for line in lines if "path" in line}
        self.assertEqual({left_out[name] for name in renamed}, {"recycled"})
        self.assertEqual(left_out[current], "in-use")
        self.assertFalse(segments_of(self.archive.objects()) & (renamed | {current}))

        # The store itself takes none of them, whatever the client believes.
        refused = self.archive.archive_file(self.settings_of(restored), f"pg_wal/{own_address[0]}", restored.data)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("in another segment", refused.stderr)

        # The server archives its own segments under these names.
        self.archives(restored)
        restored.query("SELECT pg_reload_conf()")
        for number in range(len(renamed) + 1):
            ledger.add(restored, 10, f"timeline 2 {number}")
            restored.switch_wal()
        restored.wait_archived()
        self.assertIn(own_address[0], self.archive.segments())
        listed = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(listed.returncode, 0, listed.stdout)

    def test_last_segment_of_a_dead_server_may_be_torn(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "archived")
        primary.reconfigure(archive_command="false")
        for size in (1_500_000, 700_000):
            primary.query(f"SELECT pg_logical_emit_message(false, 'f', repeat('x', {size}))")
        primary.switch_wal()
        last = primary.ready_files()[0]
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()
        for path in primary.wal.glob("0000*"):
            if len(path.name) == 24 and path.name > last:
                path.unlink()
        whole = (primary.wal / last).read_bytes()
        (primary.wal / last).write_bytes(whole[:-4096] + bytes(4096))
        status = primary.wal / f"archive_status/{last}.ready"
        status.unlink()
        kinds, _, done = self.backfill(primary, check=False)
        self.assertEqual(done.returncode, LEFT_OUT, done.stderr)
        self.assertEqual(kinds["perhaps-unfinished"], {last})
        self.assertIn("may be unfinished", done.stderr)
        self.assertNotIn(last, self.archive.objects())
        # PostgreSQL writes this file after it has made the segment durable.
        (primary.wal / last).write_bytes(whole)
        status.touch()
        self.backfill(primary)
        self.assertTrue(self.archive.contents(last) == whole)

    def test_damaged_segment_is_left_to_another_server(self):
        primary, waiting = self.primary_with_a_backlog()
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()
        damaged = sorted(waiting)[1]
        path = primary.wal / damaged
        whole = path.read_bytes()
        # Of its first record after the header of the page.
        path.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
        kinds, summary, done = self.backfill(primary, check=False)
        self.assertEqual(done.returncode, LEFT_OUT, done.stderr)
        self.assertEqual(kinds["damaged"], {damaged})
        self.assertEqual(summary["put"], len(waiting) - 1)
        self.assertNotIn(damaged, self.archive.objects())
        self.assertIn("run this command there", done.stderr)
        listed = self.archive.json_lines("list", "main", "--holes", check=False)
        self.assertIn(damaged, json.dumps(listed))
        path.write_bytes(whole)
        self.assertEqual(self.backfill(primary)[1]["put"], 1)

    def test_dry_run_puts_nothing(self):
        primary, waiting = self.primary_with_a_backlog()
        before = self.archive.objects()
        kinds, _, _ = self.backfill(primary, "--dry-run")
        self.assertLessEqual(waiting, kinds["would-put"])
        self.assertEqual(self.archive.objects(), before)

    def test_wrong_calls(self):
        primary = self.new_primary()
        for options in ([], ["--pgdata", self.folder], ["--pgdata", self.folder / "absent"]):
            done = processes.run(
                self.archive.binaries / "walstow", "--config", self.settings_of(primary), "backfill", *options,
                check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, 2, done.stderr)


if __name__ == "__main__":
    main()
