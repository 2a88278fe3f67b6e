"""Recovery without a target replays all that was archived, then opens on a new timeline."""

from support import ledger
from support.testcase import EndToEndTest, main


class RecoveryToTheEnd(EndToEndTest):
    def test_every_row_is_there(self):
        primary = self.new_primary()
        restored = self.recovery(primary)
        for _ in range(5):
            ledger.add(primary, ledger.ROWS_PER_MB)
        self.add_and_archive(primary, "last")

        restored.start()
        restored.wait_promoted()
        self.assert_same_rows(primary, restored)
        self.assertEqual(restored.timeline(), 2)


if __name__ == "__main__":
    main()
