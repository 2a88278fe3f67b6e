"""pg_rewind -c fetches from the archive what the old primary has recycled."""

from support import ledger, processes
from support.releases import program
from support.testcase import EndToEndTest, main


class PgRewind(EndToEndTest):
    def test_old_primary_becomes_a_standby(self):
        old = self.new_primary("old")
        self.restores(old)  # pg_rewind reads restore_command from the target's configuration
        old.configure(wal_log_hints="on")  # and demands this
        old.restart()
        heir = self.standby(old, "heir")
        self.add_and_archive(old, "common")
        common_segment = old.segment()
        old.query("SELECT pg_create_restore_point('fork')")

        # The old primary goes on, long enough to recycle the segment where the two lines part.
        self.add_and_archive(old, "lost")
        heir.configure(recovery_target_name="fork", recovery_target_action="promote")
        (heir.data / "standby.signal").rename(heir.data / "recovery.signal")
        heir.start()
        heir.wait_promoted()
        for _ in range(8):
            ledger.add(old, ledger.ROWS_PER_MB, "lost")
        old.query("CHECKPOINT")
        old.archive_all()
        old.query("CHECKPOINT")
        self.assertFalse((old.wal / common_segment).exists())
        old.stop()

        ledger.add(heir, 10, "timeline 2")
        # What the heir has in its spool is nothing for another server.
        planted = "pgsql_tmp_walstow/prefetch/planted"
        (heir.wal / planted).parent.mkdir(parents=True, exist_ok=True)
        (heir.wal / planted).touch()
        processes.run(
            program("pg_rewind"), "--restore-target-wal", f"--target-pgdata={old.data}",
            f"--source-server={heir.conninfo}", "--no-sync",
        )  # fmt: skip

        self.assertFalse((old.wal / planted).exists())

        # pg_rewind brought the heir's configuration along.
        old.configure(unix_socket_directories=old.socket)
        self.restores(old)
        old.configure(recovery_target_name="", recovery_target_action="pause")
        old.signal_file("standby.signal")
        old.start()
        old.wait_replayed(self.add_and_archive(heir, "after the rewind").lsn)
        self.assertEqual(ledger.batches(old), ["common", "timeline 2", "after the rewind"])
        self.assert_same_rows(heir, old)


if __name__ == "__main__":
    main()
