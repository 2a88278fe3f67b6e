"""A PostgreSQL that walstow does not know yet is archived and restored, with one warning a day."""

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
        said = self.archive_all()
        self.assertEqual(said.count("warning"), 1, said)
        self.assertIn("newer than this walstow, which knows up to 19: page magic 0xD130", said)
        self.assert_all_comes_back()
        text = self.archive.walstow("status", "main").stdout
        self.assertIn("NEWER RELEASE", text)
        (era,) = self.archive.json("status", "main")["eras"]
        self.assertEqual(era["newer_release"], "0xD130")

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
            "its name means 0/A00000": ("<Q", 8, 0xB00000),
            "of timeline 2, its name of the older timeline 1": ("<I", 4, 2),
            "its name means 0/1400000": ("<I", 32, 2 * SEGMENT),
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
