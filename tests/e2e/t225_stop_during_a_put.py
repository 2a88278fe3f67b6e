"""`stop -m immediate` while a put is under way: the next server puts the same file, perhaps at once."""

from support import ledger, processes, wait
from support.bad_network import UP, BadNetwork, Fault
from support.testcase import EndToEndTest, main


class StopAmidAPut(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.network = BadNetwork(self.archive.daemon.port)
        self.addCleanup(self.network.close)

    def primary_in_the_middle_of_a_put(self, command):
        """A primary whose archive_command, made of %s, waits for the store in the middle of it."""
        primary = self.new_primary()
        # Raw, so that the body has a middle.
        self.archives(
            primary, store=self.network.url, compress="store", archive_wait="60s",
            progress_timeout="3s", head_timeout="3s",
        )  # fmt: skip
        primary.configure(
            archive_command=command % self.archive.archive_command(self.settings_of(primary))
        )
        self.restored = self.recovery(primary)
        self.restored.configure(archive_mode="off")
        primary.restart()
        primary.wait_archived()
        self.network.set_faults(Fault("silence", UP, 100_000))
        ledger.add(primary, 10, "before the stop")
        self.segment = primary.switch_wal().name
        wait.until(
            lambda: any(one.passed[UP] >= 100_000 for one in self.network.connections),
            "a put is under way",
        )
        self.assertNotIn(self.segment, self.archive.segments())
        return primary

    def check_all_is_well(self, primary):
        self.network.set_faults(None)
        primary.start()
        self.add_and_archive(primary, "after the stop")
        self.assertIn(self.segment, self.archive.segments())
        self.restored.start()
        self.restored.wait_promoted()
        self.assert_same_rows(primary, self.restored)
        waiting = str(self.settings_of(primary))
        wait.until(
            lambda: not processes.find(waiting), lambda: f"no command is left: {processes.find(waiting)}"
        )

    def test_command_ends_with_the_server(self):
        primary = self.primary_in_the_middle_of_a_put("%s")
        primary.stop(mode=processes.signal.SIGQUIT)
        waiting = str(self.settings_of(primary))
        wait.until(lambda: not processes.find(waiting), "the command has ended")
        self.check_all_is_well(primary)

    def test_command_survives_and_puts_the_same_file(self):
        primary = self.primary_in_the_middle_of_a_put("setsid --wait %s")
        primary.stop(mode=processes.signal.SIGQUIT)
        primary.wait_crashed()
        self.assertTrue(processes.find(f"walstow-archive --config {self.settings_of(primary)}"))
        self.check_all_is_well(primary)


if __name__ == "__main__":
    main()
