"""A service with three object stores, of which one at a time dies amid puts and stays away for a while."""

import threading

from support import wait
from support.testcase import EndToEndTest, main


class ThreeCopiesOfEachObject(EndToEndTest):
    store = "s3"
    link = "tls"
    osds = 3  # each object is in all of them, and stays writable with two

    def test_each_of_them_dies_amid_puts_and_nothing_that_was_acknowledged_is_lost(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        standby.start()
        gateway = self.archive.gateway
        for osd in ("osd.0", "osd.1", "osd.2"):
            before = len(self.archive.objects())
            batches = [f"{osd} batch {number}" for number in range(4)]
            puts = threading.Thread(target=self.add_and_archive, args=(primary, *batches))
            puts.start()
            wait.until(lambda: len(self.archive.objects()) > before, "the first put is done")
            gateway.control("kill", osd)
            puts.join()
            # With two of three the service goes on, for puts and for gets.
            end = self.add_and_archive(primary, f"without {osd}")
            standby.wait_replayed(end.lsn)
            gateway.control("up", osd)
        self.assert_same_rows(primary, standby)
        archived = set(self.archive.objects())
        done = {path.stem for path in (primary.data / "pg_wal/archive_status").glob("*.done")}
        self.assertLessEqual({name for name in done if len(name) == 24}, archived)
        restored = self.recovery(primary)
        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(primary, restored)
        self.assertEqual(self.archive.walstow("verify", "main", check=False).returncode, 0)


if __name__ == "__main__":
    main()
