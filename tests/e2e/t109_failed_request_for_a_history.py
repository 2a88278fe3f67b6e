"""One failed request for 00000002.history does not lose the data of timeline 2."""

from support import ledger
from support.testcase import EndToEndTest, main

BATCHES = ["timeline 1", "timeline 2"]


class FailedRequestForAHistory(EndToEndTest):
    def setUp(self):
        super().setUp()
        primary = self.new_primary()
        self.late = self.copy(primary, "late")
        self.heir = self.recovery(primary, "heir")
        self.add_and_archive(primary, "timeline 1")
        primary.stop()
        self.heir.start()
        self.heir.wait_promoted()
        self.end = self.add_and_archive(self.heir, "timeline 2")

    def fail_history_once(self):
        """The archive is away during the first call for 00000002.history, and only then."""
        archive, flag = self.archive, self.folder / "failed"
        restore = archive.restore_command(self.settings_of(self.late), '"$1"', '"$2"')
        script = self.folder / "restore"
        script.write_text(
            "#!/bin/sh\n"
            f"if test $1 != 00000002.history || test -e {flag}; then exec {restore}; fi\n"
            f"touch {flag}; {archive.take_away}; {restore}; code=$?; {archive.bring_back}\n"
            "exit $code\n"
        )
        script.chmod(0o755)
        self.late.configure(restore_command=f"{script} %f %p")

    def test_recovery_stops(self):
        self.late.configure(recovery_target_action="promote")
        self.late.signal_file("recovery.signal")
        self.fail_history_once()
        self.late.launch()
        self.assert_stops_unopened(self.late, 200)

        self.late.start()
        self.late.wait_promoted()
        self.assertEqual(ledger.batches(self.late), BATCHES)
        self.assertEqual(self.late.timeline(), 3)

    def test_standby_follows_later(self):
        self.late.signal_file("standby.signal")
        self.fail_history_once()
        self.late.start()
        self.late.wait_replayed(self.end.lsn)
        self.assert_same_rows(self.heir, self.late)


if __name__ == "__main__":
    main()
