"""A cluster that has as much as it may have takes no more; the server keeps its WAL, and nothing is lost."""

import os
import subprocess

from support import ledger, wait
from support.testcase import EndToEndTest, main

SEGMENT = 1 << 20
RECORDS = 64 << 10  # what a cluster of this size has of them


class Quota(EndToEndTest):
    def test_quota(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        standby = self.standby(primary)
        standby.start()
        stored = self.archive.json("status", "main")["stored_bytes"]
        self.assertGreater(stored, 32 << 10)

        told = self.archive.walstow("policy", "set", "main", "--quota", "32kB").stdout
        self.assertIn("quota 32.0 kB", told)
        self.assertIn("QUOTA", self.archive.walstow("status", "main").stdout)
        ledger.add(primary, 10, "kept by the server")
        end = primary.switch_wal()
        wait.until(
            lambda: "and a quota of 32.0 kB" in primary.log_text(), "the server is told of the quota"
        )
        self.assert_logged(primary, "PostgreSQL keeps its WAL, and tries again")
        self.assertNotIn(end.name, self.archive.segments())
        report = self.archive.json("status", "main")
        self.assertEqual(report["quota"], 32 << 10)
        self.assertGreaterEqual(report["stored_bytes"], report["quota"])

        self.archive.walstow("policy", "set", "main", "--quota", "none")
        primary.wait_archived()
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)
        self.assertIn("kept by the server", ledger.batches(standby))

    def made_up(self, primary, count):
        """A data directory with segments of the primary's system that no compressor makes smaller."""
        folder = self.folder / "flooder"
        (folder / "global").mkdir(parents=True)
        (folder / "pg_wal").mkdir()
        (folder / "global/pg_control").write_bytes((primary.data / "global/pg_control").read_bytes())
        header = self.archive.contents(min(self.archive.segments()))[:40]
        names = []
        for number in range(0x80, 0x80 + count):
            content = bytearray(header + os.urandom(SEGMENT - len(header)))
            content[8:16] = (number << 20).to_bytes(8, "little")
            names.append(f"0000000100000000{number:08X}")
            (folder / "pg_wal" / names[-1]).write_bytes(content)
        return folder, names

    def test_many_at_once(self):
        """Whoever puts at the same time, each by a process of its own: one file beyond, no more."""
        primary = self.new_primary()
        self.add_and_archive(primary, "one")
        folder, names = self.made_up(primary, 16)
        quota = self.archive.json("status", "main")["stored_bytes"] + 3 * SEGMENT
        toml = self.archive.settings_file(folder / "walstow.toml")
        self.archive.walstow("policy", "set", "main", "--quota", str(quota))
        program = self.archive.binaries / "walstow-archive"
        # The first one counts.
        self.assertEqual(self.archive.archive_file(toml, f"pg_wal/{names[0]}", cwd=folder).returncode, 0)
        calls = [
            subprocess.Popen(
                [program, "--config", toml, f"pg_wal/{name}"], cwd=folder, stderr=subprocess.PIPE, text=True
            )
            for name in names[1:]
        ]
        told = [call.communicate(timeout=120)[1] for call in calls]
        stored = [name for name in names if name in self.archive.segments()]
        # Files may count twice for a moment, so it may be some less.
        self.assertGreater(len(stored), 1, told)
        self.assertLess(len(stored), 6, "a quota of three of them, and one beyond")
        done = sum(call.returncode == 0 for call in calls)
        self.assertEqual(done + 1, len(stored), told)
        self.assertTrue(any("and a quota of" in text for text in told), told)
        size = sum(path.stat().st_size for path in (self.archive.folder / "main").rglob("*") if path.is_file())
        self.assertLess(size, quota + SEGMENT + RECORDS)


if __name__ == "__main__":
    main()
