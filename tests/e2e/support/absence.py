"""The scenario of t010 to t012: a standby was away while the primary recycled what it needs."""

from support import ledger
from support.testcase import EndToEndTest


class AbsenceTest(EndToEndTest):
    segment_mb = 1
    segments = 0  # made during the absence

    def absence(self):
        primary = self.new_primary(segment_mb=self.segment_mb)
        # Each file as it was archived, to compare the objects with.
        originals = self.folder / "originals"
        originals.mkdir()
        archive_command = self.archive.archive_command(self.settings_of(primary))
        primary.configure(archive_command=f"cp %p {originals}/%f && {archive_command}")
        primary.restart()

        standby = self.standby(primary).start()
        ledger.add(primary, 10, "before")
        standby.wait_replayed(primary.archive_all().lsn)
        standby.stop()

        first_missed = primary.segment()
        for _ in range(self.segments):
            ledger.add(primary, ledger.rows_of_a_segment(primary), "during")
        end = primary.archive_all()
        primary.query("CHECKPOINT")  # recycles
        primary.query("CHECKPOINT")
        missed = [name for name in self.archive.segments() if first_missed <= name <= end.name]
        gone = [name for name in missed if not (primary.wal / name).exists()]
        self.assertGreaterEqual(len(missed), self.segments)
        self.assertIn(first_missed, gone)
        self.assertGreaterEqual(len(gone), len(missed) - 4)

        standby.start()
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)
        self.assertEqual(primary.failed_count(), 0)

        for original in originals.iterdir():
            with self.subTest(original.name):
                # A plain comparison: the difference of two segments is nothing to look at.
                same = original.read_bytes() == self.archive.contents(original.name)
                self.assertTrue(same, f"the object of {original.name} is not what was archived")
