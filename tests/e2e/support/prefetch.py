"""What t400 to t406 share: a standby that says what it does, and its prefetcher."""

import re

from support import processes
from support.testcase import EndToEndTest

SPOOL = "pgsql_tmp_walstow"
AHEAD = ", fetched ahead"


class PrefetchTest(EndToEndTest):
    def telling(self, server):
        """Has `server` restore with -v: each call says where its file came from."""
        command = self.archive.restore_command(self.settings_of(server))
        server.configure(restore_command=command.replace(" --config ", " -v --config ", 1))
        return server

    def segments_and_standby(self, batches):
        """A primary that has archived `batches`, a standby that has to catch up, the last end."""
        primary = self.new_primary()
        standby = self.telling(self.standby(primary))
        end = self.add_and_archive(primary, *[f"batch {number}" for number in range(batches)])
        return primary, standby, end

    def prefetchers(self, server):
        """Process ids."""
        found = processes.find(str(self.settings_of(server)))
        return [pid for pid in found if " --prefetch " in processes.command_line(pid)]

    @staticmethod
    def restored(server):
        """The names of all segments that were restored, and of those that were fetched ahead."""
        lines = re.findall(r'info: restored file "([0-9A-F]{24})" as .*', server.log_text())
        ahead = re.findall(rf'info: restored file "([0-9A-F]{{24}})" as .*{AHEAD}', server.log_text())
        return lines, ahead

    @staticmethod
    def prefetch_log(server):
        path = server.wal / SPOOL / "prefetch.log"
        return path.read_text(errors="backslashreplace") if path.exists() else ""
