"""A recovery that was only tried leaves its timeline in the archive of a production that goes on: it is named, with the way out."""

from support import wait
from support.testcase import EndToEndTest, main


class ForkedTimeline(EndToEndTest):
    def test_a_trial_with_archive_mode_on(self):
        primary = self.new_primary()
        trial = self.recovery(primary, "trial")
        self.archives(trial)
        self.add_and_archive(primary, "before")
        trial.start()
        trial.wait_promoted()
        self.add_and_archive(trial, "trial")
        trial.stop()
        self.assertNotIn("FORKED", self.status())  # for all that is known it is in use

        self.add_and_archive(primary, "one", "two", "three")
        text = self.status()
        self.assertIn("FORKED", text)
        self.assertIn("timeline 2 branched off timeline 1 at ", text)

        # What the text says of a standby from a newer backup, and of the way out.
        primary.base_backup(primary.folder / "newer")
        standby = self.new_server("standby")
        standby.copy_of(primary.folder / "newer")
        self.restores(standby)
        standby.signal_file("standby.signal")
        standby.launch()
        self.assertNotEqual(standby.wait_exit(), 0)
        self.assert_logged(standby, "requested timeline 2 is not a child of this server's history")
        self.assertIn("recovery_target_timeline = '1'", text)
        standby.configure(recovery_target_timeline="1")
        end = self.add_and_archive(primary, "four")
        standby.start()
        standby.wait_replayed(end.lsn)

        # The promoted one takes a number above the trial's, and all is well again.
        primary.stop()
        standby.promote()
        self.assertEqual(standby.timeline(), 3)
        self.add_and_archive(standby, "five")
        wait.until(lambda: "FORKED" not in self.status(), "nothing is named any more")

    def status(self):
        return " ".join(self.archive.walstow("status", "main").stdout.split())


if __name__ == "__main__":
    main()
