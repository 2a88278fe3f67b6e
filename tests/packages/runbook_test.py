"""Follows docs/disaster-recovery.md on several hosts: promotion, switchover, a mistake, a rehearsal, a lost store.

usage: runbook_test.py FOLDER_OF_PACKAGES [TEST...]

guides_test.py follows the recovery from a base backup.
"""

import re
import shutil
import unittest

import guide_case
from guide import Guide
from guide_case import NOT_RUN, GuideCase, poll
from hosts import SERVERS
from systems import HERE, run

RUNBOOK = "docs/disaster-recovery.md"
ARCHIVE = "/var/lib/walstow/archive"


class Runbook(GuideCase):
    def setUp(self):
        super().setUp()
        self.page = Guide(RUNBOOK)

    def set_up(self):
        """The hosts of the guide over TLS."""
        guide = Guide("docs/setup-tls.md")
        self.begin("archive1", "primary1", "standby1")
        for name in SERVERS:
            self.let_rewind(self.hosts[name])
        self.follow(guide, "1. Build and install", "2. Create the archive", "3. Add the cluster and its servers",
                    "4. Check the connection", "5. Configure the primary", "6. Configure the standby")  # fmt: skip
        self.check_standby()
        self.follow(guide, "7. Look at the archive")

    def let_rewind(self, host):
        """What pg_rewind needs of two servers: hints in the WAL, and a superuser's connection."""
        folder = host.root / f"etc/postgresql/{host.release}/main"
        (folder / "conf.d/rewind.conf").write_text("wal_log_hints = on\nlisten_addresses = '*'\n")
        with (folder / "pg_hba.conf").open("a") as file:
            file.write("host all postgres 192.0.2.0/24 trust\n")

    def administer(self, *words):
        """The output of an administrator's command on archive1."""
        command = ("runuser", "-u", "walstow", "--", "walstow", "--store", ARCHIVE, *words)
        return self.hosts["archive1"].run(*command).stdout

    def check_roles_changed(self):
        """standby1 is the primary, and primary1 follows it through the archive."""
        old, new = self.hosts["primary1"], self.hosts["standby1"]
        self.assertEqual(new.query("SELECT pg_is_in_recovery()"), "f")
        new.query("CREATE TABLE afterwards AS SELECT generate_series(1, 10) AS row")
        self.assertRegex(self.wait_for_archived(new), "^00000002")
        poll(lambda: old.query("SELECT to_regclass('afterwards') IS NOT NULL", check=False) == "t", old.logs)
        self.assertEqual(old.query("SELECT count(*), pg_is_in_recovery() FROM afterwards"), "10|t")

    def test_promotion_after_a_crash(self):
        self.set_up()
        old, new = self.hosts["primary1"], self.hosts["standby1"]
        old.query("INSERT INTO kept SELECT generate_series(1001, 2000)")
        self.wait_for_archived(old)
        old.query("INSERT INTO kept SELECT generate_series(2001, 3000)")  # only in its pg_wal
        # Not pg_ctlcluster, whose stop is always fast: the server would archive its last segment.
        old.run("runuser", "-u", "postgres", "--", f"/usr/lib/postgresql/{old.release}/bin/pg_ctl", "stop", "-m",
                "immediate", "-D", f"/var/lib/postgresql/{old.release}/main")  # fmt: skip

        self.follow(self.page, "If a standby is up: promote it")
        self.assertEqual(new.query("SELECT count(*) FROM kept"), "2000")
        self.follow(self.page, "After the promotion")
        self.check_roles_changed()
        self.assertEqual(old.query("SELECT count(*) FROM kept"), "2000")

        new.run("install", "-d", "-o", "postgres", "-m", "700", "/mnt/backup")
        self.follow(self.page, "To take a new base backup", replace=(("primary1", "standby1"),))

    def test_planned_switchover(self):
        self.set_up()
        self.hosts["primary1"].query("INSERT INTO kept SELECT generate_series(1001, 3000)")
        self.follow(self.page, "Planned switchover")
        self.assertEqual(self.hosts["standby1"].query("SELECT count(*) FROM kept"), "3000")
        # The standby did not stream. So only the old primary has its shutdown checkpoint.
        self.follow(self.page, "After the promotion")
        self.check_roles_changed()

    def test_mistake_is_undone_after_a_rehearsal(self):
        self.set_up()
        server, standby = self.hosts["primary1"], self.hosts["standby1"]
        # It would follow the timeline of the rehearsal that archives.
        standby.run("pg_ctlcluster", standby.release, "main", "stop")
        server.query("ALTER SYSTEM SET wal_keep_size = '256MB'")  # its pg_wal has a copy of what the archive loses
        server.query("SELECT pg_reload_conf()")
        self.follow(self.page, "To take a new base backup")
        server.query("INSERT INTO kept SELECT generate_series(1001, 2000)")
        damaged = self.wait_for_archived(server)
        server.query("INSERT INTO kept SELECT generate_series(2001, 3000)")
        moment = server.query("SELECT clock_timestamp()")
        server.query("DELETE FROM kept")
        self.wait_for_archived(server)

        self.follow(self.page, "Disaster recovery", replace=(("000000010000000000000005", damaged),))
        self.follow(self.page, "Which moments can be reached")
        self.step(self.page, "To undo a mistake", 0, replace=(("2026-11-30 20:24:45+00", moment),))
        settings = "".join(line + "\n" for line in self.output.splitlines() if " = " in line)
        start = re.search(r"WAL .* from (\S+)", self.output)[1]
        backup = server.run("grep", "--files-with-matches", "--recursive", f": {start} ", "/mnt/backup", "--include",
                            "backup_label").stdout.strip().removesuffix("/backup_label")  # fmt: skip
        self.assertNotEqual(backup, "/mnt/backup/main", "an older backup than necessary")

        self.rehearse(backup, settings)
        self.undo_the_mistake(server, backup, settings, damaged)

    def rehearse(self, backup, settings):
        title, server = "To rehearse", self.hosts["primary1"]

        def of_copy(sql):
            return server.run("runuser", "-u", "postgres", "--", "psql", "-p", "5433", "-Atc", sql, check=False).stdout

        off = "archive_mode = off\n"
        self.step(self.page, title, 0, replace=(("/mnt/backup/main", backup), (off, off + settings)))
        self.step(self.page, title, 1)
        poll(lambda: of_copy("SELECT pg_get_wal_replay_pause_state()") == "paused\n", server.logs)
        self.assertEqual(of_copy("SELECT count(*) FROM kept"), "3000\n")
        self.step(self.page, title, 2)
        name = re.search(r"([0-9a-f]{32}) on primary1", self.administer("status", "main"))[1]
        self.step(self.page, title, 3, replace=(("NAME", name),))
        self.assertNotIn(name, self.administer("standby", "list", "main"))

        # The same, but it archives.
        on = "archive_mode = on\narchive_command = '/usr/bin/walstow-archive %p'\n"
        self.step(self.page, title, 0, replace=(("/mnt/backup/main", backup), (off, on)))
        self.step(self.page, title, 1)
        poll(lambda: of_copy("SELECT pg_is_in_recovery()") == "f\n", server.logs)
        poll(lambda: "00000002.history" in self.administer("list", "main"), server.logs)
        # Of the parent timeline's segments, the one with the branch point is no sign of a second server.
        for _ in range(2):
            self.wait_for_archived(server)
        self.step(self.page, title, 2)
        self.withdraw_the_timeline()

    def withdraw_the_timeline(self):
        title, yes = "A file exists that should not", (("withdraw main", "withdraw --yes main"),)
        names = re.findall(r"\b00000002[0-9A-F]{16}\b", self.administer("list", "main"))
        for name in sorted(set(names), reverse=True):
            self.administer("withdraw", "--yes", "main", name, "--reason", "trial")
        self.step(self.page, title, 0, replace=yes)
        self.assertRegex(self.output, "TWO SERVERS|FORKED")
        self.step(self.page, title, 1, replace=yes)
        self.assertIn("00000002.history", self.administer("list", "main"))
        self.step(self.page, title, 0, replace=yes)
        self.step(self.page, title, 2, replace=yes)
        self.assertNotRegex(self.administer("status", "main"), "TWO SERVERS|FORKED|HOLE")
        self.assertNotRegex(self.administer("list", "main"), "(?m)^00000002")

    def undo_the_mistake(self, server, backup, settings, damaged):
        self.follow(self.page, "The same host")
        folder = self.hosts["archive1"].root / ARCHIVE[1:]
        for path in folder.rglob(f"{damaged}*"):
            path.unlink()
        self.assertIn("HOLE", self.administer("status", "main"))
        self.follow(self.page, "A file is missing or damaged", replace=(("000000010000000000000009", damaged),))

        recovery = server.root / f"etc/postgresql/{server.release}/main/conf.d/walstow-recovery.conf"
        action = re.search(r"```ini\n(.*?)```", (HERE.parents[1] / RUNBOOK).read_text(), re.S)[1]
        recovery.write_text(settings + action)
        title = "3. Restore the backup and start"
        for number, block in enumerate(self.page.section(title)):
            if not block.repeated:  # until the end of a recovery that does not pause
                self.step(self.page, title, number, replace=(("/mnt/backup/main", backup),))
        poll(lambda: server.query("SELECT pg_get_wal_replay_pause_state()", check=False) == "paused", server.logs)
        self.assertEqual(server.query("SELECT count(*) FROM kept"), "3000")
        server.query("SELECT pg_wal_replay_resume()")
        poll(lambda: server.query("SELECT pg_is_in_recovery()") == "f", server.logs)
        recovery.unlink()
        self.assertRegex(self.wait_for_archived(server), "^00000002")

    def test_store_is_lost(self):
        self.set_up()
        lost, server = self.hosts["archive1"], self.hosts["primary1"]
        (lost.root / "mnt/backup").mkdir(exist_ok=True)
        self.follow(Guide("docs/moving-an-archive.md"), "Back up an archive")
        self.write_after_backup(server)
        lost.crash()

        self.begin("archive1")
        new = self.hosts["archive1"]
        self.follow(Guide("docs/setup-tls.md"), "1. Build and install", only=("archive1",))
        run("cp", "--archive", f"{lost.root}/mnt/backup", new.root / "mnt")
        title = "The archive is in a directory, and you have a backup of it"
        self.step(self.page, title, 0)
        for name in SERVERS:
            self.wait_for_store(self.hosts[name])
        self.step(self.page, title, 1)
        self.step(self.page, title, 2)
        self.assertNotIn("NOT put", self.all_output)
        self.check_rows_reach_the_standby()
        self.assertNotIn("HOLE", self.administer("status", "main"))
        self.follow(self.page, "To take a new base backup")
        self.make_new_certificates(new)
        self.check_rows_reach_the_standby()

    def wait_for_store(self, host):
        """The host still knows the network card of the lost store, which had the same address."""
        check = ("runuser", "-u", "postgres", "--", "walstow", "check")
        poll(lambda: host.run(*check, check=False).returncode == 0, lambda: host.run(*check, check=False).stdout)

    def make_new_certificates(self, store):
        """Without the key of the old authority."""
        store.run("systemctl", "stop", "walstowd")
        (store.root / ARCHIVE[1:] / "_tls").rename(store.root / "root/_tls")
        for name in SERVERS:
            shutil.copy(store.root / "root/.ssh/id_ed25519.pub", self.hosts[name].root / "root/.ssh/authorized_keys")
        title = "New certificates"
        self.step(self.page, title, 0)
        of_client = [line for line in self.page.section(title)[0].text.splitlines() if "primary1" in line]
        self.assertEqual(len(of_client), 3)
        done = store.shell("cd /var/lib/walstow\n" + "\n".join(of_client).replace("primary1", "standby1") + "\n")
        self.assertEqual(done.returncode, 0, done.stdout)

    def check_rows_reach_the_standby(self):
        primary, standby = self.hosts["primary1"], self.hosts["standby1"]
        primary.query("INSERT INTO kept SELECT 0")
        self.wait_for_archived(primary)
        rows = primary.query("SELECT count(*) FROM kept")
        poll(lambda: standby.query("SELECT count(*) FROM kept") == rows, standby.logs)


class Documents(unittest.TestCase):
    def test_each_section_with_commands_is_followed(self):
        tests = "".join((HERE / name).read_text() for name in ("guides_test.py", "runbook_test.py"))
        for block in Guide(RUNBOOK).blocks:
            if (block.document, block.first_line) not in NOT_RUN:
                with self.subTest(str(block)):
                    self.assertIn(f'"{block.section}"', tests)


if __name__ == "__main__":
    guide_case.main()
