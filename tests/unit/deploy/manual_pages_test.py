"""Both programs that show manual pages take those that the build has made. usage: manual_pages_test.py FOLDER"""

import subprocess
import sys
import unittest
from pathlib import Path

FOLDER = Path(sys.argv.pop(1)).resolve()
PAGES = ("man1/walstow-archive.1", "man1/walstow-restore.1", "man1/walstow.1", "man5/walstow.toml.5",
         "man5/walstowd.toml.5", "man8/walstowd.8")
EVERY_PAGE = ("NAME", "DESCRIPTION", "SETTINGS", "FILES", "EXAMPLES", "SEE ALSO")
PROGRAM = ("SYNOPSIS", "OPTIONS", "ENVIRONMENT", "EXIT STATUS")


def run(*command, **more) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **more)


def shown(page: str) -> subprocess.CompletedProcess:
    """As plain text, in wide lines that break no example."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "200"}
    return run("man", "--warnings", "-l", FOLDER / page, env=environment)


class ManualPages(unittest.TestCase):
    def test_all_of_them_are_there(self):
        found = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
        self.assertEqual(found, sorted(PAGES))

    def test_mandoc_has_no_complaint(self):
        for page in PAGES:
            with self.subTest(page):
                done = run("mandoc", "-T", "lint", "-W", "warning", FOLDER / page)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_man_has_no_complaint(self):
        for page in PAGES:
            with self.subTest(page):
                done = shown(page)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                name = Path(page).stem
                self.assertIn(name, done.stdout)
                self.assertNotIn("\\", done.stdout)

    def test_each_page_has_its_sections(self):
        for page in PAGES:
            titles = [line for line in shown(page).stdout.splitlines() if line == line.strip() and line.isupper()]
            wanted = EVERY_PAGE + (PROGRAM if ".toml" not in page else ())
            with self.subTest(page):
                self.assertEqual([title for title in wanted if title not in titles], [])

    def test_examples_can_be_pasted(self):
        self.assertIn("archive_command = '/usr/bin/walstow-archive %p'", shown("man1/walstow-archive.1").stdout)
        self.assertIn('store = "https://archive1:7432"', shown("man5/walstow.toml.5").stdout)

    def test_options_settings_and_codes_are_in_the_pages(self):
        for page, texts in (
                ("man1/walstow-archive.1", ("-D, --pgdata DIR", "--archive-ahead FILES", "-?, --help")),
                ("man1/walstow-restore.1", ("--restartpoint FILE", "--standby-wait DURATION", "200", "204")),
                ("man1/walstow.1", ("cluster create", "withdraw", "--keep-backups N", "--output FORMAT")),
                ("man5/walstow.toml.5", ("standby_wait", "WALSTOW_STANDBY_WAIT", "tls.key")),
                ("man5/walstowd.toml.5", ("prune_interval", "s3.endpoint")),
                ("man8/walstowd.8", ("--stdio", "--max-connections NUMBER"))):
            text = shown(page).stdout
            for wanted in texts:
                with self.subTest(page, text=wanted):
                    self.assertIn(wanted, text)

    def test_a_page_has_no_setting_of_another_program(self):
        self.assertNotIn("--standby-wait", shown("man1/walstow-archive.1").stdout)
        self.assertNotIn("--archive-ahead", shown("man1/walstow-restore.1").stdout)
        self.assertNotIn("WALSTOW_OUTPUT", shown("man5/walstow.toml.5").stdout)


if __name__ == "__main__":
    unittest.main()
