"""Whatever lies in the spool when a server starts, it is not handed over, and does no harm."""

import os
import shutil

from support.prefetch import SPOOL, PrefetchTest
from support.testcase import main


class DirtySpool(PrefetchTest):
    def setUp(self):
        super().setUp()
        self.primary, self.server, self.end = self.segments_and_standby(8)
        self.spool = self.server.wal / SPOOL
        self.entries = self.spool / "prefetch"
        self.entries.mkdir(parents=True, mode=0o700)
        os.chmod(self.spool, 0o700)

    def catch_up(self):
        self.server.start()
        self.server.wait_replayed(self.end.lsn)
        self.assert_same_rows(self.primary, self.server)

    def test_segments_of_others_and_garbage(self):
        for name in self.archive.segments():
            for size in (0, 100, 1 << 20):
                planted = self.entries / f"{name}.{size:032x}.{'b' * 32}"
                planted.write_bytes(b"\0" * size)
        (self.entries / "incoming").write_text("half a segment")
        (self.entries / "tmp").mkdir()
        (self.entries / "tmp" / "x.tmp").write_text("of a writer that was killed")
        for name in ("prefetch.sock", "prefetch.lock", "prefetch.log"):
            (self.spool / name).write_text("not what it says")
        self.catch_up()
        self.assertGreater(len(self.restored(self.server)[1]), 0)
        left = [path.name for path in self.entries.iterdir() if "b" * 32 in path.name]
        self.assertEqual(left, [])

    def test_folder_that_others_can_write_to(self):
        os.chmod(self.entries, 0o777)
        self.catch_up()
        self.assertEqual(self.restored(self.server)[1], [])
        self.assert_logged(self.server, "another user can write to it")

    def test_folder_that_leads_elsewhere(self):
        elsewhere = self.folder / "elsewhere"
        shutil.move(self.entries, elsewhere)
        self.entries.symlink_to(elsewhere)
        self.catch_up()
        self.assertEqual(self.restored(self.server)[1], [])
        self.assertEqual(list(elsewhere.iterdir()), [])

    def test_spool_that_is_a_file(self):
        shutil.rmtree(self.spool)
        self.spool.write_text("")
        self.catch_up()
        self.assertEqual(self.restored(self.server)[1], [])

    def test_spool_that_cannot_be_written(self):
        os.chmod(self.spool, 0o500)
        self.addCleanup(os.chmod, self.spool, 0o700)
        self.catch_up()
        self.assertEqual(self.restored(self.server)[1], [])
        self.assert_logged(self.server, "continuing without spool")


if __name__ == "__main__":
    main()
