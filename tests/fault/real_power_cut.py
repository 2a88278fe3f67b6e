#!/usr/bin/env python3
"""The power goes on a real file system, ext4 on a loop device: what was acknowledged is there.

The device is copied while all that was not fsynced is in the kernel's memory alone, where a power cut
would find it; a put is stopped in its middle. The copy is then mounted, which replays its journal:

  acknowledged      -> there, bit for bit, by the stock zstd
  not acknowledged  -> absent or whole

Needs root, for the mounts: in a namespace of its own, so nobody else sees them. Elsewhere skipped.
"""

import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

from support import processes  # noqa: E402
from support.releases import program  # noqa: E402
from support.testcase import EXECUTABLES, SKIPPED, UNPRIVILEGED_USER  # noqa: E402
from wal_supply import WalSupply, segment_name  # noqa: E402

ROUNDS = int(os.environ.get("WALSTOW_ROUNDS", "12"))
SEED = int(os.environ.get("WALSTOW_SEED", "1"))
PUTS_PER_ROUND = 3
# Longer than the test: what is on the device then is there because somebody has fsynced it.
OPTIONS = "commit=900"
IN_NAMESPACE = "WALSTOW_IN_NAMESPACE"


def run(*command, user=None, cwd=None, check=True):
    command = [str(part) for part in command]
    done = subprocess.run(
        command, cwd=cwd, user=user, group=user, extra_groups=[] if user else None,
        stdin=subprocess.DEVNULL, capture_output=True,
    )  # fmt: skip
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout.decode()}{done.stderr.decode()}")
    return done


class Disk:
    """An image of ext4, mounted below `folder`."""

    def __init__(self, folder):
        self.folder = folder
        self.image = folder / "image"
        self.mounted = folder / "mounted"
        self.copy = folder / "copy"
        self.after = folder / "after"
        self.mounted.mkdir()
        self.after.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(256 << 20)
        run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)
        run("mount", "-o", f"loop,{OPTIONS}", self.image, self.mounted)

    def cut_power(self):
        """What is found when the power is back, at self.after."""
        run("cp", "--sparse=always", self.image, self.copy)
        run("mount", "-o", "loop", self.copy, self.after)

    def forget(self):
        run("umount", self.after)
        self.copy.unlink()

    def close(self):
        for mounted in (self.after, self.mounted):  # the first one where a check has failed
            run("umount", mounted, check=False)


class Test:
    def __init__(self, folder, binaries):
        self.user = pwd.getpwnam(UNPRIVILEGED_USER).pw_uid
        os.chmod(folder, 0o755)
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in EXECUTABLES:
            shutil.copy(binaries / name, self.bin / name)
        self.data = folder / "server/data"
        self.data.parent.mkdir()
        os.chown(self.data.parent, self.user, self.user)
        run(program("initdb"), "--pgdata", self.data, "--wal-segsize=1", "--no-sync", user=self.user)
        originals = sorted(path for path in (self.data / "pg_wal").iterdir() if path.is_file())
        # Those of initdb; the last ones may be prepared, and empty yet.
        contents = [path.read_bytes() for path in originals]
        self.supply = WalSupply([content for content in contents if content[:2] != b"\0\0"], SEED)
        self.random = random.Random(SEED)
        self.disk = Disk(folder)
        os.chown(self.disk.mounted, self.user, self.user)
        self.archive = self.disk.mounted / "archive"
        run(self.bin / "walstow", "init", self.archive, user=self.user)
        run(self.bin / "walstow", "--store", self.archive, "cluster", "create", "main", user=self.user)
        os.sync()  # the archive itself; from here on nobody calls it
        self.numbers = iter(range(0x200, 0x100000))
        self.acknowledged = []
        self.whole = 0

    def start(self):
        """A put of the next segment, under way."""
        name = segment_name(next(self.numbers))
        path = self.data / "pg_wal" / name
        path.write_bytes(self.supply.segment(name))
        os.chown(path, self.user, self.user)
        command = ["walstow-archive", "--store", self.archive, "--cluster", "main", f"pg_wal/{name}"]
        process = subprocess.Popen(
            [str(self.bin / command[0]), *map(str, command[1:])], cwd=self.data,
            user=self.user, group=self.user, extra_groups=[], stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        return name, process

    def put(self):
        name, process = self.start()
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
        self.acknowledged.append(name)

    def round(self):
        begin = time.monotonic()
        for _ in range(PUTS_PER_ROUND):
            self.put()
        usual = (time.monotonic() - begin) / PUTS_PER_ROUND
        _, process = self.start()
        time.sleep(self.random.uniform(0, usual))  # no wait for anything: the moment of the cut
        stopped = [process.pid, *processes.find(f"--archive {self.archive}")]
        processes.stop(stopped)
        self.disk.cut_power()
        processes.send(signal.SIGKILL, stopped)
        process.communicate()
        self.check()
        self.disk.forget()

    def check(self):
        objects = {path.stem: path for path in (self.disk.after / "archive/main").rglob("*.zst")}
        missing = [name for name in self.acknowledged if name not in objects]
        assert not missing, f"acknowledged and lost: {missing}"
        for name, path in objects.items():
            unfolded = run("zstd", "-dc", path).stdout
            assert unfolded == self.supply.segment(name), f"{name} is not whole"
        self.whole += len(set(objects) - set(self.acknowledged))


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def main():
    if os.geteuid() != 0:
        skip("only root can mount a file system")
    if IN_NAMESPACE not in os.environ:
        if run("unshare", "--mount", "true", check=False).returncode != 0:
            skip("no mount namespaces here")
        os.execvpe(
            "unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv],
            {**os.environ, IN_NAMESPACE: "1"},
        )  # fmt: skip
    if not os.path.exists("/dev/loop-control") or shutil.which("mkfs.ext4") is None:
        skip("no loop devices or no mkfs.ext4 here")
    folder = Path(tempfile.mkdtemp(prefix="walstow-power-"))
    binaries = Path(os.environ["WALSTOW_BIN"]).resolve()
    for name in [name for name in os.environ if name.startswith(("PG", "WALSTOW_"))]:
        del os.environ[name]
    os.environ.update(LC_ALL="C", HOME=str(folder))
    test = None
    try:
        test = Test(folder, binaries)
        for _ in range(ROUNDS):
            test.round()
        print(
            f"seed {SEED}: power cuts {ROUNDS}, acknowledged {len(test.acknowledged)}, lost 0; of "
            f"those that were stopped {test.whole} were there, whole (counted anew at each cut)"
        )
    finally:
        if test is not None:
            test.disk.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
