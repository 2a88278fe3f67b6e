"""File and folders are fsynced before the store acknowledges, for 201 and for 200 (by strace)."""

from support import system_calls
from support.testcase import EndToEndTest, main


class DurableBeforeAcknowledged(EndToEndTest):
    def setUp(self):
        if not system_calls.can_trace():
            self.skipTest("strace cannot trace programs here")
        super().setUp()
        self.server = self.new_data_directory("server")
        self.server.configure(wal_keep_size="64MB")
        self.server.start()
        self.names = [self.server.switch_wal().name for _ in range(2)]
        self.server.stop()
        self.toml = self.archive.settings_file(self.settings_of(self.server))

    def put(self, name):
        """The system calls of a put, which succeeds, and the path of the object."""
        trace = system_calls.Trace(
            self.archive.binaries / "walstow-archive", "--config", self.toml, f"pg_wal/{name}",
            output=self.folder / "trace", cwd=self.server.data,
        )  # fmt: skip
        return trace, self.archive.objects()[name]

    def check_published(self, trace, path, new_folders):
        """201: the object is fsynced, then linked, then each folder fsynced, then acknowledged."""
        acknowledged = trace.first(r'"HTTP/1\.1 201 ')
        linked = trace.first(rf"^(link|rename)\w*\(.*{path.name}.*\) += 0")
        written = [call for call in trace.fsyncs_of_files() if call.end < linked.begin]
        self.assertTrue(written, f"the object was not fsynced before its link\n{trace}")
        self.assertTrue(
            any(linked.end < call.begin and call.end < acknowledged.begin
                for call in trace.fsyncs(path.parent)),
            f"the folder was not fsynced between link and acknowledgement\n{trace}",
        )  # fmt: skip
        for folder in new_folders:
            self.assertTrue(
                any(call.end < acknowledged.begin for call in trace.fsyncs(folder)),
                f"{folder}, which has a new entry, was not fsynced\n{trace}",
            )

    def check_standing(self, trace, path):
        """200: what stands is fsynced again, with its folder; nothing is linked."""
        acknowledged = trace.first(r'"HTTP/1\.1 200 ')
        for durable in (path, path.parent):
            self.assertTrue(
                any(call.end < acknowledged.begin for call in trace.fsyncs(durable)),
                f"{durable} was not fsynced before the acknowledgement\n{trace}",
            )

    def test_segment(self):
        trace, path = self.put(self.names[0])
        wal = path.parent.parent
        era = wal.parent
        self.check_published(trace, path, new_folders=(wal, era, era.parent))
        trace, path = self.put(self.names[1])
        self.check_published(trace, path, new_folders=())
        for name in self.names:
            self.check_standing(*self.put(name))

    def test_history(self):
        self.put(self.names[0])
        name = "00000002.history"
        (self.server.wal / name).write_text("1\t0/300000\tno recovery target specified\n")
        trace, path = self.put(name)
        self.check_published(trace, path, new_folders=(path.parent.parent,))
        self.check_standing(*self.put(name))


if __name__ == "__main__":
    main()
