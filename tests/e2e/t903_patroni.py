"""Patroni as docs/failover.md has it: a failover, a switchover and a recovery, and nothing is missing in the archive.

The settings, the scripts and the commands are those of the page, with this test's paths.
"""

import re
import signal
import textwrap
from pathlib import Path

import yaml
from support import ledger, patroni, processes, wait
from support.testcase import EndToEndTest, main

PAGE = Path(__file__).resolve().parents[2] / "docs/failover.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("\n## Patroni\n")[2].partition("\n## ")[0]
SEGMENTS_BEHIND = 4  # of the archive, when the leader is lost


def block(kind, text):
    """The one code block of the section that has `text`, without the indentation of a list."""
    found = [body for body in re.findall(rf"```{kind}\n(.*?)```", SECTION, re.DOTALL) if text in body]
    assert len(found) == 1, f'{len(found)} blocks of {PAGE.name} have "{text}"'
    return textwrap.dedent(found[0])


class Patroni(EndToEndTest):
    link = "tls"

    def setUp(self):
        if not patroni.is_here():
            self.skipTest("patroni and etcd are not installed: deploy/install-packages managers")
        super().setUp()
        etcd = patroni.Etcd(self.folder / "etcd")
        self.addCleanup(etcd.kill)
        etcd.start()
        self.nodes = [patroni.Node(self.folder / name, etcd) for name in ("one", "two")]
        self.servers += self.nodes

    def written_for(self, node, text):
        """Text of the page, with what this node has instead."""
        programs, toml = self.archive.binaries, self.archive.settings_file(self.settings_of(node))
        replaced = (
            ("/usr/bin/walstow-archive ", f"{programs}/walstow-archive --config {toml} "),
            ("/usr/bin/walstow-restore ", f"{programs}/walstow-restore --config {toml} "),
            ("/usr/bin/walstow ", f"{programs}/walstow --config {toml} "),
            ("-- walstow ", f"-- {programs}/walstow --config {toml} "),
            ("/var/lib/postgresql/15/main", str(node.data)),
            ("/var/lib/postgresql/recovery.log", str(node.folder / "recovery.log")),
            ("/usr/lib/postgresql/15/bin", str(Path(patroni.program("postgres")).parent)),
            ("/usr/local/bin", str(node.folder)),
            ("runuser -u postgres -- ", ""),  # it is this user
            ("psql -XAt", f"psql -h {node.socket} -p {node.port} -U postgres -XAt"),
            ("--psql 'dbname=postgres'", f"--psql '{node.conninfo}'"),
            (" CLUSTER", f" {patroni.SCOPE}"),
        )
        for old, new in replaced:
            text = text.replace(old, new)
        return text

    def run_block(self, node, text):
        return processes.run("sh", "-e", "-c", self.written_for(node, text))

    def start_cluster(self, archive_mode):
        """Two nodes, and an empty ledger. The settings are added to the running cluster, as the page has it."""
        one, two = self.nodes
        one.start()
        two.start()
        settings = yaml.safe_load(block("yaml", "archive_command"))
        settings["postgresql"]["parameters"]["archive_mode"] = archive_mode
        # Each node has settings of its own here. On real hosts their path is the same.
        for node in self.nodes:
            text = self.written_for(node, yaml.safe_dump(settings, width=1000))
            node.local = yaml.safe_load(text)["postgresql"]
        for node in self.nodes:
            node.write_settings()
            node.ctl("reload", patroni.SCOPE, node.name, "--force")
        one.ctl("edit-config", patroni.SCOPE, "--force", "--set", f"postgresql.parameters.archive_mode={archive_mode}")
        one.ctl("restart", patroni.SCOPE, "--force")
        for node in self.nodes:
            node.wait_ready()
            wait.until(lambda node=node: self.has_settings(node, archive_mode), f"{node.name} has the settings")
        ledger.create(one)

    def has_settings(self, node, archive_mode):
        shown = node.query("SELECT current_setting('archive_mode'), current_setting('archive_command')")
        return shown.startswith(f"{archive_mode}|") and str(self.settings_of(node)) in shown

    def add_and_stream(self, leader, replica, batch):
        self.add_and_archive(leader, batch)
        replica.wait_replayed(leader.query("SELECT pg_current_wal_flush_lsn()"))

    def lose_the_leader(self, leader, replica):
        """The store cannot be reached, the stream goes on, and then the host is lost."""
        self.archive.server.stop()
        for number in range(SEGMENTS_BEHIND):
            ledger.add(leader, 10, f"gap {number}")
            leader.switch_wal()
        ledger.add(leader, 10, "gap end")
        replica.wait_replayed(leader.query("SELECT pg_current_wal_flush_lsn()"))
        behind = {name for name in leader.ready_files() if len(name) == 24}
        self.assertGreaterEqual(len(behind), SEGMENTS_BEHIND)
        leader.lose()
        self.archive.server.start()
        wait.until(lambda: replica.role() == "leader", "Patroni has promoted the replica", interval=0.5)
        replica.wait_promoted()
        return behind

    def assert_nothing_is_missing(self, leader):
        leader.archive_all()
        self.run_block(leader, "runuser -u postgres -- walstow list main --holes")

    def assert_lost_leader_comes_back(self, lost):
        lost.start()
        self.assertEqual(lost.role(), "replica")

    def test_failover_with_standbys_that_archive(self):
        one, two = self.nodes
        self.start_cluster("always")
        self.add_and_stream(one, two, "archived")
        behind = self.lose_the_leader(one, two)
        two.wait_archived()
        self.assertLessEqual(behind, set(self.archive.segments()))
        self.assert_nothing_is_missing(two)
        self.assert_lost_leader_comes_back(one)
        self.assert_same_rows(one, two)

    def test_failover_with_backfill(self):
        one, two = self.nodes
        for node in self.nodes:
            for name, text in (("walstow-pre-promote", "timeout 20"), ("walstow-role-change", "pg_is_in_recovery")):
                script = node.folder / name
                script.write_text(self.written_for(node, block("sh", text)), encoding="utf-8")
                script.chmod(0o755)
            hooks = self.written_for(node, block("yaml", "pre_promote"))
            node.hooks = yaml.safe_load(hooks)["postgresql"]
        self.start_cluster("on")
        self.add_and_stream(one, two, "archived")
        behind = self.lose_the_leader(one, two)
        wait.until(lambda: behind <= set(self.archive.segments()), "the hooks have put what nobody had archived")
        self.assert_nothing_is_missing(two)

    def test_switchover(self):
        one, two = self.nodes
        self.start_cluster("always")
        self.add_and_stream(one, two, "before")
        commands = block("sh", "patronictl switchover")
        choice = f"--config-file {one.settings} switchover {patroni.SCOPE} --leader one --candidate two --force"
        first, _, last = commands.partition("patronictl switchover CLUSTER\n")
        self.run_block(one, first)
        processes.run(patroni.PATRONICTL, *choice.split())
        wait.until(lambda: two.role() == "leader", "the other node leads", interval=0.5)
        two.wait_promoted()
        self.add_and_archive(two, "after")
        self.run_block(two, last)
        wait.until(lambda: one.role() == "replica" and one.is_running(), "the old leader follows", interval=0.5)
        one.wait_replayed(two.query("SELECT pg_current_wal_flush_lsn()"))
        self.assert_same_rows(one, two)

    def test_recovery_to_a_moment(self):
        one, two = self.nodes
        self.start_cluster("always")
        backup = self.folder / "backup"
        one.base_backup(backup)
        self.add_and_stream(one, two, "kept")
        one.query("SELECT pg_create_restore_point('before the mistake')")
        one.switch_wal()
        one.query("TRUNCATE ledger")
        self.add_and_stream(one, two, "after the mistake")
        one.archive_all()
        for node in (two, one):  # systemctl stop patroni
            node.stop()
            node.wait_stopped()
        # Patroni's record of the cluster has a later position than the recovered server.
        one.move_data_away()
        processes.run("cp", "--archive", backup, one.data)
        when = self.archive.walstow("when", "main", "before the mistake").stdout
        lines = [line for line in when.splitlines() if line.startswith("recovery_target")]
        self.assertEqual(len(lines), 2, when)
        with (one.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
        self.run_block(one, block("sh", "recovery.signal"))
        log = one.folder / "recovery.log"
        ready = "database system is ready to accept connections"
        wait.until(lambda: log.exists() and ready in log.read_text(), f"{log.name} has the page's line")
        one.wait_promoted()
        self.assertEqual(ledger.batches(one), ["kept"])
        postmaster = one.postmaster()
        one.start()
        self.assertEqual(one.role(), "leader")
        self.assertEqual(one.postmaster(), postmaster)
        two.move_data_away()
        two.start()
        self.add_and_stream(one, two, "new")
        self.assertEqual(ledger.batches(two), ["kept", "new"])
        self.assert_nothing_is_missing(one)
        settings = (one.data / "postgresql.auto.conf").read_text(encoding="utf-8")
        self.assertNotIn("recovery_target", settings)
        # The recovered cluster fails over like any other.
        one.stop(signal.SIGTERM)
        wait.until(lambda: two.role() == "leader", "Patroni has promoted the new standby", interval=0.5)
        two.wait_promoted()
        self.assert_nothing_is_missing(two)


if __name__ == "__main__":
    main()
