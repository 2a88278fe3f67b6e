"""A proxy that cuts, truncates, repeats old answers or shows its own pages is never believed."""

import json

from support.bad_proxy import BadProxy, cut, html, truncated
from support.testcase import EndToEndTest, main

MODES = {"standby": (2, "standby.signal"), "recovery": (200, "recovery.signal"), "tool": (2, None)}
WAITS = {"standby_wait": "300ms", "recovery_wait": "300ms", "tool_wait": "300ms",
         "archive_wait": "300ms", "failure_memory": "1ms"}  # fmt: skip


class ProxyInBetween(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.server = self.new_data_directory("server")
        self.server.configure(wal_keep_size="64MB")
        self.server.start()
        self.names = [self.server.switch_wal().name for _ in range(3)]
        self.server.stop()
        self.proxy = BadProxy(self.archive, self.archive.add_client("proxy"))
        self.addCleanup(self.proxy.close)
        self.toml = self.archive.settings_file(self.folder / "p.toml", store=self.proxy.url, **WAITS)
        self.target = self.server.wal / "RECOVERYXLOG"

    def put(self, name):
        return self.archive.archive_file(self.toml, f"pg_wal/{name}", cwd=self.server.data)

    def get(self, name):
        return self.archive.restore_file(self.toml, name, "pg_wal/RECOVERYXLOG", cwd=self.server.data)

    def check_put_fails(self, name):
        done = self.put(name)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f'could not archive file "pg_wal/{name}": ', done.stderr)

    def check_nothing_is_known(self, name, damaged=False):
        """In every mode: neither the file nor its absence."""
        for mode, (code, signal_file) in MODES.items():
            if damaged and mode == "recovery":
                code = (200, 203)
            with self.subTest(mode):
                if signal_file:
                    (self.server.data / signal_file).touch()
                done = self.get(name)
                self.assertIn(done.returncode, code if isinstance(code, tuple) else (code,), done.stderr)
                self.assertFalse(self.target.exists())
                if signal_file:
                    (self.server.data / signal_file).unlink()

    def check_all_is_well(self, name):
        self.proxy.change = lambda answer: answer
        self.assertEqual(self.put(name).returncode, 0)
        done = self.get(name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.target.read_bytes() == (self.server.wal / name).read_bytes())
        self.target.unlink()

    def test_pages_of_its_own(self):
        name = self.names[0]
        for status in (200, 201, 301, 400, 403, 404, 500, 502, 503, 504):
            with self.subTest(status=status):
                self.proxy.change = lambda _answer, status=status: html(status)
                self.check_put_fails(name)
                self.check_nothing_is_known(name, damaged=status == 200)
        self.check_all_is_well(name)

    def test_answers_that_are_not_whole(self):
        name = self.names[0]
        for spoil in (cut, truncated):
            with self.subTest(spoil.__name__):
                self.proxy.change = spoil
                self.check_put_fails(name)
                self.check_nothing_is_known(name, damaged=True)  # it stands, whatever was said
                # Nor is half of an absence one.
                self.check_nothing_is_known(self.names[-1])
        self.check_all_is_well(name)

    def test_old_answers(self):
        first, second, third = self.names
        self.check_all_is_well(first)
        put_of_first, get_of_first = self.proxy.seen[-2:]
        self.assertEqual(self.get(third).returncode, 1)
        absence_of_third = self.proxy.seen[-1]
        self.assertEqual(absence_of_third.status, 404)
        self.check_all_is_well(third)

        # What was absent then stands now.
        self.proxy.change = lambda _answer: absence_of_third
        self.check_nothing_is_known(third)
        # Another file's: its success, its bytes, its absence.
        self.proxy.change = lambda _answer: put_of_first
        self.check_put_fails(second)
        self.proxy.change = lambda _answer: get_of_first
        self.check_nothing_is_known(third, damaged=True)
        self.proxy.change = lambda _answer: absence_of_third
        self.check_nothing_is_known(second)
        self.check_all_is_well(second)

    def test_an_absence_that_was_tampered_with(self):
        """Each field of the proof counts; and it must not come with another status."""
        name = self.names[1]
        self.check_all_is_well(self.names[0])
        self.assertEqual(self.get(name).returncode, 1)
        for key in json.loads(self.proxy.seen[-1].body):
            if key in ("message", "hint"):
                continue

            def change(answer, key=key):
                body = json.loads(answer.body)
                body[key] = 1 if isinstance(body[key], str) else "x"
                return answer._replace(body=json.dumps(body).encode())

            with self.subTest(key):
                self.proxy.change = change
                self.check_nothing_is_known(name)
        for status in (200, 204, 403, 410, 500, 503):
            with self.subTest(status=status):
                self.proxy.change = lambda answer, status=status: answer._replace(status=status)
                self.check_nothing_is_known(name, damaged=True)


if __name__ == "__main__":
    main()
