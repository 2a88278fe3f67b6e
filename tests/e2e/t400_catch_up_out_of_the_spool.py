"""A standby that catches up is handed most segments out of the spool, and nothing stays behind."""

from support import wait
from support.prefetch import SPOOL, PrefetchTest
from support.testcase import main

BATCHES = 24


class CatchUpOutOfTheSpool(PrefetchTest):
    def test_most_segments_were_fetched_ahead(self):
        primary, standby, end = self.segments_and_standby(BATCHES)
        standby.start()
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)
        segments, ahead = self.restored(standby)
        self.assertGreaterEqual(len(segments), BATCHES)
        self.assertEqual(len(set(ahead)), len(ahead))
        self.assertGreaterEqual(len(ahead), BATCHES // 2, segments)

        # At the end of the archive it ends by itself, and has handed over all that it had got.
        wait.until(lambda: not self.prefetchers(standby), "the prefetcher ends")
        self.assertIn("nothing later in its history is known", self.prefetch_log(standby))
        self.assertEqual(list((standby.wal / SPOOL / "prefetch").iterdir()), [])

        # A base backup leaves the spool out.
        standby.base_backup(self.folder / "backup")
        self.assertTrue((self.folder / "backup" / "pg_wal").is_dir())
        self.assertFalse((self.folder / "backup" / "pg_wal" / SPOOL).exists())

        # And begins again where there is more.
        end = self.add_and_archive(primary, "one more", "and another")
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)

    def test_can_be_turned_off(self):
        primary, standby, end = self.segments_and_standby(3)
        toml = self.settings_of(standby)
        toml.write_text(f"prefetch_files = 0\n{toml.read_text()}")
        standby.start()
        standby.wait_replayed(end.lsn)
        segments, ahead = self.restored(standby)
        self.assertGreaterEqual(len(segments), 3)
        self.assertEqual(ahead, [])
        self.assertFalse((standby.wal / SPOOL / "prefetch").exists())


if __name__ == "__main__":
    main()
