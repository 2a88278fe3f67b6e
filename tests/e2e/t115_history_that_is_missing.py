"""Segments of timeline 2 without its history: no recovery opens without them, and the history goes along by itself.

A standby is promoted while its archive_mode is off, which is set right afterwards: PostgreSQL then hands over all
segments of timeline 2, and never 00000002.history.
"""

from support import ledger
from support.testcase import EndToEndTest, main

HISTORY = "00000002.history"
MISSING = 4
BATCHES = ["timeline 1", "timeline 2", "timeline 2 again"]


class HistoryThatIsMissing(EndToEndTest):
    def setUp(self):
        super().setUp()
        primary = self.new_primary()
        self.recovered = self.recovery(primary)
        self.heir = self.recovery(primary, "heir")
        self.heir.configure(archive_mode="off")
        self.add_and_archive(primary, BATCHES[0])
        primary.stop()
        self.heir.start()
        self.heir.wait_promoted()
        self.heir.configure(archive_mode="on")
        self.heir.restart()
        self.assertNotIn(HISTORY, self.archive.objects())

    def status(self):
        return " ".join(self.archive.walstow("status", "main").stdout.split())

    def test_it_goes_along_with_the_first_segment(self):
        self.add_and_archive(self.heir, *BATCHES[1:])
        self.assertIn(HISTORY, self.archive.objects())
        self.assertNotIn("HISTORY MISSING", self.status())
        self.archive.walstow("verify", "main")
        self.recovered.start()
        self.recovered.wait_promoted()
        self.assertEqual(ledger.batches(self.recovered), BATCHES)
        self.assertEqual(self.recovered.timeline(), 3)

    def test_no_recovery_opens_without_it(self):
        self.add_and_archive(self.heir, *BATCHES[1:])
        bring_back = self.archive.lose(HISTORY)
        self.assertIn(f"HISTORY MISSING {HISTORY}", self.status())
        done = self.archive.walstow("verify", "main", check=False)
        self.assertEqual(done.returncode, MISSING, done.stdout)
        self.assertIn(HISTORY, done.stdout)
        self.recovered.launch()
        self.assert_stops_unopened(self.recovered, 201)
        self.assert_logged(self.recovered, f'"{HISTORY}" is not in cluster "main"')

        bring_back()
        self.recovered.start()
        self.recovered.wait_promoted()
        self.assertEqual(ledger.batches(self.recovered), BATCHES)


if __name__ == "__main__":
    main()
