"""`walstow verify` finds what is wrong with an archive, and says the way out."""

from support import processes, stored_object
from support.testcase import EndToEndTest, main

WHOLE, DAMAGED, MISSING, FOREIGN = 0, 3, 4, 5


class Verification(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.add_and_archive(self.primary, *(f"batch {i}" for i in range(5)))
        self.segments = self.archive.segments()

    def verify(self, *options, code):
        """The findings, kind to names, and the summary."""
        done = self.archive.walstow("verify", "main", *options, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        lines = self.archive.json_lines("verify", "main", *options, check=False)
        summary = lines.pop()
        self.assertEqual(summary["kind"], "summary")
        found = {}
        for line in lines:
            name = line.get("file") or line.get("first") or line.get("object")
            found.setdefault(line["kind"], []).append(name)
        return found, summary

    def test_an_archive_that_is_whole(self):
        for options in ((), ("--deep",), ("--jobs", "4"), ("--deep", "--jobs=2", "--timeline=1")):
            with self.subTest(options):
                found, summary = self.verify(*options, code=WHOLE)
                self.assertEqual(found, {})
                self.assertEqual(summary["objects"], len(self.segments))
                sizes = sum(path.stat().st_size for path in self.archive.objects().values())
                self.assertEqual(summary["bytes"], sizes)
        text = self.archive.walstow("verify", "main").stdout
        self.assertIn("all are whole, and none is missing", text)

    def test_every_kind_of_trouble(self):
        damages = {
            "flipped": stored_object.flip_byte,
            "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
            "empty": lambda path: path.write_bytes(b""),
            "another file": lambda path: path.write_bytes(
                self.archive.objects()[self.segments[0]].read_bytes()
            ),
        }
        for title, change in damages.items():
            with self.subTest(title):
                repair = self.archive.damage(self.segments[2], change)
                found, _ = self.verify(code=DAMAGED)
                self.assertEqual(found, {"damaged": [self.segments[2]]})
                repair()
        # Only unfolding it shows that every checksum of the object was forged along.
        content = bytearray(self.archive.contents(self.segments[2]))
        content[100] ^= 1
        repair = self.archive.damage(
            self.segments[2], lambda path: stored_object.forge(path, bytes(content))
        )
        self.verify(code=WHOLE)
        found, _ = self.verify("--deep", code=DAMAGED)
        self.assertEqual(found, {"damaged": [self.segments[2]]})
        repair()

        bring_back = self.archive.lose(self.segments[1])
        found, summary = self.verify(code=MISSING)
        self.assertEqual((found, summary["missing"]), ({"missing": [self.segments[1]]}, 1))
        bring_back()
        stray = self.archive.objects()[self.segments[0]].with_name("notes.txt")
        stray.write_text("mine", encoding="utf-8")
        found, _ = self.verify(code=FOREIGN)
        self.assertEqual(list(found), ["foreign"])
        self.assertTrue(found["foreign"][0].endswith("/notes.txt"))
        stray.unlink()
        self.verify("--deep", code=WHOLE)

    def test_a_put_of_the_same_file_heals(self):
        name = self.segments[2]
        intact = self.archive.contents(name)
        self.archive.damage(name, stored_object.flip_byte)
        done = self.archive.walstow("verify", "main", check=False)
        self.assertEqual(done.returncode, DAMAGED)
        self.assertIn(name, done.stdout)
        self.assertIn("hint: Put such a file again", done.stderr)
        copy = self.primary.wal / name
        if not copy.exists():  # recycled since
            copy.write_bytes(intact)
        toml = self.settings_of(self.primary)
        done = self.archive.archive_file(toml, f"pg_wal/{name}", cwd=self.primary.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.verify("--deep", code=WHOLE)
        self.assertTrue(self.archive.contents(name) == intact)

    def test_what_is_damaged_is_set_aside(self):
        for name in (self.segments[2], self.segments[-1]):
            self.archive.damage(name, stored_object.flip_byte)
        # Nobody is there to be asked.
        done = self.archive.walstow("verify", "main", "--set-aside", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(self.segments[2], self.archive.objects())

        done = self.archive.walstow("verify", "main", "--set-aside", "--yes", check=False)
        self.assertEqual(done.returncode, DAMAGED)
        self.assertRegex(done.stdout, rf"quarantined +001-.*{self.segments[2]}\.zst")
        # Without the last one a get would say that the log ends before it.
        self.assertRegex(done.stdout, rf"kept +001-.*{self.segments[-1]}\.zst")
        self.assertNotIn(self.segments[2], self.archive.objects())
        self.assertTrue(list((self.archive.folder / "_aside").rglob(f"{self.segments[2]}*")))
        found, _ = self.verify(code=DAMAGED)
        self.assertEqual(
            found, {"damaged": [self.segments[-1]], "missing": [self.segments[2]]}
        )

    def test_it_goes_on_where_it_ended(self):
        self.archive.damage(self.segments[3], stored_object.flip_byte)
        _, summary = self.verify("--to", self.segments[1], code=WHOLE)
        self.assertEqual(summary["objects"], 2)
        # A rate so low that each request reads one object, and a signal after the first.
        command = [
            "timeout", "--signal=INT", "2", self.archive.binaries / "walstow",
            "--store", self.archive.folder, "verify", "main", "--rate-limit", "1",
        ]  # fmt: skip
        done = processes.run(*command, check=False)
        self.assertIn("not all of the archive was verified", done.stderr)
        place = done.stderr.split("--resume ")[1].split()[0]
        self.assertIn(self.segments[0], place)
        found, summary = self.verify("--resume", place, code=DAMAGED)
        self.assertEqual(summary["objects"], len(self.segments) - 1)
        self.assertEqual(found, {"damaged": [self.segments[3]]})
        # What it was asked for it is asked for again; and a slip is no end of the archive.
        command[command.index("verify") + 2 :] = [
            "--rate-limit", "1", "--deep", "--timeline", "1", "--since", "7d",
        ]  # fmt: skip
        done = processes.run(*command, check=False)
        self.assertRegex(
            done.stderr,
            r" verify main --deep --since \S+Z --timeline 1 --rate-limit 1 --resume 001-\S+",
        )
        done = self.archive.walstow("verify", "main", "--resume", self.segments[0], check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("for --resume", done.stderr)


class Rights(EndToEndTest):
    link = "tls"

    def test_only_an_administrator_verifies(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        for name, rights, code in (("db", ("archive", "restore"), 1), ("dba", ("admin",), WHOLE)):
            client = self.archive.add_client(name, "main", rights)
            done = processes.run(
                self.archive.binaries / "walstow", "--config", client / "walstow.toml",
                "verify", "main", check=False,
            )  # fmt: skip
            self.assertEqual(done.returncode, code, done.stderr)
            if code:
                self.assertIn('has no right "admin"', done.stderr)
            other = processes.run(
                self.archive.binaries / "walstow", "--config", client / "walstow.toml",
                "list", "other", check=False,
            )  # fmt: skip
            self.assertEqual(other.returncode, 1)
            self.assertIn('has no right "restore" in cluster "other"', other.stderr)


if __name__ == "__main__":
    main()
