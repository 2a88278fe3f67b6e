"""An archive that cp and pg_receivewal wrote is imported; a recovery from the import reaches the last row."""

import contextlib
import json
import os
import pty
import shutil
import signal
import subprocess

from support import ledger, processes, stored_object, wait
from support.releases import program
from support.testcase import EndToEndTest, main

LEFT_OUT = 3  # exit code: WAL files were left out


def compressed(tool, content):
    """`tool`: gzip, lz4 or zstd."""
    return subprocess.run(
        [tool, "-q", "-c"], input=bytes(content), capture_output=True, check=True
    ).stdout


class ImportOfAnArchive(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.old = self.folder / "old"
        self.old.mkdir()

    # --- the archive of others ------------------------------------------------------------------

    def server_of_cp(self, name="primary"):
        """A running primary that archives with cp, as PostgreSQL's documentation shows it."""
        server = self.new_data_directory(name)
        command = f"test ! -f {self.old}/%f && cp %p {self.old}/%f"
        server.configure(archive_mode="on", archive_command=command)
        server.start()
        ledger.create(server)
        return server

    def fill(self, server, *batches):
        for batch in batches:
            ledger.add(server, 10, batch)
            server.switch_wal()
        server.wait_archived()

    def receive(self, server, folder, compression, batches):
        """pg_receivewal while the server writes; it is stopped in the middle of a segment."""
        folder.mkdir()
        command = [
            program("pg_receivewal"), "--directory", folder, f"--compress={compression}",
            "--no-loop", "--dbname", server.conninfo, "--synchronous",
        ]  # fmt: skip
        receiver = processes.spawn(command, self.folder / "receivewal.log")
        wait.until(lambda: any(folder.iterdir()), "pg_receivewal writes")
        self.fill(server, *batches)
        ledger.add(server, 5, "unfinished")
        last = server.segment()
        wait.until(
            lambda: any(path.name.startswith(last) for path in folder.iterdir()),
            "pg_receivewal has the last segment",
        )
        receiver.send_signal(signal.SIGINT)
        receiver.wait(wait.DEADLINE)
        return last

    def compress(self, name, tool, suffix):
        """Replaces a file of the old archive by its compressed form."""
        path = self.old / name
        path.with_name(name + suffix).write_bytes(compressed(tool, path.read_bytes()))
        path.unlink()

    def segments(self, timeline=1):
        """Of the old archive, plain and on that timeline."""
        found = (path.name for path in self.old.iterdir() if len(path.name) == 24)
        return sorted(name for name in found if int(name[:8], 16) == timeline)

    # --- walstow import -------------------------------------------------------------------------

    def importer(self, rights=("archive", "restore"), name="importer", **settings):
        """The settings file of a client that imports."""
        toml = self.folder / f"{name}.toml"
        if self.archive.server is None:
            return self.archive.settings_file(toml, **settings)
        client = self.archive.add_client(name, rights=rights)
        text = (client / "walstow.toml").read_text(encoding="utf-8")
        toml.write_text(text, encoding="utf-8")
        return toml

    def walstow_import(self, *arguments, toml=None, check=True):
        return processes.run(
            self.archive.binaries / "walstow", "--config", toml or self.importer(), "import",
            self.old, *arguments, check=check,
        )  # fmt: skip

    def json_import(self, *arguments, **options):
        """The findings by kind, the summary, and the exit code."""
        done = self.walstow_import("--output=json", *arguments, check=False, **options)
        self.messages = done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        (summary,) = [line for line in lines if line["kind"] == "summary"]
        kinds = {}
        for line in lines:
            if "path" in line:
                kinds.setdefault(line["kind"], []).append(line["path"])
        return kinds, summary, done.returncode

    def assert_same_files(self, names):
        """Each comes back bit for bit."""
        toml = self.importer()
        got = self.folder / "got"
        for name, content in names.items():
            done = processes.run(
                self.archive.binaries / "walstow-restore", "--config", toml, name, got,
                cwd=self.folder, check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")
            self.assertTrue(got.read_bytes() == content, name)
            got.unlink()

    # --- the tests ------------------------------------------------------------------------------

    def test_a_recovery_from_the_import_reaches_the_last_row(self):
        primary = self.server_of_cp()
        self.fill(primary, "before the backup")
        backup = self.copy(primary, "backup-only")  # its base backup; archives a .backup file
        self.servers.remove(backup)
        self.fill(primary, *(f"cp {number}" for number in range(6)))
        gzip = self.receive(primary, self.folder / "gzip", "gzip", ["gzip 1", "gzip 2"])
        lz4 = self.receive(primary, self.folder / "lz4", "lz4", ["lz4 1", "lz4 2"])
        heir = self.promote_standby_of(primary)
        self.fill(heir, "timeline 2", "the end")
        last_row = ledger.fingerprint(heir)
        heir.stop()
        wal = {path.name: path.read_bytes() for path in self.old.iterdir()}
        self.assertIn("00000002.history", wal)
        self.assertTrue(any(name.endswith(".backup") for name in wal), sorted(wal))
        self.assertTrue(any(name.endswith(".partial") for name in wal), sorted(wal))

        first, second, third, fourth = self.segments()[:4]
        # The archive moved, was compressed in part, and one part of it is pg_receivewal's alone.
        self.compress(first, "gzip", ".gz")
        self.compress(second, "zstd", ".zst")
        self.compress(third, "lz4", ".lz4")
        self.compress("00000002.history", "gzip", ".gz")
        for folder in (self.folder / "gzip", self.folder / "lz4"):
            for path in folder.iterdir():
                if path.suffix != ".partial":
                    (self.old / path.stem).unlink()
            shutil.move(folder, self.old / folder.name)
        (self.old / "sub").mkdir()
        shutil.copy(self.old / fourth, self.old / "sub" / fourth)
        (self.old / "README").write_text("of another century\n", encoding="utf-8")

        dry, summary, code = self.json_import("--dry-run")
        self.assertEqual((code, summary["left_out"]), (0, 0), dry)
        self.assertEqual(self.archive.objects(), {})
        found, summary, code = self.json_import()
        self.assertEqual((code, summary["left_out"]), (0, 0), found)
        self.assertEqual(summary["put"], len(dry["would-put"]))
        self.assertIn("the imported base backups are as old as their import", self.messages)
        self.assertEqual(found["not-wal"], ["README"])
        self.assertEqual(summary["duplicates"], 1)
        # The segments in which pg_receivewal was stopped: their log is in the whole segment, and in
        # the .partial of the promotion.
        superseded = [os.path.basename(path) for path in found["superseded"]]
        self.assertEqual(superseded, [f"{gzip}.gz.partial", f"{lz4}.lz4.partial"])
        self.assert_same_files({name: wal[name] for name in wal if name in self.archive.objects()})
        (partial,) = (name for name in wal if name.endswith(".partial"))
        self.assertEqual(len(self.archive.objects()), len(wal))
        (kept,) = self.archive.partials(partial[:24])
        self.assertTrue(stored_object.contents(kept) == wal[partial])
        again, summary, code = self.json_import()
        self.assertEqual((code, summary["put"]), (0, 0), again)
        self.assertEqual(self.archive.walstow("verify", "main", "--deep").returncode, 0)

        restored = self.recovery_of(backup)
        restored.start()
        restored.wait_promoted()
        self.assertEqual(ledger.fingerprint(restored), last_row)
        self.assertEqual(ledger.batches(restored)[-1], "the end")

    def promote_standby_of(self, primary):
        """A standby that is fed by streaming and archives with cp becomes the primary."""
        heir = self.copy(primary, "heir")
        heir.configure(
            archive_command=f"test ! -f {self.old}/%f && cp %p {self.old}/%f",
            restore_command=f"cp {self.old}/%f %p",
            primary_conninfo=primary.conninfo,
        )
        heir.signal_file("standby.signal")
        heir.start()
        ledger.add(primary, 10, "streamed")
        heir.wait_replayed(primary.query("SELECT pg_current_wal_lsn()"))
        primary.stop(signal.SIGQUIT)
        heir.promote()
        return heir

    def recovery_of(self, backup):
        backup.configure(recovery_target_action="promote")
        backup.signal_file("recovery.signal")
        self.servers.append(backup)
        return backup

    def test_nothing_wrong_is_put_and_nothing_is_left_out_silently(self):
        primary = self.server_of_cp()
        self.fill(primary, *(f"cp {number}" for number in range(8)))
        primary.stop()
        names = self.segments()
        short, twice, same, zeros, linked = names[1:6]
        other = self.new_data_directory("other").start()
        foreign = other.switch_wal().name
        foreign_content = (other.wal / foreign).read_bytes()
        other.stop()
        (self.old / "other").mkdir()
        (self.old / "other" / foreign).write_bytes(foreign_content)
        whole = {name: (self.old / name).read_bytes() for name in names}
        os.truncate(self.old / short, 700_000)
        changed = self.other_records(whole[twice])
        (self.old / f"{twice}.zst").write_bytes(compressed("zstd", changed))
        (self.old / f"{same}.zst").write_bytes(compressed("zstd", whole[same]))
        (self.old / zeros).write_bytes(bytes(len(whole[zeros])))
        (self.old / linked).unlink()
        (self.old / linked).symlink_to(self.folder / "elsewhere")
        (self.old / "000000010000000000000099.tmp").write_bytes(b"")
        (self.old / "backup.log").write_text("", encoding="utf-8")

        # Which cluster is it? The first import of an empty cluster must not guess.
        refused = self.walstow_import(check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("--system", refused.stderr)
        self.assertEqual(self.archive.objects(), {})
        found, summary, code = self.json_import(f"--system={primary.system_identifier}")
        self.assertEqual(code, LEFT_OUT)
        self.assertEqual(found["damaged"], [short, zeros])
        self.assertEqual(found["two-contents"], [twice, f"{twice}.zst"])
        self.assertEqual(found["other-system"], [f"other/{foreign}"])
        self.assertEqual(found["link"], [linked])
        self.assertEqual(found["unknown-name"], ["000000010000000000000099.tmp"])
        self.assertEqual(found["not-wal"], ["backup.log"])
        self.assertEqual((summary["left_out"], summary["duplicates"]), (7, 1))
        left = {short, zeros, twice, linked}
        self.assertEqual(set(self.archive.segments()), set(names) - left)
        self.assert_same_files({name: whole[name] for name in set(names) - left})
        holes = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(holes.returncode, 4)

        # A text for people; a refusal concerns one file.
        for name in (short, zeros):
            (self.old / name).write_bytes(whole[name])
        (self.old / names[0]).write_bytes(self.other_records(whole[names[0]]))
        shown = self.walstow_import(check=False)
        self.assertEqual(shown.returncode, LEFT_OUT, shown.stderr)
        self.assertRegex(shown.stdout, r"put 2 of \d+ files")
        self.assertIn(f"refused by the store: 1\n  {names[0]}: ", shown.stdout)
        self.assertIn("2 segments are missing", shown.stdout)
        self.assert_same_files({name: whole[name] for name in (short, zeros, names[0])})

    def other_records(self, content):
        """Another content under the same name, whose pages are in place."""
        changed = bytearray(content)
        changed[1000] ^= 1
        return bytes(changed)

    def big_archive(self):
        """Enough segments that an import can be caught in the middle."""
        primary = self.server_of_cp()
        self.fill(primary, *(f"batch {number}" for number in range(24)))
        primary.stop()
        return {name: (self.old / name).read_bytes() for name in self.segments()}

    def start_import(self, log):
        """An import in the background that has put a few more segments."""
        before = len(self.archive.objects())
        importing = processes.spawn(
            [
                self.archive.binaries / "walstow", "--config", self.importer(), "import", "main",
                self.old, "--jobs=1",
            ],
            log,
        )  # fmt: skip
        wait.until(
            lambda: len(self.archive.objects()) > before + 2 or importing.poll() is not None,
            "some more are put",
        )
        return importing

    def test_one_that_is_killed_goes_on(self):
        wal = self.big_archive()
        for _ in range(3):
            killed = self.start_import(self.folder / "import.log")
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        log = self.folder / "stopped.log"
        stopped = self.start_import(log)
        stopped.send_signal(signal.SIGINT)
        code = stopped.wait(wait.DEADLINE)
        text = log.read_text(encoding="utf-8")
        if code != 0:  # it was quicker otherwise
            self.assertEqual(code, -signal.SIGINT, text)
            self.assertIn("the import was stopped", text)
            command = text.split("Continue with: ")[1].splitlines()[0]
            processes.shell(command)
        found, summary, code = self.json_import()
        self.assertEqual((code, summary["put"], summary["existed"]), (0, 0, len(wal)), found)
        self.assert_same_files(wal)
        self.assertEqual(self.archive.walstow("verify", "main", "--deep").returncode, 0)

    def test_the_store_is_away(self):
        wal = self.big_archive()
        toml = self.importer()
        processes.shell(self.archive.take_away)
        failed = self.walstow_import(toml=toml, check=False)
        processes.shell(self.archive.bring_back)
        self.assertEqual(failed.returncode, 1, failed.stderr)
        self.assertEqual(self.walstow_import(toml=toml).returncode, 0)
        self.assertEqual(len(self.archive.segments()), len(wal))

    def test_a_person_sees_how_far_it_is(self):
        self.big_archive()
        toml = self.importer()
        primary_end, terminal = pty.openpty()
        process = subprocess.Popen(
            [
                self.archive.binaries / "walstow", "--config", toml, "import", "main", self.old,
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=terminal,
        )  # fmt: skip
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the last writer has closed it
            while chunk := os.read(primary_end, 4096):
                shown += chunk
        self.assertEqual(process.wait(), 0, shown)
        os.close(primary_end)
        self.assertIn("[################] 100%", shown.decode())

    def test_a_client_needs_the_right(self):
        if self.archive.server is None:
            self.skipTest("the archive's owner has every right")
        self.server_of_cp().stop()
        toml = self.importer(rights=("restore", "admin"), name="admin")
        refused = self.walstow_import(toml=toml, check=False)
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn('client "admin" may not put files into cluster "main"', refused.stderr)
        self.assertIn("client grant admin --cluster main --right archive", refused.stderr)


if __name__ == "__main__":
    main()
