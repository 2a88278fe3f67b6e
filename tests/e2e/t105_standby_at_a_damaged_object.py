"""A standby is never handed damaged bytes: it stays up, and goes on once the object is whole."""

from support import stored_object
from support.outage import StandbyOutageTest
from support.testcase import main


class StandbyAtADamagedObject(StandbyOutageTest):
    def test_flipped_byte(self):
        self.check(self.fourth, self.archive.damage(self.fourth, stored_object.flip_byte))

    def test_other_contents_in_a_sound_object(self):
        other = self.archive.contents(self.last.name)
        repair = self.archive.damage(self.fourth, lambda path: stored_object.forge(path, other))
        self.check(self.fourth, repair)


if __name__ == "__main__":
    main()
