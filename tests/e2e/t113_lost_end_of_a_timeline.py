"""The last segments of timeline 1 were never archived, and timeline 2 was: no recovery opens with what is before them.

The primary's archiving fails, a standby streams on, the primary dies, and the standby is promoted at the end of a
segment. PostgreSQL makes no .partial then, so timeline 1 simply ends early in the archive.
"""

from signal import SIGQUIT

from support import ledger
from support.testcase import EndToEndTest, main

ARCHIVED = ["one", "two"]
LOST = ["three", "four", "five"]


class LostEndOfATimeline(EndToEndTest):
    def setUp(self):
        super().setUp()
        primary = self.new_primary()
        self.recovered = self.recovery(primary)
        self.heir = self.standby(primary, "heir")
        self.heir.configure(primary_conninfo=primary.conninfo, wal_keep_size="1GB")
        self.add_and_archive(primary, *ARCHIVED)
        self.heir.start()
        primary.reconfigure(archive_command="false")
        ends = []
        for batch in LOST:
            ledger.add(primary, 10, batch)
            ends.append(primary.switch_wal())
        self.lost = [end.name for end in ends]
        self.heir.wait_replayed(ends[-1].lsn)
        primary.stop(SIGQUIT)
        self.heir.promote()
        self.add_and_archive(self.heir, "six")
        self.assertEqual(self.archive.partials(self.lost[-1]), [])
        self.assertTrue(set(self.lost).isdisjoint(self.archive.segments()))

    def test_no_recovery_opens_without_them(self):
        (hole,) = self.archive.json_lines("list", "main", "--holes", check=False)
        self.assertEqual((hole["first"], hole["last"]), (self.lost[0], self.lost[-1]))
        self.recovered.launch()
        self.assert_stops_unopened(self.recovered, 201)

        # The way out that it names: the promoted standby has them still.
        self.assert_logged(self.recovered, "of a lost server may still contain the file")
        for name in self.lost:
            done = self.archive.archive_file(
                self.settings_of(self.heir), f"pg_wal/{name}", self.heir.data
            )
            self.assertEqual(done.returncode, 0, done.stderr)
        self.recovered.start()
        self.recovered.wait_promoted()
        self.assertEqual(ledger.batches(self.recovered), [*ARCHIVED, *LOST, "six"])
        self.assert_same_rows(self.heir, self.recovered)


if __name__ == "__main__":
    main()
