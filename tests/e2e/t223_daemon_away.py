"""The daemon is down, or its host silent: a standby stays up, a recovery stops, a stop is at once."""

import time

from support import ledger, processes, wait
from support.bad_network import BadNetwork, Fault
from support.outage import BATCHES, RecoveryOutageTest, StandbyOutageTest
from support.testcase import main

# Far below the waits, far above what a stop takes.
AT_ONCE = 10.0
LONG = {"standby_wait": "10min", "recovery_wait": "10min", "connect_timeout": "10min", "head_timeout": "10min"}


class Away:
    """A network that falls silent, or a daemon that ends, before the fourth batch."""

    link = "tls"

    def setUp(self):
        super().setUp()
        self.network = BadNetwork(self.archive.daemon.port)
        self.addCleanup(self.network.close)

    def at_the_fourth(self, action):
        """Does it once, while the server waits to ask for the fourth batch."""
        asked, go = self.folder / "asked", self.folder / "go"
        self.interrupt(f"touch {asked}; while ! test -e {go}; do sleep 0.05; done")
        self.server.launch()
        wait.until(asked.exists, "the fourth batch is asked for")
        action()
        go.touch()

    def fall_silent(self):
        self.network.set_faults(Fault("silence"))

    def through_the_network(self, **settings):
        self.restores(self.server, store=self.network.url, **settings)


class StandbyWhileTheDaemonIsAway(Away, StandbyOutageTest):
    def check_stays_up(self, message, repair):
        self.server.wait_ready()
        self.assert_stays_up(self.server, message)
        self.assertEqual(ledger.batches(self.server), BATCHES[:3])
        repair()
        self.server.wait_replayed(self.last.lsn)
        self.assert_same_rows(self.primary, self.server)

    def test_daemon_is_down(self):
        self.at_the_fourth(self.archive.daemon.stop)
        self.check_stays_up("Connection refused", self.archive.daemon.start)

    def test_host_is_silent(self):
        self.through_the_network(connect_timeout="300ms")
        self.at_the_fourth(self.fall_silent)
        self.check_stays_up("could not restore file", lambda: self.network.set_faults(None))

    def test_stop_ends_a_waiting_restore(self):
        self.through_the_network(**LONG)
        self.at_the_fourth(self.fall_silent)
        self.server.wait_ready()
        waiting = str(self.settings_of(self.server))
        wait.until(lambda: self.network.connections, "a restore waits for the store")
        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, AT_ONCE)
        wait.until(lambda: not processes.find(waiting), "the restore has ended")


class RecoveryWhileTheDaemonIsAway(Away, RecoveryOutageTest):
    def check_stops(self, repair):
        self.assert_stops_unopened(self.server, 200)
        repair()
        self.server.start()
        self.server.wait_promoted()
        self.assertEqual(ledger.batches(self.server), BATCHES)
        self.assert_same_rows(self.primary, self.server)

    def test_daemon_is_down(self):
        self.at_the_fourth(self.archive.daemon.stop)
        self.check_stops(self.archive.daemon.start)

    def test_host_is_silent(self):
        self.through_the_network(connect_timeout="300ms")
        self.at_the_fourth(self.fall_silent)
        self.check_stops(lambda: self.network.set_faults(None))

    def test_stop_ends_a_waiting_restore(self):
        self.through_the_network(**LONG)
        self.at_the_fourth(self.fall_silent)
        waiting = str(self.settings_of(self.server))
        wait.until(lambda: self.network.connections, "a restore waits for the store")
        begin = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - begin, AT_ONCE)
        wait.until(lambda: not processes.find(waiting), "the restore has ended")
        self.assertNotIn("ready to accept connections", self.server.log_text())


if __name__ == "__main__":
    main()
