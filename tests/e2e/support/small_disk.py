"""A small file system of its own (tmpfs in a mount namespace), which really fills up."""

import os
import subprocess

from support import processes


def can_mount():
    """Whether this user may mount a tmpfs in a namespace of its own here."""
    done = processes.run(
        "unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt", check=False
    )
    return done.returncode == 0


class SmallDisk:
    """A tmpfs at `folder`, for those who are started through this object only."""

    def __init__(self, folder, size="8m", inodes=200):
        self.folder = folder
        self.options = f"size={size},nr_inodes={inodes},mode=700"
        folder.mkdir()
        # It holds the namespace until its input ends, also when the test dies.
        self._holder = subprocess.Popen(
            ["unshare", "--map-root-user", "--mount", "sh", "-c",
             f"mount -t tmpfs -o {self.options} none {folder} && echo mounted && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        if self._holder.stdout.readline() != b"mounted\n":
            raise AssertionError("could not mount a tmpfs")

    @property
    def _enter(self):
        """Words before a command that is to see the disk, as its root."""
        return [
            "nsenter", f"--target={self._holder.pid}", "--user", "--mount", "--preserve-credentials",
            "--wd=.", "--",
        ]  # fmt: skip

    def wrap(self, binaries, names, into):
        """A folder of commands that see the disk, as this user, and run those of `binaries`."""
        into.mkdir()
        as_user = ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}", "--"]
        words = " ".join(self._enter + as_user)
        for name in names:
            (into / name).write_text(f'#!/bin/sh\nexec {words} {binaries / name} "$@"\n')
            (into / name).chmod(0o755)
        return into

    def shell(self, command, check=True):
        return processes.run(*self._enter, "sh", "-c", command, check=check)

    def files(self):
        """What lies on it, the filling left out."""
        found = self.shell(f"cd {self.folder} && find . -type f ! -name 'filling*' | sort").stdout
        return found.splitlines()

    def fill(self):
        """Leaves not a byte."""
        self.shell(f"cat /dev/zero > {self.folder}/filling", check=False)

    def use_up_inodes(self):
        self.shell(f"cd {self.folder} && n=0; while : > filling-$n; do n=$((n+1)); done", check=False)

    def free(self):
        self.shell(f"rm -f {self.folder}/filling*")

    def read_only(self):
        self.shell(f"mount -o remount,bind,ro {self.folder}")

    def writable(self):
        self.shell(f"mount -o remount,bind,rw {self.folder}")

    def close(self):
        self._holder.stdin.close()
        self._holder.wait()
        self._holder.stdout.close()
