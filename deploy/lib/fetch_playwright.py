"""Fetches the npm package playwright-core, by which the end-to-end tests drive a browser.

usage: fetch_playwright.py VERSION SHA256 FOLDER

FOLDER gets the package's files, and the file "pin" with VERSION and SHA256. The package brings no browser: the tests
use Debian's.
"""

import subprocess
import sys
from pathlib import Path, PurePosixPath

from npm_package import fail, fetch, unpack

PACKAGE = "playwright-core"


def make(tarball, folder):
    unpack(tarball, PurePosixPath("package"), folder, lambda path: path.suffix not in {".ts", ".md"})
    load(folder)


def load(folder):
    """Loads it once, so that a Node.js that is too old shows here."""
    script = "require(process.argv[1]).chromium.launch.call"
    try:
        done = subprocess.run(["node", "-e", script, folder], capture_output=True, text=True, timeout=60)
        cause = done.stderr.strip() if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        cause = str(error)
    if cause:
        fail(f"Node.js does not load {PACKAGE}: {cause}", "Its package.json names the releases that do.")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    fetch(PACKAGE, sys.argv[1], sys.argv[2], Path(sys.argv[3]), "deploy/playwright-core", make)
