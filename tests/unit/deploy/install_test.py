"""What "cmake --install" puts on a host. usage: install_test.py CMAKE FOLDER_OF_THE_BUILD"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop()).resolve()
CMAKE = sys.argv.pop()
PROGRAMS = ("walstow", "walstow-archive", "walstow-restore", "walstowd")
WANTED = {
    *(f"bin/{program}" for program in PROGRAMS),
    *(f"share/bash-completion/completions/{program}" for program in PROGRAMS),
    *(f"share/man/{page}" for page in ("man1/walstow.1", "man1/walstow-archive.1", "man1/walstow-restore.1",
                                       "man5/walstow.toml.5", "man5/walstowd.toml.5", "man8/walstowd.8")),
    "lib/systemd/system/walstowd.service",
    "lib/sysusers.d/walstow.conf",
    "lib/tmpfiles.d/walstow.conf",
    "share/walstow/sshd/walstow.conf",
    "share/walstow/walstow.toml",
    "share/walstow/walstowd.toml",
}


class Install(unittest.TestCase):
    def test_a_host_gets_these_files_and_no_other(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([CMAKE, "--install", BUILD, "--prefix", "/usr"], env={**os.environ, "DESTDIR": folder},
                           check=True, capture_output=True, timeout=120)
            prefix = Path(folder, "usr")
            found = {path.relative_to(prefix).as_posix() for path in Path(folder).rglob("*") if path.is_file()}
        self.assertEqual(found, WANTED)


if __name__ == "__main__":
    unittest.main()
