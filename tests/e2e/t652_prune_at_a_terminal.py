"""`walstow prune` and `verify` at a terminal: the question, its answers, and the bar."""

import os
import pty
import select
import time

from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600
SECONDS = 120


class AtATerminal(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.primary = self.new_primary()
        self.add_and_archive(self.primary, *(f"batch {i}" for i in range(5)))
        self.primary.base_backup(self.folder / "backup")
        self.add_and_archive(self.primary, "after")
        then = time.time() - THREE_DAYS
        for path in self.archive.objects().values():
            os.utime(path, (then, then))

    def at_terminal(self, *arguments, answer=""):
        """Exit code, and all that a person sees."""
        pid, terminal = pty.fork()
        if pid == 0:
            program = str(self.archive.binaries / "walstow")
            os.execv(program, [program, "--store", str(self.archive.folder), *arguments])
        seen = b""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            ready, _, _ = select.select([terminal], [], [], deadline - time.monotonic())
            try:
                chunk = os.read(terminal, 4096) if ready else b""
            except OSError:  # its other end was closed
                chunk = b""
            if not chunk:
                break
            seen += chunk
            if answer and b"(yes/no)" in seen:
                os.write(terminal, answer.encode() + b"\n")
                answer = ""
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()

    def test_only_yes_is_yes(self):
        before = self.archive.segments()
        for answer in ("no", "y", "YES", "yes please", "\x04"):
            code, seen = self.at_terminal("prune", "main", answer=answer)
            self.assertEqual(code, 1, seen)
            self.assertIn("Remove them? They do not come back. (yes/no)", seen)
            self.assertIn("nothing was removed", seen)
            self.assertEqual(self.archive.segments(), before)
            self.assertEqual(self.archive.json("prune", "main", "-n")["unfinished"], 0)
        code, seen = self.at_terminal("prune", "main", answer="yes")
        self.assertEqual(code, 0, seen)
        self.assertRegex(seen, r"\[[#.]+\] +\d+%  \d+ objects")
        self.assertRegex(seen, r"prune 1: \d+ files removed")
        self.assertLess(len(self.archive.segments()), len(before))
        # Nothing to remove is nothing to ask.
        code, seen = self.at_terminal("prune", "main")
        self.assertEqual(code, 0, seen)
        self.assertNotIn("yes/no", seen)

    def test_without_a_terminal_nobody_is_asked_and_no_bar_is_drawn(self):
        before = self.archive.segments()
        done = self.archive.walstow("prune", "main", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("nobody can be asked here", done.stderr)
        self.assertEqual(self.archive.segments(), before)
        for command in (("prune", "main", "--yes"), ("verify", "main")):
            done = self.archive.walstow(*command)
            self.assertEqual(done.stderr, "")
            self.assertNotIn("\r", done.stdout)

    def test_verify_draws_a_bar(self):
        code, seen = self.at_terminal("verify", "main", "--jobs", "1")
        self.assertEqual(code, 0, seen)
        self.assertRegex(seen, r"\[[#.]+\] +\d+%  \d+ objects")


if __name__ == "__main__":
    main()
