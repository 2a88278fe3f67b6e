"""`walstow list` of a part of an archive, and of what is missing in it; `walstow status`."""

import re
from signal import SIGQUIT

from support.testcase import EndToEndTest, main

COLUMNS = 80

MISSING = 4


class Lists(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.add_and_archive(self.primary, *(f"batch {i}" for i in range(5)))

    def listed(self, *options):
        return [file["name"] for file in self.archive.json_lines("list", "main", *options)]

    def test_ranges_have_both_ends(self):
        segments = self.archive.segments()
        self.assertEqual(self.listed(), segments)
        self.assertEqual(self.listed("--from", segments[1], "--to", segments[3]), segments[1:4])
        self.assertEqual(self.listed("--to", segments[0]), segments[:1])
        self.assertEqual(self.listed("--timeline", "2"), [])
        text = self.archive.walstow("list", "main", "--from", segments[-1]).stdout.splitlines()
        self.assertEqual(len(text), 2, text)
        self.assertTrue(text[0].startswith("era 001-"))
        self.assertRegex(text[1], rf"^{segments[-1]} +[\d.]+ k?M?B \d{{4}}-.*Z$")
        done = self.archive.walstow("list", "main", "--from", "x", check=False)
        self.assertEqual(done.returncode, 2)

    def holes(self):
        """Those of an archive that has some, which the exit code says, too."""
        done = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(done.returncode, MISSING, done.stderr)
        return self.archive.json_lines("list", "main", "--holes", check=False)

    def test_holes_are_named(self):
        segments = self.archive.segments()
        self.assertEqual(self.archive.json_lines("list", "main", "--holes"), [])
        bring_back = [self.archive.lose(name) for name in segments[1:3]]
        (hole,) = self.holes()
        self.assertEqual((hole["first"], hole["last"], hole["count"]), (*segments[1:3], 2))
        expected = f"{segments[1]} .. {segments[2]}  2 missing"
        done = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertIn(expected, done.stdout)
        self.assertIn(f"HOLE {expected}", self.archive.walstow("status", "main").stdout)
        for each in bring_back:
            each()
        self.assertEqual(self.archive.json_lines("list", "main", "--holes"), [])

    def test_a_hole_before_a_promotion_is_one(self):
        standby = self.standby(self.primary)
        end = self.add_and_archive(self.primary, "before", "the promotion")
        standby.start()
        standby.wait_replayed(end.lsn)
        self.primary.stop(SIGQUIT)  # it archives nothing any more
        standby.promote()
        self.add_and_archive(standby, "on timeline 2")
        self.assertEqual(self.archive.json("status", "main")["eras"][0]["missing"], 0)
        self.archive.lose(end.name)  # the last one of timeline 1: no later one of it tells
        (hole,) = self.holes()
        self.assertEqual((hole["first"], hole["count"]), (end.name, 1))

        text = self.archive.walstow("status", "main").stdout
        self.assertRegex(text, r"\n {6}1\n {9}\+- 2 from 0/")
        for line in text.splitlines():
            # A command is not broken, so that it can be pasted.
            words = re.sub(r'"\S*walstow [^"]*"', "", line)
            self.assertLessEqual(len(words), COLUMNS, line)
        self.assertNotIn("\x1b", text)  # no terminal, no colours

    def test_status_knows_what_a_backup_needs(self):
        self.primary.base_backup(self.folder / "backup")
        self.add_and_archive(self.primary, "after the backup")
        timeline = self.archive.json("status", "main")["eras"][0]["timelines"][0]
        self.assertEqual(timeline["backups"], 1)
        (backup,) = timeline["backup_files"]
        self.assertEqual(backup["name"][:24], backup["first"])
        self.assertIn(backup["last"], self.archive.segments())
        self.assertEqual(backup["label"], "pg_basebackup base backup")
        self.assertTrue(backup["stopped"])
        text = self.archive.walstow("status", "main").stdout
        self.assertIn(f"backup needs {backup['first']} .. {backup['last']}", text)
        self.assertTrue(re.search(r"last archived .*Z, \d+ s ago", text), text)


if __name__ == "__main__":
    main()
