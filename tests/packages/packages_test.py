"""The packages of deploy/build-deb, on a Debian in a folder: installed, used, upgraded and purged.

usage: packages_test.py FOLDER_OF_PACKAGES

Needs root. Nothing of it reaches this machine's own packages, services or users.
"""

import hashlib
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from systems import DEBIAN_SYSTEM, HERE, NAMES, make_system, packages_in, run, seem_to_run, skip_without_root

CONFFILES = ("etc/walstow/walstow.toml", "etc/walstow/walstowd.toml")
UNIT = "lib/systemd/system/walstowd.service"
# For administrators and their shells.
TEXTS = (
    *(f"usr/share/man/{page}.gz" for page in ("man1/walstow.1", "man1/walstow-archive.1", "man1/walstow-restore.1",
                                              "man5/walstow.toml.5", "man5/walstowd.toml.5", "man8/walstowd.8")),
    *(f"usr/share/bash-completion/completions/{program}"
      for program in ("walstow", "walstow-archive", "walstow-restore", "walstowd")),
    "usr/share/doc/walstow/README.md",
    "usr/share/doc/walstow/docs/disaster-recovery.md",
    "usr/share/doc/walstow/examples/walstow.toml",
    "usr/share/doc/walstow-store/examples/walstowd.toml",
    "usr/share/doc/walstow-store/examples/sshd/walstow.conf",
)  # fmt: skip
# No systemd runs in the folder. This systemctl notes what it is asked, and reports a daemon that runs, but is disabled.
SYSTEMCTL = """#!/bin/sh
printf '%s\\n' "$*" >>/var/log/systemctl
case "$*" in
  *is-enabled*) echo disabled; exit 1 ;;
  *is-active*) [ -e /run/walstowd-is-active ] || exit 3 ;;
esac
"""

packages = None  # name: path


class System:
    """A copy of the Debian that debian-system makes."""

    def __init__(self, folder):
        self.root = folder / "system"
        run("cp", "--archive", "--reflink=auto", make_system(), self.root)
        seem_to_run(self.root)
        (self.root / "usr/bin/systemctl").write_text(SYSTEMCTL)

    def run(self, *command, check=True):
        return run(DEBIAN_SYSTEM, "run", self.root, *command, check=check)

    def install(self, *paths):
        """What the scripts have asked systemctl for."""
        for path in paths:
            shutil.copy(path, self.root / "tmp")
        return self.noted("apt-get", "--yes", "--no-install-recommends", "install",
                          *(f"/tmp/{path.name}" for path in paths))  # fmt: skip

    def noted(self, *command):
        log = self.root / "var/log/systemctl"
        log.unlink(missing_ok=True)
        self.run(*command)
        return log.read_text() if log.exists() else ""

    def version(self, name):
        return self.run("dpkg-query", "--show", "--showformat=${Version}", name).stdout


def upgraded(name, folder):
    """The package with a later version, and otherwise the same."""
    tree = folder / name
    run("dpkg-deb", "--raw-extract", packages[name], tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 9:1.0-1", control.read_text()))
    path = folder / f"{name}_later.deb"
    run("dpkg-deb", "--root-owner-group", "--build", tree, path)
    return path


def contents(folder):
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}  # fmt: skip


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="walstow-packages-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_lintian_finds_no_error(self):
        done = run("lintian", "--allow-root", "--fail-on", "error", *packages.values(), check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_install_use_upgrade_and_purge(self):
        system = System(self.folder)
        self.check_installation(system)
        job = HERE / "main-job"
        shutil.copy(job, system.root / "tmp")
        done = system.run("/tmp/main-job", check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("rows after the recovery: 60000\n", done.stdout)
        archive = system.root / "var/lib/walstow/archive"
        stored = contents(archive)
        self.assertTrue([path for path in stored if "/0000000100000000" in path], stored)
        self.check_upgrade(system)
        self.check_purge(system)
        self.assertEqual(contents(archive), stored)
        # The archive is as usable as before.
        system.install(*packages.values())
        system.run("runuser", "-u", "walstow", "--", "walstow", "--store", "/var/lib/walstow/archive",
                   "--cluster", "main", "verify", "--deep")

    def check_installation(self, system):
        asked = system.install(*packages.values())
        self.assertIn("daemon-reload", asked)
        self.assertNotRegex(asked, r"\b(re)?start\b|\benable\b")
        self.assertEqual(list((system.root / "etc/systemd").rglob("*walstow*")), [])
        self.assertTrue((system.root / UNIT).is_file())
        for path in TEXTS:
            with self.subTest(path):
                self.assertGreater((system.root / path).stat().st_size, 0)
        owner = system.run("stat", "--format=%U %a", "/var/lib/walstow").stdout
        self.assertEqual(owner, "walstow 750\n")

    def check_upgrade(self, system):
        changed = {path: (system.root / path).read_text() for path in CONFFILES}
        self.assertIn('archive = "/var/lib/walstow/archive"', changed["etc/walstow/walstowd.toml"])
        (system.root / "run/walstowd-is-active").touch()
        asked = system.install(*(upgraded(name, self.folder) for name in NAMES))
        self.assertEqual([system.version(name) for name in NAMES], ["9:1.0-1"] * len(NAMES))
        self.assertEqual({path: (system.root / path).read_text() for path in CONFFILES}, changed)
        # Restarts what runs, and nothing that does not.
        self.assertRegex(asked, r"(?m)\btry-restart (-- )?walstowd\.service$")
        self.assertNotRegex(asked, r"(?<!-)\b(re)?start\b|\benable\b|\bstop\b")

    def check_purge(self, system):
        asked = system.noted("apt-get", "--yes", "purge", *NAMES)
        self.assertRegex(asked, r"(?m)\bstop (-- )?walstowd\.service$")
        for path in (*CONFFILES, *TEXTS, UNIT, "usr/bin/walstow", "usr/bin/walstowd"):
            with self.subTest(path):
                self.assertFalse((system.root / path).exists())
        # An administrator put it there.
        self.assertTrue((system.root / "etc/walstow/client.key").exists())


def main():
    global packages
    skip_without_root()
    packages = packages_in(sys.argv.pop(1))
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
