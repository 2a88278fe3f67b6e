"""A cluster that has as much as it may have takes no more; the server keeps its WAL, and nothing is lost."""

from support import ledger, wait
from support.testcase import EndToEndTest, main


class Quota(EndToEndTest):
    def test_quota(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        standby = self.standby(primary)
        standby.start()
        stored = self.archive.json("status", "main")["stored_bytes"]
        self.assertGreater(stored, 32 << 10)

        told = self.archive.walstow("policy", "set", "main", "--quota", "32kB").stdout
        self.assertIn("quota 32.0 kB", told)
        self.assertIn("QUOTA", self.archive.walstow("status", "main").stdout)
        ledger.add(primary, 10, "kept by the server")
        end = primary.switch_wal()
        wait.until(
            lambda: "and a quota of 32.0 kB" in primary.log_text(), "the server is told of the quota"
        )
        self.assert_logged(primary, "PostgreSQL keeps its WAL, and tries again")
        self.assertNotIn(end.name, self.archive.segments())
        report = self.archive.json("status", "main")
        self.assertEqual(report["quota"], 32 << 10)
        self.assertGreaterEqual(report["stored_bytes"], report["quota"])

        self.archive.walstow("policy", "set", "main", "--quota", "none")
        primary.wait_archived()
        standby.wait_replayed(end.lsn)
        self.assert_same_rows(primary, standby)
        self.assertIn("kept by the server", ledger.batches(standby))


if __name__ == "__main__":
    main()
