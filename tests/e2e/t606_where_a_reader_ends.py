"""Where `verify --deep` says that the log breaks off, PostgreSQL's own readers end."""

import random
import re
import shutil

from support import ledger, processes, releases
from support.testcase import EndToEndTest, main

PAGE = 8192
DAMAGES = 60
SEGMENTS = 4


class WhereAReaderEnds(EndToEndTest):
    def fill(self, server):
        """Rows, and records of other kinds and sizes: large ones that go through pages, and small ones."""
        ledger.add(server, SEGMENTS * ledger.rows_of_a_segment(server))
        server.query("SELECT pg_logical_emit_message(false, 'x', repeat('y', i * 700)) FROM generate_series(1, 60) i")
        server.query("CREATE TABLE other AS SELECT i, md5(i::text) FROM generate_series(1, 5000) i")
        server.query("CREATE INDEX ON other (md5)")

    def full_segments(self):
        """The archived ones that are written to their last page, the first left out: its neighbours count."""
        full = [name for name in self.archive.segments() if any(self.archive.contents(name)[-PAGE:])]
        return full[1:]

    def replace(self, server, name, content):
        """Has the archive keep `content` as the segment."""
        path = server.wal / name
        path.write_bytes(content)
        self.archive.objects()[name].unlink()
        done = self.archive.archive_file(self.settings_of(server), f"pg_wal/{name}", server.data)
        self.assertEqual(done.returncode, 0, done.stderr)

    def break_in_the_archive(self):
        """Where `verify --deep` says that the log breaks off, as a number; None: nowhere."""
        done = self.archive.walstow("verify", "main", "--deep", check=False)
        found = re.search(r"(?:break off at|log from|log ends at) ([0-9A-F]+/[0-9A-F]+)", done.stdout)
        self.assertEqual(done.returncode, 3 if found else 0, done.stdout)
        return found and lsn(found[1])

    # --- pg_waldump ---------------------------------------------------------------------------------

    def dump(self, folder, first, last):
        """The places of all records from one segment to another, or to where pg_waldump ends."""
        done = processes.run(releases.program("pg_waldump"), "-p", folder, first, last, check=False)
        return [lsn(place) for place in re.findall(r"lsn: ([0-9A-F]+/[0-9A-F]+)", done.stdout)]

    def damaged(self, sound, name, chance):
        """Some bytes of the segment changed, behind its first page's header."""
        content = bytearray(sound)
        at = chance.randrange(40, len(content))
        kind = chance.choice(["bit", "bit", "sector", "pages", "stale page"])
        if kind == "bit":
            content[at] ^= 1 << chance.randrange(8)
        elif kind == "sector":
            at = max(at // 512, 1) * 512
            content[at : at + 512] = bytes(512)
        elif kind == "pages":
            at = max(at // PAGE, 1) * PAGE
            content[at : at + 3 * PAGE] = bytes(len(content[at : at + 3 * PAGE]))
        else:
            at = max(at // PAGE, 2) * PAGE
            content[at : at + PAGE] = content[at - PAGE : at]
        return bytes(content), f"{name}: {kind} at {at}"

    def test_pg_waldump_ends_at_the_same_record(self):
        if not releases.own_program("pg_waldump"):
            self.skipTest("no pg_waldump of this release")
        primary = self.new_primary()
        self.fill(primary)
        primary.archive_all()
        primary.stop()
        names = self.archive.segments()
        folder = self.folder / "dumped"
        folder.mkdir()
        sound = {name: self.archive.contents(name) for name in names}
        for name in names:
            (folder / name).write_bytes(sound[name])
        records = self.dump(folder, names[0], names[-1])
        self.assertIsNone(self.break_in_the_archive())
        chance = random.Random(20)
        full = self.full_segments()
        one_ended_early = False
        for _ in range(DAMAGES):
            name = chance.choice(full[:-1])
            content, title = self.damaged(sound[name], name, chance)
            (folder / name).write_bytes(content)
            self.replace(primary, name, content)
            got = self.dump(folder, names[0], names[-1])
            expected = None if len(got) == len(records) else records[len(got)]
            with self.subTest(title):
                self.assertEqual(got, records[: len(got)])
                self.assertEqual(self.break_in_the_archive(), expected)
            one_ended_early = one_ended_early or expected is not None
            (folder / name).write_bytes(sound[name])
            self.replace(primary, name, sound[name])
        self.assertTrue(one_ended_early)

    # --- a server -----------------------------------------------------------------------------------

    def test_a_recovery_ends_at_the_same_record(self):
        primary = self.new_primary()
        restored = self.recovery(primary)
        self.fill(primary)
        primary.archive_all()
        primary.stop()
        name = self.full_segments()[-2]
        content = bytearray(self.archive.contents(name))
        content[len(content) // 2 + 100] ^= 0x01
        self.replace(primary, name, bytes(content))
        place = self.break_in_the_archive()
        self.assertIsNotNone(place)
        shutil.rmtree(primary.data)
        restored.start()
        restored.wait_promoted()
        self.assert_logged(restored, f" in record at {place >> 32:X}/{place & 0xFFFFFFFF:X}")


def lsn(text):
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


if __name__ == "__main__":
    main()
