"""A data directory made of the files that a real PostgreSQL 19 left (tests/support/vectors/pg19).

No server runs in it: its release need not be installed.
"""

from pathlib import Path

from support import stored_object
from support.testcase import EndToEndTest

VECTORS = Path(__file__).resolve().parents[2] / "support/vectors/pg19"
SEGMENT = 1 << 20


class ReleaseFilesTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "server" / "data"
        self.toml = self.archive_settings()
        self.control = bytearray((VECTORS / "pg_control").read_bytes())
        self.system = int.from_bytes(self.control[:8], "little")
        self.files = {}  # name: content, in the order in which the server archived them
        for path in sorted(VECTORS.glob("0000*")):
            packed = path.suffix == ".zst"
            name = path.stem if packed else path.name
            self.files[name] = stored_object.contents(path) if packed else path.read_bytes()
        self.change_files()
        for folder in ("global", "pg_wal"):
            (self.data / folder).mkdir(parents=True)
        (self.data / "global/pg_control").write_bytes(self.control)
        for name, content in self.files.items():
            (self.data / "pg_wal" / name).write_bytes(content)

    def archive_settings(self):
        self.data.parent.mkdir()
        return self.archive.settings_file(self.data.parent / "walstow.toml")

    def change_files(self):
        """What a test makes of self.files and self.control."""

    def put(self, name):
        return self.archive.archive_file(self.toml, f"pg_wal/{name}", self.data)

    def archive_all(self):
        """Archives every file; what the calls printed."""
        said = ""
        # The segments first: the store must know the segment size.
        for name in sorted(self.files, key=lambda name: (len(name) != 24, name)):
            done = self.put(name)
            self.assertEqual(done.returncode, 0, done.stderr)
            said += done.stderr
        return said

    def restored(self, name):
        done = self.archive.restore_file(self.toml, name, "pg_wal/RECOVERYXLOG", self.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        return (self.data / "pg_wal/RECOVERYXLOG").read_bytes()

    def assert_all_comes_back(self):
        for name, content in self.files.items():
            if name.endswith(".backup"):
                continue  # no server asks for it
            self.assertTrue(self.restored(name) == content, name)
        self.archive.walstow("verify", "main", "--deep")
