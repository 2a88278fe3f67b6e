"""A PostgreSQL that walstow does not know yet is archived and restored, with one warning a day."""

import datetime
import os
import struct

from support.release_files import SEGMENT, ReleaseFilesTest
from support.testcase import main

PAGE = 8192
MAGIC = 0xD130
CONTROL_VERSION = 2001


class ReleaseOfTheFuture(ReleaseFilesTest):
    def change_files(self):
        """As they are, but for the two numbers that name the release."""
        struct.pack_into("<I", self.control, 8, CONTROL_VERSION)
        for name, content in self.files.items():
            if len(content) != SEGMENT:
                continue
            pages = bytearray(content)
            for at in range(0, SEGMENT, PAGE):
                if pages[at : at + 2] != b"\0\0":
                    struct.pack_into("<H", pages, at, MAGIC)
            self.files[name] = bytes(pages)

    def test_archived_with_one_warning_and_restored(self):
        days = {datetime.date.today()}
        said = self.archive_all()
        days.add(datetime.date.today())  # another one at midnight
        self.assertIn(said.count("warning"), range(1, len(days) + 1), said)
        self.assertIn("newer than this walstow, which knows releases up to 19: page magic 0xD130", said)
        self.assert_all_comes_back()
        text = self.archive.walstow("status", "main").stdout
        self.assertIn("NEWER RELEASE", text)
        (era,) = self.archive.json("status", "main")["eras"]
        self.assertEqual(era["newer_magic"], "0xD130")

    def test_only_equal_bytes_are_the_same(self):
        """Nothing is known of its records, so neither is where it ends."""
        self.archive_all()
        name = "00000001000000000000000A"
        self.assertEqual(self.put(name).returncode, 0)
        path = self.data / "pg_wal" / name
        path.write_bytes(self.files[name][:-1] + b"x")
        done = self.put(name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("with other content", done.stderr)

    def test_what_does_not_agree_is_refused(self):
        name = "00000001000000000000000A"
        wrong = {
            "its system identifier is": ("<Q", 24, 42),
            "according to its name it should have 0/A00000": ("<Q", 8, 0xB00000),
            "from timeline 2, but its name is from the older timeline 1": ("<I", 4, 2),
            "according to its name it should have 0/1400000": ("<I", 32, 2 * SEGMENT),
            "page size": ("<I", 36, 12),
            "page flags": ("<H", 2, 0x0112),
            "page magic 0xD066": ("<H", 0, 0xD066),
        }
        for expected, (form, offset, value) in wrong.items():
            with self.subTest(expected):
                content = bytearray(self.files[name])
                struct.pack_into(form, content, offset, value)
                (self.data / "pg_wal" / name).write_bytes(content)
                done = self.put(name)
                self.assertEqual(done.returncode, 1)
                self.assertIn(expected, done.stderr)
        self.assertEqual(self.archive.objects(), {})

    def test_a_new_era_begins_without_a_known_control_file(self):
        """The segments in pg_wal tell their size."""
        self.archive.walstow("cluster", "upgrade", "main", "--pgdata", self.data)
        (era,) = self.archive.json("status", "main")["eras"]
        self.assertEqual(era["era"], f"001-{self.system}-{SEGMENT}")
        self.archive_all()

    def test_a_known_server_writes_no_newer_release(self):
        """One flipped bit of a magic: the control file, or the next page, tells."""
        name = "000000010000000000000008"
        sound = self.files[name]
        one_page = bytearray(sound)
        struct.pack_into("<H", one_page, 0, MAGIC | 0x0400)
        (self.data / "pg_wal" / name).write_bytes(one_page)
        done = self.put(name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("0xD530 on its first page and 0xD130 on its second", done.stderr)

        (self.data / "pg_wal" / name).write_bytes(sound)
        struct.pack_into("<II", self.control, 8, 1300, 202107181)
        struct.pack_into("<d", self.control, 208, 1234567.0)
        (self.data / "global/pg_control").write_bytes(self.control)
        done = self.put(name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("but the server's release is not newer", done.stderr)
        self.assertIn("disk errors", done.stderr)

    def test_status_does_not_need_the_newest_object(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        self.archive_all()
        newest = self.archive.objects()["00000002000000000000000D"]
        newest.chmod(0)
        self.addCleanup(newest.chmod, 0o640)
        self.assertIn("timeline 2", self.archive.walstow("status", "main").stdout)

    def test_without_a_server_to_compare_it_with(self):
        name = "00000001000000000000000A"
        alone = self.folder / "alone"
        alone.mkdir()
        (alone / name).write_bytes(self.files[name])
        done = self.archive.archive_file(self.toml, str(alone / name), self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--pgdata", done.stderr)
        done = self.archive.archive_file(
            self.toml, str(alone / name), self.folder, ["--system", str(self.system)]
        )
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    main()
