"""Recovery is never handed damaged bytes: it stops."""

from support import stored_object
from support.outage import RecoveryOutageTest
from support.testcase import main


class RecoveryAtADamagedObject(RecoveryOutageTest):
    def test_flipped_byte(self):
        self.check(203, self.archive.damage(self.fourth, stored_object.flip_byte))

    def test_other_contents_in_a_sound_object(self):
        # One byte of the end, which no header check can notice.
        raw = bytearray(self.archive.contents(self.fourth))
        raw[-1] ^= 0x01
        repair = self.archive.damage(
            self.fourth, lambda path: stored_object.forge(path, bytes(raw))
        )
        self.check(203, repair)


if __name__ == "__main__":
    main()
