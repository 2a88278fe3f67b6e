"""An archive moves to another folder; the copy is killed, watched, and done again."""

import os
import pty
import signal
import subprocess

from support import processes, wait
from support.archive import Archive
from support.testcase import EndToEndTest, main


class CopyOfAnArchive(EndToEndTest):
    link = "local"
    store = "directory"

    def walstow(self, *arguments, check=True):
        return processes.run(self.archive.binaries / "walstow", *arguments, check=check)

    def stored(self, archive):
        return {name: archive.stored(object) for name, object in archive.objects().items()}

    def test_one_that_is_killed_goes_on(self):
        primary = self.new_primary()
        self.add_and_archive(primary, *(f"batch {number}" for number in range(12)))
        primary.stop()
        target = Archive(self.folder / "target", self.archive.binaries)
        command = [self.archive.binaries / "walstow", "copy", self.archive.url, target.url, "--jobs=1"]
        for most in (1, 4, 8):
            copy = processes.spawn(command, self.folder / "copy.log")
            enough = lambda most=most: len(target.objects()) >= most or copy.poll() is not None
            wait.until(enough, "some are copied")
            copy.send_signal(signal.SIGKILL)
            copy.wait()
        self.assertEqual(target.walstow("status", "main", check=False).returncode, 1)
        self.walstow("copy", "--finish", self.archive.url, target.url)
        self.assertEqual(self.stored(target), self.stored(self.archive))
        self.assertEqual(target.walstow("verify", "main").returncode, 0)
        again = self.walstow("copy", "--finish", self.archive.url, target.url)
        self.assertIn("copied 0 objects", again.stdout)

    def test_a_person_sees_how_far_it_is(self):
        server, segment = self.new_finished_segment()
        toml = self.archive.settings_file(self.settings_of(server))
        done = self.archive.archive_file(toml, f"pg_wal/{segment}", cwd=server.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        primary_end, terminal = pty.openpty()
        target = self.folder / "target"
        subprocess.run(
            [self.archive.binaries / "walstow", "copy", self.archive.url, target],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=terminal, check=True,
        )  # fmt: skip
        os.close(terminal)
        shown = os.read(primary_end, 4096).decode()
        os.close(primary_end)
        self.assertIn("[################] 100%  1 objects", shown)


if __name__ == "__main__":
    main()
