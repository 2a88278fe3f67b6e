"""Tests deploy/lib/fetch_playwright.py with an npm that is made up. usage: fetch_playwright_test.py DEPLOY_FOLDER"""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve() / "lib/fetch_playwright.py"

FILES = {
    "package/package.json": '{"main": "index.js"}',
    "package/index.js": "exports.chromium = {launch() {}};",
    "package/types/types.d.ts": "for editors",
    "package/../outside": "never",
}


class FetchPlaywright(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.target = self.folder / "build/playwright-core"
        npm = self.folder / "path/npm"
        npm.parent.mkdir()
        npm.write_text('#!/bin/sh\ncp "$PACKAGE" .\n', encoding="utf-8")
        npm.chmod(0o755)

    def fetch(self, files):
        """As install-packages does, with the digest of what npm delivers."""
        tarball = self.folder / "package.tgz"
        with tarfile.open(tarball, "w:gz") as archive:
            for name, text in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
        digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
        path = f"{self.folder / 'path'}:{os.environ['PATH']}"
        return subprocess.run(
            [sys.executable, "-B", PROGRAM, "1.2.3", digest, self.target], text=True, capture_output=True, timeout=60,
            env={**os.environ, "PATH": path, "PACKAGE": str(tarball)},
        )  # fmt: skip

    def test_what_is_needed_is_there(self):
        done = self.fetch(FILES)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = {str(path.relative_to(self.target)) for path in self.target.rglob("*") if path.is_file()}
        self.assertEqual(found, {"index.js", "package.json", "pin"})
        self.assertRegex((self.target / "pin").read_text(), "^1.2.3 [0-9a-f]{64}\n$")

    def test_node_that_does_not_load_it(self):
        done = self.fetch({**FILES, "package/index.js": "throw Error('too old')"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("Node.js does not load playwright-core", done.stderr)
        self.assertIn("too old", done.stderr)
        self.assertFalse(self.target.exists())


if __name__ == "__main__":
    unittest.main()
