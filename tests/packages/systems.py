"""Shared by the tests of the packages: commands, the packages, and the Debian that debian-system makes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEBIAN_SYSTEM = HERE / "debian-system"
NAMES = ("walstow", "walstow-store")
SKIPPED = 77  # SKIP_RETURN_CODE of CMakeLists.txt
SECONDS = 900


def run(*command, check=True, input=""):
    # Into a file: a daemon that the command starts may keep the stream, and a pipe would not end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run([str(part) for part in command], input=input.encode(), stdout=output,
                              stderr=subprocess.STDOUT, timeout=SECONDS)  # fmt: skip
        output.seek(0)
        done.stdout = output.read().decode(errors="backslashreplace")
    if check and done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode} of {command}:\n{done.stdout}")
    return done


def make_system():
    """The folder of the Debian, which is made unless it exists."""
    return subprocess.run([DEBIAN_SYSTEM, "make"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()  # fmt: skip


def seem_to_run(root):
    """Scripts of packages take systemd for running in the copy, and nothing forbids them to start a daemon."""
    (root / "usr/sbin/policy-rc.d").unlink()
    (root / "run/systemd/system").mkdir(parents=True, exist_ok=True)


def packages_in(folder):
    """Name to path. Ends the program if there are none."""
    found = {name: path for name in NAMES for path in Path(folder).glob(f"{name}_*.deb")}
    if set(found) != set(NAMES):
        raise SystemExit(f"error: no packages in {folder}: run deploy/build-deb")
    return found


def skip_without_root():
    if os.geteuid() != 0:
        print("skipped: only root can enter a Debian in a folder")
        sys.exit(SKIPPED)
