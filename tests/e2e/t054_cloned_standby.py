"""A standby's machine is cloned as a whole: both report under one identity, and a prune keeps what each needs.

Device, inodes and host name are the same on a copy of a machine's disk. Here one data directory is both: the two
machines' states take turns in it, in place, so that the files stay the same ones.
"""

import os
import time

from support.testcase import EndToEndTest, main

THREE_DAYS = 3 * 24 * 3600


class Machine:
    """A machine whose disk has the data directory of `server`; it runs alone while it does something."""

    def __init__(self, test, server, image=None):
        self.test, self.server = test, server
        self.image = dict(image or {})

    def clone(self):
        return Machine(self.test, self.server, self.image)

    @property
    def _folder(self):
        return self.server.wal / "pgsql_tmp_walstow"

    def _load(self):
        """The spool's files get this machine's contents, and keep their inodes."""
        for name, content in self.image.items():
            (self._folder / name).write_bytes(content)

    def _save(self):
        files = [path for path in self._folder.iterdir() if path.is_file()]
        self.image = {path.name: path.read_bytes() for path in files}

    def restore(self, segment):
        self._load()
        archive, toml = self.test.archive, self.test.settings_of(self.server)
        done = archive.restore_file(toml, segment, "pg_wal/RECOVERYXLOG", self.server.data)
        self.test.assertEqual(done.returncode, 0, done.stderr)
        self._save()

    def report(self, restartpoint):
        self._load()
        archive, toml = self.test.archive, self.test.settings_of(self.server)
        done = archive.restartpoint(toml, restartpoint, self.server.data)
        self.test.assertEqual(done.returncode, 0, done.stderr)
        self._save()


class ClonedStandby(EndToEndTest):
    def setUp(self):
        super().setUp()
        primary = self.new_primary()
        self.add_and_archive(primary, *(f"batch {i}" for i in range(6)))
        server = self.standby(primary, prefetch_files=0)
        self.segments = self.archive.segments()
        self.original = Machine(self, server)
        self.original.restore(self.segments[0])
        then = time.time() - THREE_DAYS  # nothing younger than a day is pruned
        for path in self.archive.objects().values():
            os.utime(path, (then, then))

    def positions(self):
        return self.archive.json("status", "main")["positions"]

    def test_a_prune_keeps_what_each_needs(self):
        first, second, last = self.segments[0], self.segments[1], self.segments[-1]
        clone = self.original.clone()
        clone.restore(last)
        clone.report(last)
        self.original.restore(first)
        clone.report(last)

        (position,) = self.positions()
        self.assertEqual(position["lowest_handed"], first)
        self.assertEqual([other["restartpoint"] for other in position["others"]], [last])
        told = " ".join(self.archive.walstow("status", "main").stdout.split())
        self.assertIn("SHARED 2 data directories seem to report under this id", told)
        self.assertIn(f' standby forget main {position["instance"]}"', told)
        self.assertIn("shared: 2 data directories", self.archive.walstow("standby", "list", "main").stdout)
        pruned = self.archive.json("prune", "main", "--before", last, "--yes")
        self.assertIn("one of those that share its id", pruned["reason"])
        self.assertEqual(self.archive.segments(), self.segments)

        # The original goes on by itself, and what both are past is needless.
        self.original.restore(second)
        self.original.report(second)
        clone.report(last)
        self.archive.walstow("prune", "main", "--before", last, "--yes")
        self.assertEqual(self.archive.segments(), self.segments[1:])

    def test_the_copy_gets_an_identity_of_its_own(self):
        clone = self.original.clone()
        clone.restore(self.segments[-1])
        clone.report(self.segments[-1])
        self.original.restore(self.segments[0])
        (shared,) = self.positions()
        listed = " ".join(self.archive.walstow("standby", "list", "main").stdout.split())
        self.assertRegex(listed, r'"\S*walstow --[^"]* status main" shows more')
        # As status says, on the machine of the copy.
        image = {name: content for name, content in clone.image.items() if name != "instance"}
        os.unlink(self.original.server.wal / "pgsql_tmp_walstow" / "instance")
        copy = Machine(self, self.original.server, image)
        copy.restore(self.segments[-1])
        self.assertEqual(len(self.positions()), 2)
        # A slip of the hand is told, and forgets nothing.
        wrong = shared["instance"][:-1] + ("1" if shared["instance"][-1] == "0" else "0")
        client = shared["client"]
        for words, text in (
            ((wrong,), f'Did you mean "{shared["instance"]}"?'),
            (("--client", f"{client}x", "--all"), f'Did you mean "{client}"?'),
            (("--client", "whoever-that-is", "--all"), "standby list main"),
        ):
            done = self.archive.walstow("standby", "forget", "main", *words, check=False)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(text, done.stderr)
        self.assertEqual(len(self.positions()), 2)
        self.archive.walstow("standby", "forget", "main", shared["instance"])
        (position,) = self.positions()
        self.assertNotEqual(position["instance"], shared["instance"])
        self.assertEqual(position["others"], [])


if __name__ == "__main__":
    main()
