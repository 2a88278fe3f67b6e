"""A file system that can be made to hang: whoever writes to it then cannot even be killed."""

import os

from support import wait


class HangingDisk:
    """An ext4 of its own at `folder`, on a loop device; this user's. `root`: support/root.py."""

    def __init__(self, root, folder, megabytes=64):
        self.folder = folder
        self._root = root
        self._mounts = []
        self._disk = folder  # where it can be reached
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
        if not self.trouble:
            self._mounts.append(folder)

    def _run(self, *command):
        return self._root.run(*command, cwd="/")

    def _must(self, *command):
        done = self._run(*command)
        if done.returncode != 0:
            raise AssertionError(f"exit code {done.returncode} of {command}: {done.stderr}")

    def hang(self):
        """From now on no write ends, of whomever; reads do."""
        self._must("/sbin/fsfreeze", "--freeze", self._disk)

    def answer(self):
        """All that hangs goes on, or ends if it was killed."""
        self._must("/sbin/fsfreeze", "--unfreeze", self._disk)

    def replace(self):
        """What an administrator does who gives it up: `folder` is an empty tmpfs from now on, this user's."""
        self._disk = self.folder.with_name(f"{self.folder.name}.away")
        self._disk.mkdir()
        self._root.at_end("umount", self._disk)
        self._root.at_end("/sbin/fsfreeze", "--unfreeze", self._disk)
        self._must("mount", "--bind", self.folder, self._disk)  # or nobody could have it answer again
        self._mounts.append(self._disk)
        self._must("umount", "--lazy", self.folder)
        owner = f"uid={os.getuid()},gid={os.getgid()}"
        self._must("mount", "-t", "tmpfs", "-o", f"size=64m,mode=700,{owner}", "none", self.folder)

    def close(self):
        if not self._mounts:
            return
        self._run("/sbin/fsfreeze", "--unfreeze", self._disk)  # fails where it answers
        while self._mounts:
            mount = self._mounts.pop()
            wait.until(
                lambda mount=mount: self._run("umount", mount).returncode == 0,
                f"nobody uses {mount} any more",
            )
