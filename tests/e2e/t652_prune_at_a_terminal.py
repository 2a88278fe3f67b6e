"""`walstow prune` and `verify` at a terminal: the question, its answers, and the bar."""

import json
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
            self.assertIn("Remove them? This cannot be undone. (yes/no)", seen)
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
        self.assertIn("there is no terminal at which to confirm it", done.stderr)
        self.assertEqual(self.archive.segments(), before)
        for command in (("prune", "main", "--yes"), ("verify", "main")):
            done = self.archive.walstow(*command)
            self.assertEqual(done.stderr, "")
            self.assertNotIn("\r", done.stdout)

    def begin(self, number):
        """A prune of which nothing has gone, as one leaves it that was killed right then."""
        plan = self.archive.json("prune", "main", "-n")
        record = {
            "format": "1.0", "number": number, "state": "intent", "floor": plan["floor"],
            "reached": "0/0", "policy": {}, "reason": plan["reason"], "by": "dba",
            "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "files": 0, "stored_bytes": 0,
        }  # fmt: skip
        folder = self.archive.folder / "main" / plan["era"] / "pruned"
        folder.mkdir(exist_ok=True)
        (folder / f"{number:06}.json").write_text(json.dumps(record) + "\n", encoding="utf-8")
        return plan

    def test_what_was_cut_short_is_asked_about_and_can_be_abandoned(self):
        before = self.archive.segments()
        plan = self.begin(1)
        note = f'prune 1 below floor {plan["floor"]} by "dba" on '
        for command in (("prune", "main", "-n"), ("status", "main")):
            self.assertIn(note, " ".join(self.archive.walstow(*command).stdout.split()))
        code, seen = self.at_terminal("prune", "main", answer="no")
        self.assertEqual(code, 1, seen)
        self.assertIn("Complete this prune? It deletes the files that are left, and cannot be undone. (yes/no)", seen)
        self.assertIn(' prune main --abandon" cancels it', seen)
        self.assertEqual(self.archive.walstow("prune", "main", check=False).returncode, 2)
        self.assertEqual(self.archive.segments(), before)

        # Whoever needs what is about to go is told the way out, and it works.
        hold = ("hold", "add", "main", before[0], "--reason", "needed after all")
        refused = self.archive.walstow(*hold, check=False)
        self.assertIn(' prune main --abandon" cancels the prune', refused.stderr)
        done = self.archive.walstow("prune", "main", "--abandon")
        self.assertIn("withdrawn: abandoned by", done.stdout)
        self.assertNotIn("has a policy", done.stderr)
        self.archive.walstow(*hold)
        self.assertEqual(self.archive.json("prune", "main", "-n")["files"], 0)
        self.assertEqual(self.archive.segments(), before)
        again = self.archive.walstow("prune", "main", "--abandon", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn('no prune of cluster "main" is in progress', again.stderr)
        (held,) = self.archive.json("hold", "list", "main")["holds"]
        self.archive.walstow("hold", "remove", "main", held["id"])

        # A daemon would begin anew.
        self.archive.walstow("policy", "set", "main", "--keep-backups", "1", "--keep-days", "0")
        self.begin(2)
        done = self.archive.walstow("prune", "main", "--abandon")
        self.assertIn("has a policy: a daemon may prune it again soon", done.stderr)

        self.begin(3)
        code, seen = self.at_terminal("prune", "main", answer="yes")
        self.assertEqual(code, 0, seen)
        self.assertIn('prune 3 by "dba", which had been interrupted, is done', seen)
        self.assertLess(len(self.archive.segments()), len(before))

    def test_verify_draws_a_bar(self):
        code, seen = self.at_terminal("verify", "main", "--jobs", "1")
        self.assertEqual(code, 0, seen)
        self.assertRegex(seen, r"\[[#.]+\] +\d+%  \d+ objects")


if __name__ == "__main__":
    main()
