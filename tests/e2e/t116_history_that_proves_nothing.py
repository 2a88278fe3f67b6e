"""Histories that are damaged, contradict one another or name a timeline that never was prove no end of the log."""

from support import stored_object
from support.testcase import EndToEndTest, main

MODES = {"standby": "standby.signal", "recovery": "recovery.signal", "tool": None}
END = (1, 1, 1)
HOLE = (1, 201, 2)
UNKNOWN = (2, 203, 2)


class HistoryThatProvesNothing(EndToEndTest):
    def setUp(self):
        super().setUp()
        primary = self.new_primary()
        self.caller = self.copy(primary, "caller")
        heir = self.recovery(primary, "heir")
        self.on_1 = self.add_and_archive(primary, "one", "two").name
        primary.stop()
        heir.start()
        heir.wait_promoted()
        self.add_and_archive(heir, "three", "four")
        heir.stop()  # which ends the last segment
        heir.wait_archived()
        self.on_2 = self.archive.segments()[-1]
        self.beyond = self.later(self.on_2, 4)

    @staticmethod
    def later(segment, more):
        return f"{segment[:16]}{int(segment[16:], 16) + more:08X}"

    def archive_history(self, timeline, text):
        """Puts a history by hand; its name."""
        name = f"{timeline:08X}.history"
        (self.caller.wal / name).write_text(text)
        done = self.archive.archive_file(self.settings_of(self.caller), f"pg_wal/{name}", self.caller.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.caller.wal / name).unlink()  # which would answer, too
        return name

    def left(self, timeline, segment):
        """The line of a history that says that its timeline comes from that one."""
        return f"{timeline}\t0/{int(segment[16:], 16) << 20:X}\tby hand\n"

    def check(self, name, codes, reason=""):
        for (mode, signal_file), code in zip(MODES.items(), codes):
            with self.subTest(name, mode=mode):
                if signal_file:
                    self.caller.signal_file(signal_file)
                done = self.archive.restore_file(
                    self.settings_of(self.caller), name, "pg_wal/RECOVERYXLOG", cwd=self.caller.data
                )
                if signal_file:
                    (self.caller.data / signal_file).unlink()
                self.assertEqual(done.returncode, code, done.stderr)
                if code != 1:
                    self.assertIn(reason, done.stderr)

    def test_damaged(self):
        self.check(self.beyond, END)
        own = self.archive.contents("00000002.history").decode()
        higher = self.archive_history(3, own + self.left(2, self.later(self.on_2, 1)))
        self.check(self.later(self.on_2, 1), END)  # where timeline 3 says that it has left timeline 2
        repair = self.archive.damage(higher, stored_object.flip_byte)
        self.check(self.beyond, UNKNOWN, f'"{higher}" in cluster "main" is damaged')
        repair()
        self.check(self.later(self.on_2, 1), END)

    def test_contradiction(self):
        # Timeline 2 itself says that it left timeline 1 elsewhere.
        higher = self.archive_history(3, self.left(1, self.on_1) + self.left(2, self.on_2))
        self.check(self.beyond, UNKNOWN, f'"{higher}" in cluster "main" is damaged or contradicts another')

    def test_a_timeline_that_never_was(self):
        higher = self.archive_history(7, self.left(1, self.on_1) + self.left(5, self.beyond))
        self.check(f"00000005{self.on_2[8:]}", HOLE, "although timeline 7 branched off")
        self.check("00000005.history", HOLE, "although timeline 7, which is higher, is known")
        self.check("00000008.history", END)
        # Of itself, or of a later one, no server says that it descends.
        for parent in (3, 4):
            name = "00000003.history"
            (self.caller.wal / name).write_text(self.left(parent, self.on_2))
            done = self.archive.archive_file(
                self.settings_of(self.caller), f"pg_wal/{name}", self.caller.data
            )
            self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(higher, self.archive.objects())


if __name__ == "__main__":
    main()
