"""What is behind the address is silent, ends, or is something else: told, and never for an answer."""

import os
import signal
import time

from support import processes, system_calls, wait
from support.sshd import Sshd, has_ipv6
from support.ssh_testcase import SilentServer, SshTest
from support.testcase import main

# Far above the deadlines that are set here, far below those that are not.
SOON = 30.0
# More than is on its way at a time, less than a segment.
PIECE = 200_000
# What a forced command does that says nothing more: it ends with its connection, not by itself.
LINGER = "while kill -0 $PPID 2>/dev/null; do sleep 0.1; done"


class FarEndThatFails(SshTest):
    def setUp(self):
        super().setUp()
        self.server, self.segment = self.new_finished_segment()

    def silent(self, greeting=b""):
        server = SilentServer(greeting)
        self.addCleanup(server.close)
        return server

    def put(self, **more):
        return self.archive.archive_file(
            self.settings_file(**more), f"pg_wal/{self.segment}", cwd=self.server.data
        )

    def get(self, **more):
        return self.archive.restore_file(
            self.settings_file(**more), self.segment, "pg_wal/RECOVERYXLOG", cwd=self.server.data
        )

    # --- no sshd ----------------------------------------------------------------------------------

    def test_nobody_listens(self):
        self.sshd.kill()
        hint = self.assert_named(self.walstow(), "Connection refused")
        self.assertIn("sshd", hint)

    def test_server_that_says_nothing(self):
        server = self.silent()
        settings = self.replaced(self.sshd.url, f"ssh://{self.sshd.user}@127.0.0.1:{server.port}")
        begin = time.monotonic()
        self.assert_named(
            self.walstow(settings, connect_timeout="1s"), "timed out during the SSH handshake"
        )
        self.assertLess(time.monotonic() - begin, SOON)

    def test_server_that_greets_and_says_nothing_more(self):
        server = self.silent(b"SSH-2.0-OpenSSH_9.2\r\n")
        settings = self.replaced(self.sshd.url, f"ssh://{self.sshd.user}@127.0.0.1:{server.port}")
        client = processes.spawn(
            [
                self.archive.binaries / "walstow", "--config",
                self.settings_file(settings, connect_timeout="1s"), "check",
            ],
            self.folder / "client.log",
        )  # fmt: skip
        server.accept()
        self.assertEqual(client.wait(timeout=SOON), 1)
        self.assertIn(
            "timed out during the SSH handshake", (self.folder / "client.log").read_text()
        )

    def test_sigterm_ends_a_command_that_waits(self):
        server = self.silent()
        settings = self.replaced(self.sshd.url, f"ssh://{self.sshd.user}@127.0.0.1:{server.port}")
        toml = self.settings_file(settings, connect_timeout="10min", archive_wait="10min")
        client = processes.spawn(
            [
                self.archive.binaries / "walstow-archive", "--config", toml,
                f"pg_wal/{self.segment}",
            ],
            self.folder / "client.log",
            cwd=self.server.data,
        )  # fmt: skip
        server.accept()
        client.terminate()
        self.assertEqual(client.wait(timeout=SOON), -signal.SIGTERM)

    def test_server_that_is_no_sshd(self):
        for greeting, message in (
            (b"", "it does not speak SSH\n"),
            (b"Exceeded MaxStartups\r\n", 'it does not speak SSH: "Exceeded MaxStartups"'),
            (b"Not allowed at this time\r\n", 'for some time: "Not allowed at this time"\n'),
        ):
            with self.subTest(greeting):
                server = self.silent(greeting)
                address = f"ssh://{self.sshd.user}@127.0.0.1:{server.port}"
                # Later attempts find nobody and are cut short: the first one's reason counts.
                toml = self.settings_file(
                    self.replaced(self.sshd.url, address), archive_wait="3s", connect_timeout="60s"
                )
                log = self.folder / "client.log"
                log.unlink(missing_ok=True)
                client = self.spawn("walstow-archive", toml, f"pg_wal/{self.segment}")
                peer = server.accept()
                peer.recv(4096)
                peer.close()
                self.assertEqual(client.wait(timeout=SOON), 1)
                self.assertIn(message, log.read_text())

    # --- no walstowd ------------------------------------------------------------------------------

    def test_forced_command_that_answers_with_text(self):
        for command in ("echo 'Welcome to archive1'", f"printf 'Welcome to archive1'; {LINGER}"):
            with self.subTest(command):
                self.force(command)
                hint = self.assert_named(self.walstow(), "not HTTP", '"Welcome to archive1"')
                self.assertIn("forced command", hint)

    def test_forced_command_that_greets_before_it_serves(self):
        self.force(f"echo 'Good morning'; {self.forced_command()}")
        self.assert_named(self.walstow(), "not HTTP", '"Good morning"')
        # Under recovery.signal such a thing must not read as the end of the log.
        (self.server.data / "recovery.signal").touch()
        self.assertEqual(self.get(recovery_wait="1s").returncode, 200)

    def test_forced_command_that_fails(self):
        for command, message in (
            ("echo 'no space left' >&2; exit 7", 'exit code 7, with the message "no space left"'),
            ("exit 3", "exit code 3, without a message"),
            ("/nowhere/walstowd --stdio --as server", "exit code 127"),
            ("exit 0", "closed the connection"),
        ):
            with self.subTest(command):
                self.force(command)
                done = self.walstow()
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)

    def test_forced_command_that_fails_before_a_put_is_sent(self):
        # The time that nobody waits for is far above SOON.
        patient = {"head_timeout": "10min", "progress_timeout": "10min"}
        for command, message in (
            ("/nowhere/walstowd --stdio --as server", "exit code 127"),
            ("echo 'no space left' >&2; exit 7", 'exit code 7, with the message "no space left"'),
            ("exit 3", "exit code 3, without a message"),
            ("echo 'Welcome to archive1'", '"Welcome to archive1"'),
            ("head -c 100 >/dev/null; exit 9", "exit code 9"),
            ("echo 'no space left' >&2; head -c 100 >/dev/null; exit 7", "no space left"),
            ("exit 0", "closed the connection"),
        ):
            with self.subTest(command):
                self.force(command)
                begin = time.monotonic()
                done = self.put(**patient)
                self.assertLess(time.monotonic() - begin, SOON)
                self.assertEqual(done.returncode, 1)
                self.assertIn(message, done.stderr)
                self.assertNotIn("network", done.stderr)

    def test_words_of_walstowd_itself(self):
        own = self.forced_command()
        self.force(own.replace(f" --archive {self.archive.folder}", " --archive /nowhere"))
        self.assert_named(self.walstow(), 'archive folder "/nowhere" does not exist')
        self.force(own.replace("--as server", "--as 'no name'"))
        self.assert_named(self.walstow(), '"no name" is not a valid client name')
        self.force(f"{own.split(' ')[0]} --stdio --archive {self.archive.folder}")
        hint = self.assert_named(self.walstow(), "option --stdio needs --as NAME, or --owner")
        self.assertIn("--as NAME", hint)

    def test_forced_command_that_does_nothing(self):
        self.force(LINGER)
        begin = time.monotonic()
        done = self.walstow(head_timeout="1s")
        self.assert_named(done, "timed out while waiting for the answer")
        self.assertLess(time.monotonic() - begin, SOON)

    # --- an end in the middle ---------------------------------------------------------------------

    def amid(self, command, work):
        """Has sshd start `command`, and die once the file "reached" is there, while `work` is done."""
        reached = self.folder / "reached"
        own = self.forced_command()
        self.force(command.format(own=own, stop=f"head -c {PIECE}; touch {reached}; {LINGER}"))
        client = work()
        wait.until(reached.exists, "the middle is reached")
        self.sshd.kill()
        code = client.wait(timeout=SOON)
        self.force(own)
        self.sshd.start()
        return code, (self.folder / "client.log").read_text()

    def spawn(self, program, toml, *arguments):
        return processes.spawn(
            [self.archive.binaries / program, "--config", toml, *arguments],
            self.folder / "client.log",
            cwd=self.server.data,
        )

    def test_sshd_dies_amid_a_put(self):
        path = f"pg_wal/{self.segment}"
        code, log = self.amid(
            "({stop}) | {own}",
            lambda: self.spawn("walstow-archive", self.settings_file(archive_wait="1s"), path),
        )
        self.assertEqual(code, 1, log)
        self.assertIn("error: ", log)
        self.assertEqual(self.archive.segments(), [])
        self.assertEqual(self.put().returncode, 0)
        self.assertEqual(self.archive.contents(self.segment), (self.server.data / path).read_bytes())

    def test_sshd_dies_amid_a_get(self):
        # zstd makes little of what a fresh cluster has written: other bytes are as good.
        self.assertEqual(self.put().returncode, 0)
        wal = self.server.data / "pg_wal"
        code, log = self.amid(
            "{own} | ({stop})",
            lambda: self.spawn(
                "walstow-restore", self.settings_file(tool_wait="1s"), self.segment,
                "pg_wal/RECOVERYXLOG",
            ),
        )  # fmt: skip
        self.assertEqual(code, 2, log)
        self.assertFalse((wal / "RECOVERYXLOG").exists())
        self.assertEqual(self.get().returncode, 0)
        self.assertEqual((wal / "RECOVERYXLOG").read_bytes(), (wal / self.segment).read_bytes())

    # --- the pace of the remote end ------------------------------------------------------------------

    def large_segment(self):
        """A segment of 64 MB, and the settings of its cluster."""
        server, segment = self.new_finished_segment("large", segment_mb=64)
        self.archive.walstow("cluster", "create", "large")
        self.archive.walstow(
            "client", "grant", "server", "--cluster=large", "--right=archive", "--right=restore"
        )
        return server, segment

    def test_room_that_comes_while_the_client_looks(self):
        """sshd announces new room once. Whoever misses it waits for ever."""
        if not system_calls.can_trace():
            self.skipTest("strace may not trace here")
        server, segment = self.large_segment()
        toml = self.settings_file(progress_timeout="5s", archive_wait="1s")
        toml.write_text(toml.read_text().replace('"main"', '"large"'))
        # walstowd is made slower than the client.
        self.force(
            "strace --quiet=all --follow-forks --trace=read,readv --inject=read,readv:delay_enter=2000 "
            f"--output={os.devnull} {self.forced_command()}"
        )
        # The client looks by two ioctl() how much is under way, and decides then. Each 51st is
        # made so long that walstowd reads all that sshd holds meanwhile.
        done = processes.run(
            "strace", "--quiet=all", "--trace=ioctl", "--inject=ioctl:delay_exit=100000:when=101+51",
            f"--output={os.devnull}", self.archive.binaries / "walstow-archive",
            "--config", toml, f"pg_wal/{segment}", cwd=server.data, check=False,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    # --- sizes and addresses ----------------------------------------------------------------------

    def test_segment_of_64_mb(self):
        server, segment = self.large_segment()
        toml = self.settings_file()
        toml.write_text(toml.read_text().replace('"main"', '"large"'))
        done = self.archive.archive_file(toml, f"pg_wal/{segment}", cwd=server.data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.archive.restore_file(toml, segment, "pg_wal/RECOVERYXLOG", cwd=server.data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        wal = server.data / "pg_wal"
        self.assertEqual((wal / "RECOVERYXLOG").read_bytes(), (wal / segment).read_bytes())

    def test_ipv6(self):
        if not has_ipv6():
            self.skipTest("loopback has no ::1 here")
        other = Sshd(self.folder / "sshd6", host="::1")
        self.addCleanup(other.kill)
        other.let_in(self.sshd.authorized_keys.read_text())
        other.start()
        settings = self.replaced(self.sshd.url, other.url)
        self.assert_works(settings.replace(str(self.sshd.known_hosts), str(other.known_hosts)))


if __name__ == "__main__":
    main()
