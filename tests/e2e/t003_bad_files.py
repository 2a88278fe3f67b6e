"""What is not a WAL file of this server is refused with one clear line, and leaves no trace."""

import os
import re

from support.testcase import EndToEndTest, main


class BadFiles(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server, self.segment = self.new_finished_segment()
        self.toml = self.archive.settings_file(self.settings_of(self.server))
        self.good = (self.server.wal / self.segment).read_bytes()

    def refuse(self, name):
        """The line about pg_wal/`name`, which must be refused."""
        done = self.archive.archive_file(self.toml, f"pg_wal/{name}", cwd=self.server.data)
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 2, done.stderr)
        self.assertTrue(lines[0].startswith("walstow-archive: error: "), lines[0])
        self.assertIn(f'"pg_wal/{name}"', lines[0])
        self.assertRegex(lines[1], r"^walstow-archive: hint: [A-Z%].*\.$")
        self.assertEqual(self.archive.objects(), {})
        return lines[0]

    def with_contents(self, name, contents):
        (self.server.wal / name).write_bytes(contents)
        return self.refuse(name)

    def test_contents(self):
        foreign = bytearray(self.good)
        foreign[24:32] = (42).to_bytes(8, "little")  # xlp_sysid
        for title, contents in {
            "zeros": bytes(1 << 20),
            "text": b"not WAL\n" * (1 << 17),
            "truncated": self.good[: 1 << 19],
            "short": self.good[:-1],
            "too long": self.good + self.good,
            "empty": b"",
            "of another cluster": bytes(foreign),
        }.items():
            with self.subTest(title):
                self.with_contents(self.segment, contents)

    def test_names(self):
        for name in (
            "0000000100000000000000FF",  # not what the header says
            "000000020000000100000001",
            "00000001000000000000000a",  # not as PostgreSQL writes it
            "000000010000000000001000",  # 4096 segments of 1 MB are in a log
            "000000000000000000000001",  # there is no timeline 0
            "RECOVERYXLOG",
            "archive_status",
            "000000010000000000000001.partiel",
        ):
            with self.subTest(name):
                if name == "archive_status":
                    self.refuse(name)
                else:
                    self.with_contents(name, self.good)

    def test_small_files(self):
        for name, contents in {
            "00000002.history": b"\x00" * 100,
            "00000003.history": b"3\t0/3000000\tits own parent\n",
            "000000010000000000000001.00000028.backup": b"START\n",
        }.items():
            with self.subTest(name):
                self.with_contents(name, contents)

    def test_absent_file(self):
        self.refuse("0000000100000000000000FE")

    def test_segment_in_another_folder_is_put_and_nothing_left_there(self):
        rescued = self.folder / "rescued"
        rescued.mkdir()
        names = [self.segment, "00000002.history"]
        (rescued / self.segment).write_bytes(self.good)
        (rescued / names[1]).write_text("1\t0/3000000\tno recovery target specified\n")
        options = ("--system", str(self.server.system_identifier))
        for name in names:
            done = self.archive.archive_file(self.toml, rescued / name, cwd=rescued, options=options)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(rescued)), sorted(names))
        self.assertIn(self.segment, self.archive.segments())

    def test_control_characters_do_not_forge_a_line(self):
        done = self.archive.archive_file(
            self.toml, "pg_wal/x\nwalstow-archive: fine", cwd=self.server.data
        )
        self.assertEqual(done.returncode, 1)
        self.assertIsNone(re.search("^walstow-archive: fine", done.stderr, re.MULTILINE))


if __name__ == "__main__":
    main()
