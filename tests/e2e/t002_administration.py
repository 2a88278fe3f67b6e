"""What `walstow` shows of an archive, as text and as JSON."""

import os
import signal
import stat
import subprocess

from support import stored_object
from support.archive import MARKER
from support.testcase import EndToEndTest, main


class Administration(EndToEndTest):
    def test_new_archive(self):
        self.assertTrue((self.archive.folder / MARKER).exists())
        self.assertEqual(stat.S_IMODE(self.archive.folder.stat().st_mode), 0o750)
        who = self.archive.json("whoami")
        every_right = {"cluster": "*", "rights": ["archive", "restore", "admin"]}
        self.assertEqual(who["grants"], [every_right])
        self.assertEqual(self.archive.json("cluster", "list")["clusters"][0]["cluster"], "main")
        self.assertEqual(self.archive.json("status", "main")["eras"], [])
        self.assertIn("ok", self.archive.walstow("--cluster=main", "check").stdout)

    def test_nothing_is_made_twice(self):
        for command in (("init", self.archive.folder), ("cluster", "create", "main")):
            with self.subTest(command):
                done = self.archive.walstow(*command, check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("error: ", done.stderr)
                self.assertIn("hint: ", done.stderr)

    def test_archive_in_the_root_of_a_file_system(self):
        for name in ("lost+found", ".snapshot", ".zfs", ".Trash-1000", "@eaDir", "aquota.user"):
            with self.subTest(name):
                root = self.folder / f"with {name}"
                (root / name).mkdir(parents=True)
                self.archive.walstow("init", root)
                self.assertTrue((root / MARKER).exists())
                self.archive.walstow("--store", root, "cluster", "create", "main")
        root = self.folder / "of somebody else"
        (root / "documents").mkdir(parents=True)
        done = self.archive.walstow("init", root, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('already contains "documents"', done.stderr)

    def test_reader_that_has_seen_enough(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            [self.archive.binaries / "walstow", "--store", self.archive.folder, "status", "main"],
            stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE,
        )  # fmt: skip
        os.close(write)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.returncode, -signal.SIGPIPE)

    def test_status_and_list(self):
        primary = self.new_primary()
        for batch in ("one", "two", "three"):
            self.add_and_archive(primary, batch)
        segments = self.archive.segments()

        (era,) = self.archive.json("status", "main")["eras"]
        self.assertEqual(era["era"], f"001-{primary.system_identifier}-{1 << 20}")
        (timeline,) = era["timelines"]
        (whole,) = timeline["ranges"]
        self.assertEqual((whole["first"], whole["last"]), (segments[0], segments[-1]))
        self.assertEqual(timeline["raw_bytes"], len(segments) << 20)
        listed = [file["name"] for file in self.archive.json_lines("list", "main")]
        self.assertEqual(listed, segments)

        self.archive.lose(segments[1])
        (era,) = self.archive.json("status", "main")["eras"]
        before, after = era["timelines"][0]["ranges"]
        self.assertEqual((before["last"], after["first"]), (segments[0], segments[2]))
        self.assertIn("HOLE", self.archive.walstow("status", "main").stdout)
        self.assertIn(segments[2], self.archive.walstow("list", "main").stdout)

    def test_get(self):
        primary = self.new_primary()
        name = self.add_and_archive(primary, "one").name
        fetched = self.folder / name
        self.archive.walstow("get", "main", name, fetched)
        self.assertTrue(fetched.read_bytes() == self.archive.contents(name))
        fetched.unlink()

        absent = self.archive.walstow("get", "main", name[:-2] + "F0", fetched, check=False)
        self.assertEqual(absent.returncode, 1)
        self.archive.damage(name, stored_object.flip_byte)
        damaged = self.archive.walstow("get", "main", name, fetched, check=False)
        self.assertEqual(damaged.returncode, 1)
        self.assertFalse(fetched.exists())


if __name__ == "__main__":
    main()
