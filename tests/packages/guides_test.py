"""Follows the guides in docs/ on several hosts: it runs the commands that the documents contain, in their order.

usage: guides_test.py FOLDER_OF_PACKAGES [TEST...]

Each host is a copy of the Debian of debian-system. Needs root. Nothing of it reaches this machine's own packages,
services, users or network.
"""

import re
import tempfile
import unittest
from pathlib import Path

import guide_case
from guide import Guide
from guide_case import NOT_RUN, GuideCase
from hosts import SERVERS
from s3_service import S3Service
from systems import run


def line_of_hint(output):
    return re.findall(r'add this line to "[^"]*": (.+)', output)[-1]


class Guides(GuideCase):
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


if __name__ == "__main__":
    guide_case.main()
