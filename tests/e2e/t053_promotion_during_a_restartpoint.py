"""archive_cleanup_command that runs once more after a promotion has nothing to complain of."""

import threading

from support import wait
from support.testcase import EndToEndTest, main


class PromotionDuringARestartpoint(EndToEndTest):
    def test_nothing_is_logged(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        cleanup = self.archive.cleanup_command(self.settings_of(standby))
        begun = self.folder / "begun"
        # Holds the restartpoint up until the server has left recovery.
        standby.configure(
            archive_cleanup_command=f"touch {begun}; "
            f"while test -e standby.signal; do sleep 0.05; done; {cleanup}; "
            f"echo ended with $? after the promotion >&2"
        )
        standby.start()
        self.add_and_archive(primary, "one")
        primary.query("CHECKPOINT")
        end = self.add_and_archive(primary, "two")
        standby.wait_replayed(end.lsn)
        primary.stop()

        # CHECKPOINT waits for it.
        threading.Thread(target=standby.query, args=("CHECKPOINT",), daemon=True).start()
        wait.until(begun.exists, "archive_cleanup_command runs")
        standby.promote()
        standby.wait_log("ended with 0 after the promotion")
        self.assertNotIn("walstow-restore:", standby.log_text())


if __name__ == "__main__":
    main()
