"""The base of every end-to-end test: a folder, an archive, servers, and their end.

    class Title(EndToEndTest):
        def test_behaviour(self):
            primary = self.new_primary()

    if __name__ == "__main__":
        main()

WALSTOW_BIN is the folder of the executables, WALSTOW_LINK the link to the archive ("local" unless set),
WALSTOW_STORE=s3 puts it into a bucket of a Ceph gateway. WALSTOW_PG_BIN is the folder of another PostgreSQL's
programs (support/releases.py).
WALSTOW_STORE_BIN is the folder of another release's executables, for the daemon of the link "tls".
WALSTOW_KEEP=1 keeps the folder of the run.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from support import ledger, processes, releases, wait
from support.archive import Archive
from support.postgres import Server, initdb
from support.root import Root
from support.s3 import Gateway, S3Archive

EXECUTABLES = ("walstow", "walstow-archive", "walstow-restore", "walstowd")
# PostgreSQL refuses to run as root, so the whole test gives up root for this user.
UNPRIVILEGED_USER = "postgres"
# Below the TIMEOUT of CMakeLists.txt, so that a test that hangs still shows the servers' logs.
LIMIT_SECONDS = 420
LOG_TAIL_LINES = 60
SKIPPED = 77  # SKIP_RETURN_CODE of CMakeLists.txt

_run_folder = None
_finished_segments = {}  # data directory that was made once: segment
_binaries = None
_link = "local"
_store = "directory"
_gateway = None
_root = None


class EndToEndTest(unittest.TestCase):
    """Each test method gets an archive of its own, with the cluster "main"."""

    link = None  # a test that is about one link names it
    store = None  # "s3" of one that is about S3
    osds = 1  # object stores of the S3 service

    def setUp(self):
        # A short name: the path of a Unix socket has at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="", dir=_run_folder))
        self.servers = []
        self.addCleanup(self._end_servers)
        self.archive = self.new_archive()
        self.addCleanup(self.archive.end)
        self.archive.init()
        self.archive.walstow("cluster", "create", "main")

    def new_archive(self):
        folder, link = self.folder / "archive", self.link or _link
        if (self.store or _store) == "s3":
            return S3Archive(folder, _binaries, link, self.gateway())
        return Archive(folder, _binaries, link)

    def gateway(self):
        """The S3 service of this run, started when it is first needed."""
        global _gateway
        if _gateway is None:
            _gateway = Gateway(_run_folder / "s3")
            _gateway.start("--osds", str(self.osds))
        return _gateway

    def root(self):
        """For what only root can do (support/root.py); without root the test is skipped."""
        if _root is None:
            self.skipTest("needs root")
        return _root

    def keep_artefact(self, path, folder):
        """Copies a file of the run into `folder`, which perhaps only root can write."""
        command = ["install", "-D", "--mode=644", path, folder / path.name]
        if _root is None:
            processes.run(*command)
            return
        done = _root.run(*command, cwd="/")
        self.assertEqual(done.returncode, 0, done.stderr)

    def _end_servers(self):
        for server in reversed(self.servers):
            server.kill()

    def show_logs(self, stream):
        store = getattr(self, "archive", None) and self.archive.server
        for server in [*getattr(self, "servers", []), store]:
            if server is not None and server.log.exists():
                tail = server.log_text().splitlines()[-LOG_TAIL_LINES:]
                stream.write(f"\n----- the end of {server.log}\n" + "\n".join(tail) + "\n")
        stream.flush()

    # --- servers --------------------------------------------------------------------------------

    def new_server(self, name):
        """A server without a data directory; it is ended with the test."""
        server = Server(self.folder / name)
        self.servers.append(server)
        return server

    def new_data_directory(self, name, segment_mb=1):
        """A server with a fresh data directory, not running.

        To save time servers of one name in one file come from one initdb, so they are, in the eyes
        of PostgreSQL, the same cluster. Servers of two names never are.
        """
        made = _run_folder / f"initdb-{name}-{segment_mb}"
        if not made.exists():
            initdb(made, segment_mb)
        server = self.new_server(name)
        server.copy_of(made)
        return server

    def new_finished_segment(self, name="server", segment_mb=1):
        """A data directory, not running, and the name of a segment that its server has finished.

        What a server is still writing is not what it archives: the store would keep it aside.
        """
        made = _run_folder / f"finished-{name}-{segment_mb}"
        if made not in _finished_segments:
            maker = self.new_data_directory(f"maker-{name}", segment_mb)
            maker.configure(wal_keep_size="1GB")
            maker.start()
            _finished_segments[made] = maker.switch_wal().name
            maker.stop()
            maker.data.rename(made)
        server = self.new_server(name)
        server.copy_of(made)
        return server, _finished_segments[made]

    def settings_of(self, server):
        return server.folder / "walstow.toml"

    def archives(self, server, **settings):
        """Has `server` archive what it writes."""
        toml = self.archive.settings_file(self.settings_of(server), **settings)
        server.configure(archive_mode="on", archive_command=self.archive.archive_command(toml))

    def restores(self, server, **settings):
        """Has `server` restore from the archive, and archive once it is a primary."""
        toml = self.archive.settings_file(self.settings_of(server), **settings)
        server.configure(
            archive_command=self.archive.archive_command(toml),
            restore_command=self.archive.restore_command(toml),
        )

    def new_primary(self, name="primary", segment_mb=1):
        """A running primary that archives, with an empty ledger."""
        server = self.new_data_directory(name, segment_mb)
        self.archives(server)
        server.start()
        ledger.create(server)
        return server

    def copy(self, primary, name, **settings):
        """A copy of `primary` that restores from the archive; not started, no signal file.

        One base backup serves all copies of a primary: it is as old as the first of them.
        """
        backup = primary.folder / "backup"
        if not backup.exists():
            primary.base_backup(backup)
        server = self.new_server(name)
        server.copy_of(backup)
        self.restores(server, **settings)
        return server

    def standby(self, primary, name="standby", **settings):
        """A standby that has the archive alone and no streaming; not started."""
        server = self.copy(primary, name, **settings)
        server.signal_file("standby.signal")
        return server

    def wait_for_receiving(self, standby):
        """Until what this running standby writes counts as received: not within a second after its start."""
        started = int((standby.data / "postmaster.pid").read_text().splitlines()[2])
        # The time of a file may be a few milliseconds old.
        wait.until(lambda: time.time() > started + 1.1, f"standby {standby.name} has run for a second")

    def recovery(self, primary, name="restored", **settings):
        """A server that is to recover from the archive and then to open; not started."""
        server = self.copy(primary, name, **settings)
        server.configure(recovery_target_action="promote")
        server.signal_file("recovery.signal")
        return server

    def add_and_archive(self, primary, *batches):
        """For each name a batch of rows in segments of their own; where the last one ends."""
        for batch in batches:
            ledger.add(primary, 10, batch)
            end = primary.switch_wal()
        primary.wait_archived()
        return end

    # --- what they must show --------------------------------------------------------------------

    def assert_same_rows(self, one, other):
        self.assertEqual(ledger.fingerprint(one), ledger.fingerprint(other))

    def assert_logged(self, server, text):
        # Not assertIn: it would print the whole log, which is shown anyway.
        self.assertTrue(text in server.log_text(), f'server {server.name} has not logged "{text}"')

    def assert_stops_unopened(self, server, code):
        """The server must end because walstow-restore exits with `code`, and not have opened."""
        self.assertNotEqual(server.wait_exit(), 0)
        self.assert_logged(server, f"child process exited with exit code {code}")
        self.assertNotIn("database system is ready to accept connections", server.log_text())
        self.assertTrue(server.wants_recovery())

    def assert_stays_up(self, standby, message):
        """The standby must go on asking, be told `message` each time, and still serve its rows."""
        since = standby.log_size()
        wait.until(
            lambda: standby.log_text(since).count(message) >= 3,
            f'standby {standby.name} has been told "{message}" three times',
        )
        self.assertTrue(standby.running())
        ledger.count(standby)


class _Result(unittest.TextTestResult):
    """Shows the servers' logs beside what went wrong."""

    def addFailure(self, test, err):
        super().addFailure(test, err)
        test.show_logs(sys.stderr)

    def addError(self, test, err):
        super().addError(test, err)
        if isinstance(test, EndToEndTest):
            test.show_logs(sys.stderr)


def main(limit_seconds=LIMIT_SECONDS):
    """Runs the tests of the calling file."""
    global _run_folder, _binaries, _link, _store, _root
    releases.check()
    _stop_on_signals(limit_seconds)
    keep = os.environ.get("WALSTOW_KEEP") == "1"
    _run_folder = Path(tempfile.mkdtemp(prefix="walstow-e2e-"))
    try:
        _binaries = Path(os.environ["WALSTOW_BIN"]).resolve()
        _link = os.environ.get("WALSTOW_LINK", _link)
        _store = os.environ.get("WALSTOW_STORE", _store)
        # No settings of the person who runs the test may reach the programs, root's neither.
        for name in [name for name in os.environ if name.startswith(("PG", "WALSTOW_", "AWS_"))]:
            del os.environ[name]
        os.environ.update(HOME=str(_run_folder), LC_ALL="C", TZ="UTC")
        if os.geteuid() == 0:
            _root = Root()
            _binaries = _give_up_root(_run_folder, _binaries)
        os.chdir(_run_folder)
        # failfast: a time-out must not go on to the next test.
        program = unittest.main(
            exit=False,
            testRunner=unittest.TextTestRunner(verbosity=2, resultclass=_Result, failfast=True),
        )
        status = _exit_status(program.result)
    finally:
        signal.alarm(0)
        if _gateway is not None:
            _gateway.stop()
        if keep:
            print(f"kept {_run_folder}", file=sys.stderr)
        else:
            shutil.rmtree(_run_folder, ignore_errors=True)
    sys.exit(status)


def _exit_status(result):
    if not result.wasSuccessful():
        return 1
    if result.testsRun == 0:
        print("no test was run", file=sys.stderr)
        return 1
    return SKIPPED if len(result.skipped) == result.testsRun else 0


def _stop_on_signals(limit_seconds):
    def stop(number, _frame):
        # Once only: the clean-up must not be interrupted by the next.
        for each in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise AssertionError(f"stopped by {signal.Signals(number).name}")

    for each in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, stop)
    signal.alarm(limit_seconds)


def _give_up_root(folder, binaries):
    """Becomes the unprivileged user for good; the folder of binaries that this user can run."""
    user = pwd.getpwnam(UNPRIVILEGED_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)

    def can_run(program):
        done = subprocess.run(
            ["test", "-x", program], user=user.pw_uid, group=user.pw_gid, extra_groups=[]
        )
        return done.returncode == 0

    if not can_run(binaries / "walstowd"):
        copy = folder / "bin"
        copy.mkdir(mode=0o755)
        for name in EXECUTABLES:
            shutil.copy(binaries / name, copy / name)
            os.chmod(copy / name, 0o755)
        binaries = copy
    if not can_run(releases.program("postgres")):
        releases.copy_programs(folder / "postgresql")
    # The folders, so that the user can remove them. Files may be links to those of the build.
    for parent, _, _ in os.walk(folder):
        os.chown(parent, user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    return binaries
