"""repmgr as docs/failover.md has it: its event runs `walstow backfill` after a promotion."""

import os
import re
import signal
from pathlib import Path

from support import ledger, processes, wait
from support.releases import program
from support.testcase import EndToEndTest, main

PAGE = Path(__file__).resolve().parents[2] / "docs/failover.md"
SECTION = PAGE.read_text(encoding="utf-8").partition("\n## repmgr\n")[2].partition("\n## ")[0]
REPMGR = Path(program("postgres")).with_name("repmgr")
SEGMENTS_BEHIND = 4  # of the archive, when the primary is lost


class Repmgr(EndToEndTest):
    def setUp(self):
        if not os.access(REPMGR, os.X_OK):
            self.skipTest("repmgr is not installed: deploy/install-packages managers")
        super().setUp()

    def repmgr(self, server, number, *words):
        """Runs repmgr on a server, with the lines of the page in its repmgr.conf."""
        lines = re.findall(r"^    (event_\w+ = '[^'\n]*)'$", SECTION, re.MULTILINE)
        self.assertEqual(len(lines), 2)
        walstow = f"{self.archive.binaries}/walstow --config {self.settings_of(server)}"
        lines = [
            line.replace("/usr/bin/walstow", walstow).replace("/var/lib/postgresql/15/main", str(server.data)) + "'"
            for line in lines
        ]
        settings = server.folder / "repmgr.conf"
        settings.write_text(
            f"node_id={number}\nnode_name='{server.name}'\nconninfo='{server.conninfo}'\n"
            f"data_directory='{server.data}'\npg_bindir='{REPMGR.parent}'\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
        return processes.run(REPMGR, "--config-file", settings, *words)

    def test_promotion_fills_the_gap(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        standby.configure(primary_conninfo=f"{primary.conninfo} application_name=standby", wal_keep_size="1GB", archive_mode="on")
        standby.start()
        self.repmgr(primary, 1, "primary", "register")
        standby.wait_replayed(self.add_and_archive(primary, "archived").lsn)
        self.repmgr(standby, 2, "standby", "register", "--upstream-node-id=1")
        primary.reconfigure(archive_command="false")
        for number in range(SEGMENTS_BEHIND):
            ledger.add(primary, 10, f"gap {number}")
            primary.switch_wal()
        ledger.add(primary, 10, "gap end")
        standby.wait_replayed(primary.query("SELECT pg_current_wal_flush_lsn()"))
        behind = {name for name in primary.ready_files() if len(name) == 24}
        self.assertGreaterEqual(len(behind), SEGMENTS_BEHIND)
        primary.stop(signal.SIGQUIT)
        primary.wait_crashed()

        self.repmgr(standby, 2, "standby", "promote")
        wait.until(lambda: behind <= set(self.archive.segments()), "the event has put what nobody had archived")
        standby.archive_all()
        listed = self.archive.walstow("list", "main", "--holes", check=False)
        self.assertEqual(listed.returncode, 0, listed.stdout)


if __name__ == "__main__":
    main()
