"""A file system that can be made to hang: whoever writes to it then cannot even be killed."""

import os

from support import wait


class HangingDisk:
    """An ext4 of its own at `folder`, on a loop device; this user's. `root`: support/root.py."""

    def __init__(self, root, folder, megabytes=64):
        self.folder = folder
        self._root = root
        self._mounted = False
        folder.mkdir()
        image = folder.with_name(f"{folder.name}.image")
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        # Also when the test is killed: what is frozen would hang until the next boot.
        root.at_end("umount", folder)
        root.at_end("/sbin/fsfreeze", "--unfreeze", folder)
        owner = f"{os.getuid()}:{os.getgid()}"
        self._must("/sbin/mkfs.ext4", "-q", "-E", f"root_owner={owner}", image)
        self.trouble = self._run("mount", "-o", "loop", image, folder).stderr
        self._mounted = not self.trouble

    def _run(self, *command):
        return self._root.run(*command, cwd="/")

    def _must(self, *command):
        done = self._run(*command)
        if done.returncode != 0:
            raise AssertionError(f"exit code {done.returncode} of {command}: {done.stderr}")

    def hang(self):
        """From now on no write ends, of whomever; reads do."""
        self._must("/sbin/fsfreeze", "--freeze", self.folder)

    def answer(self):
        """All that hangs goes on, or ends if it was killed."""
        self._must("/sbin/fsfreeze", "--unfreeze", self.folder)

    def close(self):
        if not self._mounted:
            return
        self._run("/sbin/fsfreeze", "--unfreeze", self.folder)  # fails where it answers
        wait.until(
            lambda: self._run("umount", self.folder).returncode == 0,
            f"nobody uses {self.folder} any more",
        )
        self._mounted = False
