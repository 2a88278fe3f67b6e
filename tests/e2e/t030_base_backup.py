"""A base backup archives its .backup file, and is restored from the archive alone."""

from support import ledger
from support.testcase import EndToEndTest, main


class BaseBackup(EndToEndTest):
    def test_backup_file_is_archived_and_the_backup_restored(self):
        primary = self.new_primary()
        ledger.add(primary, 10, "before")
        restored = self.recovery(primary)  # --wal-method=none: no WAL comes along
        end = self.add_and_archive(primary, "after")

        (name,) = [name for name in self.archive.objects() if name.endswith(".backup")]
        fetched = self.folder / "fetched"
        self.archive.walstow("get", "main", name, fetched)
        self.assertIn("START WAL LOCATION: ", fetched.read_text())
        self.assertEqual(fetched.read_bytes(), self.archive.contents(name))
        self.assertIn(name[:24], self.archive.segments())
        self.assertLess(name, end.name)

        restored.start()
        restored.wait_promoted()
        self.assertEqual(ledger.batches(restored), ["before", "after"])
        self.assert_same_rows(primary, restored)


if __name__ == "__main__":
    main()
