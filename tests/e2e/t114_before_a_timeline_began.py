"""A file of timeline 2 from before it began is proven absent by the history of timeline 2, whatever was pruned.

PostgreSQL before its minor releases of May 2020 tries each timeline of the history, the newest first, and goes on to
the next one after exit code 1 alone.
"""

import os
import time

from support.testcase import EndToEndTest, main

ABSENT = 1
LONG_AGO = 3 * 24 * 3600  # seconds


class BeforeATimelineBegan(EndToEndTest):
    def test_it_is_absent_before_and_after_a_prune(self):
        primary = self.new_primary()
        heir = self.recovery(primary, "heir")
        self.add_and_archive(primary, "one", "two")
        first, middle = self.archive.segments()[0], primary.segment()
        primary.base_backup(self.folder / "newer")
        end = self.add_and_archive(primary, "three")
        primary.stop()
        heir.start()
        heir.wait_promoted()
        self.add_and_archive(heir, "timeline 2")

        names = [f"00000002{name[8:]}" for name in (first, middle, end.name)]
        caller = self.recovery(primary, "caller")
        for name in names:
            self.assertEqual(self.ask(caller, name), ABSENT)

        for path in self.archive.objects().values():
            os.utime(path, (time.time() - LONG_AGO,) * 2)
        pruned = self.archive.walstow("prune", "main", "--before", end.name, "--yes")
        self.assertIn("files removed", pruned.stdout)
        self.assertNotIn(first, self.archive.segments())
        for name in names:
            self.assertEqual(self.ask(caller, name), ABSENT)

    def ask(self, caller, name):
        done = self.archive.restore_file(
            self.settings_of(caller), name, "pg_wal/RECOVERYXLOG", cwd=caller.data
        )
        return done.returncode


if __name__ == "__main__":
    main()
