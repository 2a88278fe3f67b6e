"""Recovery to a named restore point has what was there then, and nothing of what came after."""

from support import ledger
from support.testcase import EndToEndTest, main


class RecoveryToANamedPoint(EndToEndTest):
    def test_rows_of_that_moment(self):
        primary = self.new_primary()
        restored = self.recovery(primary)
        self.add_and_archive(primary, "first", "second")
        primary.query("SELECT pg_create_restore_point('before the mistake')")
        then = ledger.fingerprint(primary)
        self.add_and_archive(primary, "mistake", "later", "last")

        restored.configure(recovery_target_name="before the mistake")
        restored.start()
        restored.wait_promoted()
        self.assertEqual(ledger.batches(restored), ["first", "second"])
        self.assertEqual(ledger.fingerprint(restored), then)
        self.assertEqual(restored.timeline(), 2)


if __name__ == "__main__":
    main()
