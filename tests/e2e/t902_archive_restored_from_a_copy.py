"""The archive was restored from an older copy: the servers put what it lacks, as docs/disaster-recovery.md has it."""

import re
import shutil
from pathlib import Path

from support import ledger, processes
from support.testcase import EndToEndTest, main

PAGE = Path(__file__).resolve().parents[2] / "docs/disaster-recovery.md"


class ArchiveRestoredFromACopy(EndToEndTest):
    link = "local"

    def run_loop(self, server):
        """What the loop of the page prints, on this server."""
        text = PAGE.read_text(encoding="utf-8")
        (block,) = re.findall(r"```sh\n(cd [^`]*--standby-archive fill[^`]*)```", text)
        programs, toml = self.archive.binaries, self.settings_of(server)
        replaced = (
            ("/var/lib/postgresql/15/main", str(server.data)),
            ("runuser -u postgres -- walstow-archive", f"{programs}/walstow-archive --config {toml}"),
            ("runuser -u postgres -- walstow", f"{programs}/walstow --store {self.archive.folder}"),
        )
        for old, new in replaced:
            self.assertIn(old, block)
            block = block.replace(old, new)
        return processes.run("sh", "-c", block)

    def test_a_standby_puts_what_it_received(self):
        primary = self.new_primary()
        self.add_and_archive(primary, "one")
        copy = self.folder / "copy"
        shutil.copytree(self.archive.folder, copy, symlinks=True)
        standby = self.standby(primary)
        standby.configure(primary_conninfo=primary.conninfo, wal_keep_size="1GB")
        standby.start()
        self.wait_for_receiving(standby)
        end = self.add_and_archive(primary, "two", "three")
        standby.wait_replayed(end.lsn)
        before = self.archive.segments()
        # A segment is finished on the standby once something of the next one has come.
        ledger.add(primary, 10, "next")
        standby.wait_replayed(primary.query("SELECT pg_current_wal_flush_lsn()"))
        # The primary is lost as well.
        primary.kill()
        shutil.rmtree(self.archive.folder)
        copy.rename(self.archive.folder)
        self.assertLess(set(self.archive.segments()), set(before))

        received = standby.wal / max(set(before) - set(self.archive.segments()))
        # Without the option, the standby leaves received segments to the primary.
        for how in ("off", "confirm"):
            self.archive.settings_file(self.settings_of(standby), standby_archive=how)
            self.archive.archive_file(self.settings_of(standby), received, standby.data)
            self.assertNotIn(received.name, self.archive.segments(), how)

        self.archive.settings_file(self.settings_of(standby), standby_archive="off", archive_wait="60s")
        done = self.run_loop(standby)
        self.assertNotIn("NOT put", done.stdout)
        self.assertEqual(set(before) - set(self.archive.segments()), set())

        # A failure is visible, and the loop continues with the other files.
        with (standby.wal / received.name).open("r+b") as file:
            file.write(bytes(100))
        done = self.run_loop(standby)
        self.assertEqual(re.findall("NOT put: (.*)", done.stdout), [received.name])
        self.assertIn("cluster main", done.stdout)


if __name__ == "__main__":
    main()
