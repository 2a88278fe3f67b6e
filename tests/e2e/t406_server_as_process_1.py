"""Where PostgreSQL is process 1, as in a container, it gets no child that it does not know, and stays up."""

import signal
import subprocess

from support import processes, wait
from support.prefetch import PrefetchTest
from support.releases import program
from support.testcase import main

NAMESPACE = ("unshare", "--user", "--map-current-user", "--pid", "--fork", "--kill-child", "--mount-proc")


def has_namespaces():
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class ServerAsProcess1(PrefetchTest):
    def test_nothing_is_handed_over_to_it(self):
        if not has_namespaces():
            self.skipTest("no namespaces for users and processes here")
        primary, standby, end = self.segments_and_standby(24)
        outer = processes.spawn(
            [*NAMESPACE, program("postgres"), "-D", standby.data], standby.log
        )
        self.addCleanup(outer.wait)
        self.addCleanup(outer.kill)  # and with it, as process 1, all that the server has started
        seen = set()

        def replayed():
            for pid in self.prefetchers(standby):
                seen.add(pid)
                processes.send(signal.SIGKILL, [pid])
            done = processes.run(
                *standby._psql, "--command",
                f"SELECT pg_last_wal_replay_lsn() >= '{end.lsn}'", check=False,
            )  # fmt: skip
            return done.stdout.strip() == "t"

        wait.until(replayed, "the standby has caught up")
        self.assertEqual(seen, set())
        self.assert_same_rows(primary, standby)
        self.assertEqual((standby.data / "postmaster.pid").read_text().split()[0], "1")
        log = standby.log_text()
        self.assertNotIn("terminating any other active server processes", log)
        self.assertIn("not fetching ahead: the server is process 1", log)
        lines, ahead = self.restored(standby)
        self.assertGreaterEqual(len(lines), 24)
        self.assertEqual(ahead, [])


if __name__ == "__main__":
    main()
