"""The files of a real PostgreSQL 19 are archived, restored, verified, and begin a new era."""

from support.release_files import SEGMENT, ReleaseFilesTest
from support.testcase import main


class PostgreSQL19(ReleaseFilesTest):
    def test_every_file_comes_back(self):
        self.assertEqual(self.archive_all(), "")
        self.assert_all_comes_back()
        (era,) = self.archive.json("status", "main")["eras"]
        self.assertEqual(era["newer_magic"], "")
        first, second = era["timelines"]
        self.assertEqual((second["parent"], second["left_parent_at"]), (1, "0/C00000"))
        (backup,) = first["backup_files"]
        self.assertEqual((backup["label"], backup["start"]), ("nightly", "0/A00028"))

    def test_ends_of_segments_are_known(self):
        """Behind its switch record a segment may have any bytes: no reader looks there."""
        self.archive_all()
        name = "00000001000000000000000A"
        content = self.files[name]
        self.assertEqual(set(content[-100:]), {0})
        path = self.data / "pg_wal" / name
        path.write_bytes(content[:-100] + b"x" * 100)
        done = self.put(name)
        self.assertEqual(done.returncode, 0, done.stderr)
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
        done = self.put(name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("with other content", done.stderr)

    def test_upgrade_reads_the_control_file(self):
        older, segment = self.new_finished_segment("older")
        self.archives(older)
        done = self.archive.archive_file(self.settings_of(older), f"pg_wal/{segment}", older.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        refused = self.put("000000010000000000000008")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(" cluster upgrade main --system ", refused.stderr)
        self.archive.walstow("cluster", "upgrade", "main", "--pgdata", self.data)
        self.archive_all()
        eras = self.archive.json("status", "main")["eras"]
        self.assertEqual(eras[1]["era"], f"002-{self.system}-{SEGMENT}")


if __name__ == "__main__":
    main()
