"""A segment that was damaged before it was archived: the put warns, and `verify --deep` names the LSN."""

import struct

from support import ledger
from support.testcase import EndToEndTest, main

PAGE = 8192
DAMAGED = 3


class OneArchivedSegment(EndToEndTest):
    """`segment`, which is in pg_wal and not in the archive, with the bytes `sound`."""

    def setUp(self):
        super().setUp()
        self.server = self.new_primary()
        ledger.add(self.server, 3 * ledger.ROWS_PER_MB)
        self.server.archive_all()
        self.server.stop()
        # One that was written to its last page.
        full = [name for name in self.archive.segments() if any(self.archive.contents(name)[-PAGE:])]
        self.segment = full[-1]
        self.sound = self.archive.contents(self.segment)
        self.path = self.server.wal / self.segment
        self.path.write_bytes(self.sound)
        self.archive.objects()[self.segment].unlink()

    def put(self):
        done = self.archive.archive_file(
            self.settings_of(self.server), f"pg_wal/{self.segment}", self.server.data
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def damage_what_goes_on(self):
        """In the file: a byte of the record that begins in the segment before."""
        info, remaining = struct.unpack_from("<H", self.sound, 2)[0], struct.unpack_from("<I", self.sound, 16)[0]
        self.assertTrue(info & 1 and remaining > 0, "no record goes on in this segment")
        damaged = bytearray(self.sound)
        damaged[40 + min(remaining, PAGE - 40) - 1] ^= 0x01
        self.path.write_bytes(damaged)

    def status(self):
        return " ".join(self.archive.walstow("status", "main").stdout.split())


class LogThatBreaksOff(OneArchivedSegment):
    def damages(self):
        """Title: the bytes of the segment with that damage, all before its end."""
        flipped = bytearray(self.sound)
        flipped[PAGE + 100] ^= 0x01
        zeros = bytearray(self.sound)
        zeros[2 * PAGE : 4 * PAGE] = bytes(2 * PAGE)
        torn = bytearray(self.sound)
        torn[5 * PAGE + 512 : 5 * PAGE + 1024] = b"\xa5" * 512
        return {"one bit": flipped, "pages of zeros": zeros, "a torn sector": torn}

    def test_each_damage_is_named(self):
        (start,) = struct.unpack_from("<Q", self.sound, 8)
        for title, content in self.damages().items():
            with self.subTest(title):
                self.path.write_bytes(content)
                self.assertRegex(self.put(), rf"records break off at 0/{start >> 20:X}[0-9A-F]{{5}}, ")
                done = self.archive.walstow("verify", "main", "--deep", check=False)
                self.assertEqual(done.returncode, DAMAGED, done.stdout)
                self.assertIn(self.segment, done.stdout)
                self.assertRegex(done.stdout, rf"break off at 0/{start >> 20:X}[0-9A-F]{{5}}")
                self.assertRegex(self.status(), rf"LOG BREAKS OFF in {self.segment} at 0/{start >> 20:X}")
                [mark] = self.archive.json("status", "main")["eras"][0]["breaks"]
                self.assertEqual(mark["file"], self.segment)
                # The object is what was put: without --deep there is nothing wrong with it.
                self.archive.walstow("verify", "main")
                self.archive.objects()[self.segment].unlink()

    def test_a_sound_one_is_not(self):
        self.path.write_bytes(self.damages()["one bit"])
        self.put()
        self.archive.objects()[self.segment].unlink()
        self.path.write_bytes(self.sound)
        self.assertEqual(self.put(), "")
        # A mark is of one content.
        self.assertNotIn("LOG BREAKS OFF", self.status())
        self.archive.walstow("verify", "main", "--deep")


class CallOfItsOwn(OneArchivedSegment):
    link = "local"

    def test_a_record_that_begins_in_the_segment_before(self):
        """Each segment is whole by itself: only both together tell, and a call of its own sees one."""
        self.damage_what_goes_on()
        self.assertEqual(self.put(), "")
        done = self.archive.walstow("verify", "main", "--deep", check=False)
        self.assertEqual(done.returncode, DAMAGED, done.stdout)
        (start,) = struct.unpack_from("<Q", self.sound, 8)
        begins = rf"the log from 0/{(start >> 20) - 1:X}[0-9A-F]{{5}} in [0-9A-F]{{24}}"
        self.assertRegex(" ".join(done.stdout.split()), rf"{begins} does not continue in {self.segment} ")


class DaemonThatSawTheSegmentBefore(OneArchivedSegment):
    link = "tls"

    def test_it_tells_of_a_record_that_does_not_go_on(self):
        self.damage_what_goes_on()
        self.assertRegex(self.put(), rf"in [0-9A-F]{{24}} does not continue in {self.segment} as it should")
        self.assertRegex(self.status(), rf"LOG BREAKS OFF between [0-9A-F]{{24}} and {self.segment} at 0/")

    def test_and_not_of_a_sound_one(self):
        self.assertEqual(self.put(), "")
        self.assertNotIn("LOG BREAKS OFF", self.status())


if __name__ == "__main__":
    main()
