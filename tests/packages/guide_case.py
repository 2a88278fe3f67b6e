"""A test that follows documents on several hosts: it runs the commands that they contain.

Each host is a copy of the Debian of debian-system. Needs root. Nothing of it reaches this machine's own packages,
services, users or network.
"""

import os
import re
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

from guide import HOSTS, Guide, missing_lines
from hosts import Hosts
from systems import DEBIAN_SYSTEM, packages_in, run, skip_without_root

# (document, first line of the block): the reason why it does not run here.
NOT_RUN = {
    ("docs/setup-tls.md", "deploy/build-deb"): "the test packages.build runs it",
}
SECONDS = 120  # of polling; a test that passes does not wait that long

packages = None  # name: path


def poll(condition, what):
    """Until the condition returns something true, which it returns. `what` returns the text of a failure."""
    end = time.monotonic() + SECONDS
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(what())
        time.sleep(0.1)
    return value


class GuideCase(unittest.TestCase):
    """Hosts with the packages, and what the tests of several documents do with them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="walstow-guides-")
        self.addCleanup(folder.cleanup)
        # In memory: no fsync takes time. The mount is seen by this program alone.
        run("mount", "-t", "tmpfs", "tmpfs", folder.name)
        self.addCleanup(run, "umount", "--recursive", folder.name)
        self.all_output = ""
        self.hosts = Hosts(Path(folder.name))
        self.addCleanup(self.hosts.end)

    def begin(self, *names, folder="root"):
        """`folder`: where the reader has the packages."""
        for name in names:
            target = self.hosts.add(name).root / folder
            target.mkdir(parents=True, exist_ok=True)
            for path in packages.values():
                shutil.copy(path, target)

    def follow(self, guide, *titles, replace=(), only=HOSTS):
        """Runs the sections with these titles. `replace`: pairs of what a reader replaces, and by what. This may be a
        function of all output so far. `only`: the hosts that the reader sets up."""
        for title in titles:
            for number, block in enumerate(guide.section(title)):
                if (block.document, block.first_line) not in NOT_RUN:
                    self.step(guide, title, number, replace, only)
                elif block in guide.left:
                    guide.left.remove(block)

    def step(self, guide, title, number, replace=(), only=HOSTS):
        """Runs one block of a section; the first has number 0."""
        block = guide.section(title)[number]
        if block in guide.left:
            guide.left.remove(block)
        self.run_block(block, replace, only)

    def run_block(self, block, replace, only):
        self.assertTrue(block.hosts, f"{block}: the paragraph before it names no host")
        hosts, text = " ".join(block.hosts), block.text
        for old, new in replace:
            if old in hosts + text:
                new = new(self.all_output) if callable(new) else new
                hosts, text = hosts.replace(old, new), text.replace(old, new)
        for host in filter(only.__contains__, hosts.split()):
            if block.repeated:
                poll(lambda: not self.faults(block, host, text), lambda: self.failure(block, host))
            elif self.faults(block, host, text):
                self.fail(self.failure(block, host))

    def faults(self, block, host, text):
        done = self.hosts[host].shell(text, block.user)
        faults = [f"exit code {done.returncode}"] if (done.returncode != 0) != block.fails else []
        for sample in block.samples:
            faults += [f"no such line: {line}" for line in missing_lines(sample, done.stdout)]
        self.output = done.stdout
        self.all_output += done.stdout
        self.found = faults
        return faults

    def failure(self, block, host):
        faults = "".join(f"\n{fault}" for fault in self.found)
        return f"{block} (on {host}){faults}\n{self.output}{self.hosts[host].logs()}"

    def assert_nothing_left(self, guide):
        self.assertEqual([str(block) for block in guide.left], [], "neither executed nor in NOT_RUN")

    def wait_for_archived(self, server):
        """Until the archive has all that the server has written. Returns the last segment."""
        # Without a record, there is nothing to switch.
        server.query("SELECT pg_logical_emit_message(true, 'test', 'a record')")
        segment = server.query("SELECT pg_walfile_name(pg_switch_wal())")
        poll(lambda: server.query(f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver") == "t", server.logs)
        return segment

    def write_after_backup(self, server):
        server.query("INSERT INTO kept SELECT generate_series(1001, 2000)")
        self.wait_for_archived(server)
        server.query("INSERT INTO kept SELECT generate_series(2001, 3000)")  # only in its pg_wal

    def check_recovered(self, server):
        self.assertEqual(server.query("SELECT count(*), pg_is_in_recovery() FROM kept WHERE row > 1000"), "2000|f")
        self.assertRegex(self.wait_for_archived(server), "^00000002")

    def check_standby(self):
        """The standby gets through the archive what the primary writes after the base backup."""
        primary, standby = self.hosts["primary1"], self.hosts["standby1"]
        poll(lambda: standby.query("SELECT count(*) FROM pg_stat_wal_receiver", check=False) == "0", standby.logs)
        primary.query("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS row")
        primary.query("SELECT pg_switch_wal()")
        poll(lambda: standby.query("SELECT to_regclass('kept') IS NOT NULL") == "t", standby.logs)
        self.assertEqual(standby.query("SELECT count(*), pg_is_in_recovery() FROM kept"), "1000|t")


def main():
    """The program of a test: its first argument is the folder of the packages, the others name tests."""
    global packages
    skip_without_root()
    if "WALSTOW_GUIDES" not in os.environ:
        os.environ["WALSTOW_GUIDES"] = "network"
        os.execv(DEBIAN_SYSTEM, [str(DEBIAN_SYSTEM), "network", sys.executable, "-B", *sys.argv])
    packages = packages_in(sys.argv.pop(1))
    unittest.main(verbosity=2)
