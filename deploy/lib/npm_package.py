"""Fetches one file of npm's registry, which is pinned by its SHA-256, and makes a folder of it."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

# npm retries on its own.
NPM_SECONDS = 900


def fail(message, hint):
    sys.exit(f"error: {message}\nHINT: {hint}")


def download(package, version, folder):
    """The tarball, from the registry that npm is configured for."""
    command = ["npm", "pack", "--ignore-scripts", "--no-update-notifier", f"{package}@{version}"]
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, timeout=NPM_SECONDS)
        cause = f"npm ended with status {done.returncode}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        cause = str(error)
    if cause:
        fail(
            f"could not download {package} {version}: {cause}",
            "npm says why above. Does it reach its registry (npm ping)?",
        )
    (tarball,) = folder.glob("*.tgz")
    return tarball


def check(tarball, digest, pins):
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != digest:
        fail(
            f"{tarball.name} is not the file that is pinned: its SHA-256 is {found}, not {digest}",
            f"Find out why it changed before you change {pins}.",
        )


def unpack(tarball, root, folder, wanted: Callable[[PurePosixPath], bool]):
    """The files below `root` whose paths below it are wanted."""
    with tarfile.open(tarball) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isfile() or not path.is_relative_to(root) or ".." in path.parts:
                continue
            target = folder / path.relative_to(root)
            if not wanted(path.relative_to(root)):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "wb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)


def publish(new, folder):
    if folder.exists():
        folder.rename(new.parent / "replaced")
    new.rename(folder)


def fetch(package, version, digest, folder, pins, make: Callable[[Path, Path], None]):
    """Makes `folder` of the package, with the file "pin" that has `version` and `digest`.

    `make` is called with the tarball and a new folder. The result appears whole or not at all: everything is made in a
    temporary folder next to it. Its files are readable for everybody, whatever the umask is.
    """
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(f".{folder.name}.*"):  # of one that was killed
        shutil.rmtree(stale)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
        tarball = download(package, version, Path(temporary))
        check(tarball, digest, pins)
        new = Path(temporary) / "new"
        make(tarball, new)
        (new / "pin").write_text(f"{version} {digest}\n", encoding="utf-8")
        publish(new, folder)
