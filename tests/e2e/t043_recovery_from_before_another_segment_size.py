"""A backup of before `pg_resetwal --wal-segsize` is recovered whole, out of the era of its own segment size."""

from support import ledger, processes
from support.releases import program
from support.testcase import EndToEndTest, main

# From where on the new segments cover names of the old ones: those of 4 MB have a quarter of their number.
OLD_SEGMENTS = 20


class RecoveryFromBeforeAnotherSegmentSize(EndToEndTest):
    def test_each_backup_has_the_era_of_its_size(self):
        primary = self.new_primary()
        before = self.recovery(primary, "before")
        batches = [f"of 1 MB, {number}" for number in range(OLD_SEGMENTS)]
        self.add_and_archive(primary, *batches)
        rows = ledger.fingerprint(primary)
        primary.stop()
        primary.wait_archived()

        processes.run(program("pg_resetwal"), "--wal-segsize=4", primary.data)
        primary.configure(min_wal_size="8MB", max_wal_size="16MB")
        self.archive.walstow("cluster", "upgrade", "main", "--pgdata", primary.data)
        primary.start()
        primary.base_backup(self.folder / "newer")
        end = self.add_and_archive(primary, "of 4 MB")

        # The newest era has other segments under names that the backup asks for, and later ones.
        older, newer = self.segments_by_era()
        self.assertTrue(older & newer, f"{older} {newer}")
        before.start()
        before.wait_promoted()
        self.assertEqual(ledger.batches(before), batches)
        self.assertEqual(ledger.fingerprint(before), rows)

        after = self.new_server("after")
        after.copy_of(self.folder / "newer")
        self.restores(after)
        after.signal_file("standby.signal")
        after.start()
        after.wait_replayed(end.lsn)
        self.assert_same_rows(primary, after)

    def segments_by_era(self):
        """The names of the segments in each era's folder."""
        names = {}
        for path in self.archive.paths():
            if path.suffix == ".zst" and len(path.stem) == 24:
                cluster, era, *_ = path.parts
                names.setdefault((cluster, era), set()).add(path.stem)
        return names.values()


if __name__ == "__main__":
    main()
