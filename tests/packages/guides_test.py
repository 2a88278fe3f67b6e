"""Follows the guides in docs/ on several hosts: it runs the commands that the documents contain, in their order.

usage: guides_test.py FOLDER_OF_PACKAGES [TEST...]

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
from hosts import SERVERS, Hosts
from s3_service import S3Service
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


def line_of_hint(output):
    return re.findall(r'add this line to "[^"]*": (.+)', output)[-1]


class GuidesTest(unittest.TestCase):
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
            for block in guide.section(title):
                if block in guide.left:
                    guide.left.remove(block)
                if (block.document, block.first_line) not in NOT_RUN:
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
        server.query("CREATE TABLE IF NOT EXISTS written ()")  # without a record, there is nothing to switch
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


class Guides(GuidesTest):
    def test_tls_and_recovery_on_a_new_host(self):
        guide = Guide("docs/setup-tls.md")
        self.begin("archive1", "primary1", "standby1")
        self.follow(guide, "1. Build and install", "2. Create the archive", "3. Add the cluster and its servers",
                    "4. Check the connection", "5. Configure the primary", "6. Configure the standby")  # fmt: skip
        self.check_standby()
        self.follow(guide, "7. Look at the archive")
        self.assert_nothing_left(guide)
        self.recover_on_a_new_host(guide)

    def recover_on_a_new_host(self, tls):
        lost = self.hosts["primary1"]
        self.write_after_backup(lost)
        lost.crash()

        self.begin("primary1")
        new = self.hosts["primary1"]
        self.follow(tls, "1. Build and install", only=("primary1",))
        # What the page leaves to its reader: copies of the settings and of the backup, and the disk of the lost host.
        cluster = f"postgresql/{new.release}/main"
        for source, target in ((f"etc/{cluster}/.", f"etc/{cluster}"), ("mnt/backup", "mnt/backup"),
                               (f"var/lib/{cluster}", f"var/lib/{cluster}.lost")):  # fmt: skip
            (new.root / target).parent.mkdir(exist_ok=True)
            run("cp", "--archive", f"{lost.root}/{source}", new.root / target)
        guide = Guide("docs/disaster-recovery.md")
        self.follow(guide, "A new host", "2. Check that the archive has the WAL", "3. Restore the backup and start")
        self.check_recovered(new)

    def test_ssh(self):
        tls, guide = Guide("docs/setup-tls.md"), Guide("docs/setup-ssh.md")
        self.begin("archive1", "primary1", "standby1")
        self.follow(tls, "1. Build and install")
        self.follow(guide, "1. Create the archive", "2. Prepare the account")
        for server in SERVERS:
            self.follow(guide, "3. Add each server", replace=(("primary1", server), ("LINE", line_of_hint)))
        self.follow(tls, "5. Configure the primary", "6. Configure the standby")
        self.check_standby()
        self.follow(tls, "7. Look at the archive")
        self.assert_nothing_left(guide)

    def test_one_host_and_recovery_there(self):
        self.begin("primary1", folder="root/build/packages")
        self.follow(Guide("README.md", host="primary1"), "Ten-minute start")
        server = self.hosts["primary1"]
        server.query("CREATE TABLE kept (row int)")
        self.write_after_backup(server)
        self.follow(Guide("docs/disaster-recovery.md"), "The same host", "2. Check that the archive has the WAL",
                    "3. Restore the backup and start")  # fmt: skip
        self.check_recovered(server)

    def test_s3(self):
        tls, guide = Guide("docs/setup-tls.md"), Guide("docs/setup-s3.md")
        folder = tempfile.TemporaryDirectory(prefix="walstow-s3-")
        self.addCleanup(folder.cleanup)
        service = S3Service(Path(folder.name))
        self.addCleanup(service.end)
        self.begin("archive1", "archive2", "primary1", "standby1")
        for name in ("archive1", "archive2"):
            service.let_trust(self.hosts[name])
        self.follow(tls, "1. Build and install")
        self.follow(guide, "2. Create the archive",
                    replace=(("ACCESS-KEY", service.key), ("SECRET-KEY", service.secret)))  # fmt: skip
        self.follow(tls, "3. Add the cluster and its servers",
                    replace=(("/var/lib/walstow/archive", "s3://wal/production"),))  # fmt: skip
        self.follow(tls, "4. Check the connection", "5. Configure the primary", "6. Configure the standby")
        self.check_standby()
        self.follow(tls, "7. Look at the archive")
        self.follow(guide, "3. Add a second store")
        self.assertFalse((self.hosts["archive1"].root / "var/lib/walstow/archive").exists())
        self.assert_nothing_left(guide)


class Documents(unittest.TestCase):
    def test_an_answer_is_about_its_question(self):
        blocks = [block for block in Guide("docs/disaster-recovery.md").blocks if "walstow when" in block.text]
        self.assertTrue(blocks)
        for block in blocks:
            moment = re.search(r"walstow when \w+ '([^+']*)", block.text)[1]
            answer = block.samples[0]
            self.assertTrue(answer.startswith(moment), block)
            ended = re.search(r"ended (\S+)Z", answer)[1].replace("T", " ")
            self.assertLess(ended, moment, block)

    def test_the_list_names_existing_blocks(self):
        for document, line in NOT_RUN:
            with self.subTest(line):
                self.assertIn(line, [block.first_line for block in Guide(document).blocks])


def main():
    global packages
    skip_without_root()
    packages = packages_in(sys.argv.pop(1))
    unittest.main(verbosity=2)


if __name__ == "__main__":
    if "WALSTOW_GUIDES" not in os.environ:
        skip_without_root()
        os.environ["WALSTOW_GUIDES"] = "network"
        os.execv(DEBIAN_SYSTEM, [str(DEBIAN_SYSTEM), "network", sys.executable, "-B", *sys.argv])
    main()
