"""A file that does not belong into the log blocks every recovery, until an administrator withdraws it."""

import signal
import subprocess

from support import processes
from support.testcase import EndToEndTest, main


class Withdraw(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.restored = self.recovery(self.primary)
        self.end = self.add_and_archive(self.primary, "one", "two", "three")

    def put(self, name, content):
        """What another client with the right archive puts under the name."""
        folder = self.folder / "mistaken"
        (folder / "global").mkdir(parents=True, exist_ok=True)
        (folder / "pg_wal").mkdir(exist_ok=True)
        control = (self.primary.data / "global/pg_control").read_bytes()
        (folder / "global/pg_control").write_bytes(control)
        (folder / "pg_wal" / name).write_bytes(content)
        toml = self.archive.settings_file(folder / "walstow.toml")
        return self.archive.archive_file(toml, f"pg_wal/{name}", cwd=folder)

    def far_segment(self, distance):
        """A segment of the same system far ahead: a page header, and nothing."""
        newest = max(self.archive.segments())
        number = int(newest[8:16], 16) * 4096 + int(newest[16:], 16) + distance
        name = f"{newest[:8]}{number // 4096:08X}{number % 4096:08X}"
        content = bytearray(self.archive.contents(newest)[:40].ljust(1 << 20, b"\0"))
        content[8:16] = (number << 20).to_bytes(8, "little")
        return name, bytes(content)

    def withdraw(self, *arguments, check=True):
        return self.archive.walstow("withdraw", "main", *arguments, "--yes", check=check)

    def assert_recovers_after(self, name):
        self.restored.launch()
        self.assert_stops_unopened(self.restored, 201)
        self.assert_logged(self.restored, f" withdraw main {name} --reason TEXT")
        before = self.archive.stored(self.archive.objects()[name])
        done = self.withdraw(name, "--reason", "a trial on host vm7")
        self.assertIn("a trial on host vm7", done.stdout)
        self.assertNotIn(name, self.archive.objects())
        # Nothing that was acknowledged is lost.
        aside = list((self.archive.folder / "_aside").rglob(f"{name}.zst.*"))
        self.assertEqual([path.read_bytes() for path in aside], [before])
        self.restored.start()
        self.restored.wait_promoted()
        self.assert_same_rows(self.primary, self.restored)

    def test_history_beyond_the_log(self):
        name, content = "00000002.history", b"1\t0/FF000028\tmade up\n"
        self.assertEqual(self.put(name, content).returncode, 0)
        self.assert_recovers_after(name)

    def test_segment_far_ahead(self):
        name, content = self.far_segment(512)
        self.assertEqual(self.put(name, content).returncode, 0)
        self.assert_recovers_after(name)

        # Who puts it again is told why not, and by what it could.
        again = self.put(name, content)
        self.assertEqual(again.returncode, 1)
        self.assertIn("a trial on host vm7", again.stderr)
        self.assertIn(f" withdraw main {name} --undo", again.stderr)
        self.assertNotIn(name, self.archive.objects())

    def test_what_no_get_serves_blocks_nothing(self):
        name, _ = self.far_segment(512)
        start = ((int(name[8:16], 16) << 12) + int(name[16:], 16)) << 20
        text = (
            f"START WAL LOCATION: {start >> 32:X}/{(start & 0xFFFFFFFF) + 0x28:X} (file {name})\n"
            f"STOP WAL LOCATION: {start >> 32:X}/{(start & 0xFFFFFFFF) + 0x100:X} (file {name})\n"
            f"CHECKPOINT LOCATION: {start >> 32:X}/{(start & 0xFFFFFFFF) + 0x60:X}\n"
            "BACKUP METHOD: streamed\nBACKUP FROM: primary\nSTART TIME: 2020-01-01 00:00:00 UTC\n"
            "LABEL: nightly\nSTART TIMELINE: 1\nSTOP TIME: 2020-01-01 00:00:10 UTC\n"
            "STOP TIMELINE: 1\n"
        )
        done = self.put(f"{name}.00000028.backup", text.encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.restored.start()
        self.restored.wait_promoted()
        self.assert_same_rows(self.primary, self.restored)

    def test_history_that_no_log_can_have(self):
        refused = self.put("00000002.history", b"1\t0/0\tx\n")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("no log begins before", refused.stderr)
        self.assertNotIn("00000002.history", self.archive.objects())

    def test_a_mistake_is_undone(self):
        first = min(self.archive.segments())
        content = self.archive.contents(first)
        self.withdraw(first, "--reason", "a mistake")
        self.withdraw(first, "--reason", "done already")
        self.assertNotIn(first, self.archive.objects())
        status = self.archive.json("status", "main")["eras"][0]
        self.assertEqual(status["withdrawn"], 1)
        self.assertEqual(status["withdrawn_files"][0]["name"], first)
        self.assertIn("a mistake", self.archive.walstow("status", "main").stdout)
        (listed,) = self.archive.json_lines("list", "main", "--withdrawn")
        self.assertEqual((listed["name"], listed["reason"]), (first, "a mistake"))

        self.archive.walstow("withdraw", "main", first, "--undo")
        self.assertEqual(self.archive.contents(first), content)
        self.assertEqual(self.archive.json_lines("list", "main", "--withdrawn"), [])
        self.restored.start()
        self.restored.wait_promoted()
        self.assert_same_rows(self.primary, self.restored)

    def test_verify_says_why_it_is_missing(self):
        middle = sorted(self.archive.segments())[1]
        self.withdraw(middle, "--reason", "a mistake")
        done = self.archive.walstow("verify", "main", check=False)
        self.assertEqual(done.returncode, 4)
        text = " ".join(done.stdout.split())
        self.assertIn(f"{middle} was withdrawn by", text)
        self.assertIn("a mistake", text)
        lines = self.archive.json_lines("verify", "main", check=False)
        self.assertIn("withdrawn", [line["kind"] for line in lines])

    def test_refused_calls(self):
        name = min(self.archive.segments())
        for words, code, text in (
            (("withdraw", "main", name, "--purge", "--yes"), 1, "has no withdrawn file"),
            (("withdraw", "main", name, "--purge", "--undo"), 2, "cannot be combined"),
            (("withdraw", "main", name), 2, "a withdrawal needs a reason"),
            (("withdraw", "main", name, "--reason", "x"), 2, "there is no terminal at which to confirm it"),
            (("withdraw", "main", "00000009.history", "--reason", "x", "--yes"), 1, "has no file"),
            (("withdraw", "main", "no/name", "--reason", "x", "--yes"), 2, "no/name"),
            (("withdraw", "main", name, "--undo"), 1, "has no withdrawn file"),
        ):
            with self.subTest(words):
                done = self.archive.walstow(*words, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(text, done.stderr)
                self.assertIn(name, self.archive.objects())

    def test_a_command_that_is_killed_is_done_again(self):
        name = max(self.archive.segments())
        program = str(self.archive.binaries / "walstow")
        words = [program, "--store", str(self.archive.folder), "withdraw", "main", name,
                 "--reason", "x", "--yes"]  # fmt: skip
        killed = 0
        for delay in (0.002, 0.005, 0.01, 0.02, 0.04):
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += process.wait() == -signal.SIGKILL
        self.assertGreater(killed, 0, "no kill came in time")
        self.withdraw(name, "--reason", "x")
        self.assertNotIn(name, self.archive.objects())
        (listed,) = self.archive.json_lines("list", "main", "--withdrawn")
        self.assertEqual(listed["state"], "withdrawn")
        self.archive.walstow("withdraw", "main", name, "--undo")
        self.assertIn(name, self.archive.objects())


class WithdrawFromAfar(EndToEndTest):
    link = "tls"

    def test_it_takes_the_right_admin(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one", "two")
        name = max(self.archive.segments())
        admin = self.archive.add_client("dba", "main", ["admin"])
        server = self.archive.add_client("db2", "main", ["archive", "restore"])

        def walstow(client, *words):
            return processes.run(
                self.archive.binaries / "walstow", "--config", client / "walstow.toml", *words,
                check=False,
            )  # fmt: skip

        refused = walstow(server, "withdraw", "main", name, "--reason", "x", "--yes")
        self.assertEqual(refused.returncode, 1)
        self.assertIn('no right "admin"', refused.stderr)
        self.assertIn(name, self.archive.objects())
        done = walstow(admin, "withdraw", "main", name, "--reason", "x", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(name, self.archive.objects())
        self.assertIn("withdrawn by dba", self.archive.walstow("list", "main", "--withdrawn").stdout)
        self.assertEqual(walstow(admin, "withdraw", "main", name, "--undo").returncode, 0)
        self.assertIn(name, self.archive.objects())


if __name__ == "__main__":
    main()
