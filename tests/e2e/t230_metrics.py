"""Metrics: what walstowd says on `metrics_listen`, and over TLS to a client with the right "monitor"."""

import re
import socket
import ssl
import subprocess
import urllib.error
import urllib.request

from support import processes, wait
from support.daemon import free_port
from support.testcase import EndToEndTest, main

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def parsed(text):
    """(name, labels as written) to value."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {(match[1], match[2] or ""): float(match[3]) for match in map(SAMPLE.match, lines)}


class Metrics(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.archive.daemon.stop()
        self.archive.daemon.start("--metrics-listen", f":{self.port}")

    def text(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as answer:
            self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            return answer.read().decode()

    def value(self, name, labels=""):
        return parsed(self.text()).get((name, labels))

    def wait_for(self, expected, name, labels=""):
        # A snapshot is ten seconds old at most.
        wait.until(lambda: self.value(name, labels) == expected, f"{name}{{{labels}}} is {expected}")

    def test_archive_with_a_standby(self):
        primary = self.new_primary()
        standby = self.standby(primary)
        end = self.add_and_archive(primary, "one", "two")
        standby.start()
        standby.wait_replayed(end.lsn)
        segments = len(self.archive.segments())
        self.wait_for(segments, "walstow_timeline_segments", 'cluster="main",timeline="1"')

        checked = subprocess.run(["promtool", "check", "metrics"], input=self.text(), capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        found = parsed(self.text())
        puts = found["walstow_puts_total", 'cluster="main",result="created"']
        self.assertEqual(puts, len(self.archive.objects()))
        self.assertEqual(found["walstow_put_duration_seconds_count", 'cluster="main"'], puts)
        self.assertEqual(found["walstow_put_duration_seconds_bucket", 'cluster="main",le="+Inf"'], puts)
        self.assertEqual(found["walstow_timeline_end_lsn_bytes", 'cluster="main",timeline="1"'] % (1 << 20), 0)
        self.assertGreaterEqual(found["walstow_gets_total", 'cluster="main",result="found"'], 1)
        self.assertGreaterEqual(found["walstow_gets_total", 'cluster="main",result="absent"'], 1)
        self.assertEqual(found["walstow_missing_segments", 'cluster="main"'], 0)
        standbys = [labels for name, labels in found if name == "walstow_standby_seen_timestamp_seconds"]
        self.assertEqual(len(standbys), 1)
        self.assertIn('client="of-standby-main"', standbys[0])
        certificates = [labels for name, labels in found if name == "walstow_client_certificate_expiry_timestamp_seconds"]
        self.assertEqual(certificates, ['client="of-primary-main"', 'client="of-standby-main"'])

        self.archive.walstow("verify", "main")
        self.wait_for(len(self.archive.objects()), "walstow_verified_objects", 'cluster="main",depth="bytes"')
        self.assertEqual(self.value("walstow_verified_problems", 'cluster="main",depth="bytes"'), 0)

        # Nothing about a hole or a damaged object needs the daemon's restart.
        middle = sorted(self.archive.segments())[segments // 2]
        self.archive.lose(middle)
        self.wait_for(1, "walstow_missing_segments", 'cluster="main"')

    def test_archive_that_is_away(self):
        self.assertEqual(self.value("walstow_archive_available"), 1)
        processes.run("sh", "-c", self.archive.take_away)
        self.wait_for(0, "walstow_archive_available")
        self.assertEqual(self.value("walstow_connections", 'state="served"'), 0)
        processes.run("sh", "-c", self.archive.bring_back)
        self.wait_for(1, "walstow_archive_available")

    def test_over_tls(self):
        for name, rights, status in (("prometheus", ("monitor",), 200), ("server", ("archive", "restore"), 403)):
            client = self.archive.add_client(name, "*", rights)
            context = ssl.create_default_context(cafile=client / "ca.crt")
            context.load_cert_chain(client / "client.crt", client / "client.key")
            try:
                with urllib.request.urlopen(f"{self.archive.url}/metrics", context=context) as answer:
                    self.assertEqual(answer.status, status)
                    self.assertIn("walstow_build_info", answer.read().decode())
            except urllib.error.HTTPError as refused:
                self.assertEqual(refused.code, status)
                refused.close()
        # It may look, and change nothing.
        settings = self.archive.folder.with_name("clients") / "prometheus" / "walstow.toml"
        for words, code in ((("status", "main"), 0), (("check", "main"), 0), (("cluster", "create", "other"), 1)):
            done = processes.run(self.archive.binaries / "walstow", "--config", settings, *words, check=False)
            self.assertEqual(done.returncode == 0, code == 0, done.stderr)

    # Apart from the status page, which t231 looks at.
    def test_port_serves_nothing_else(self):
        for target in ("/v1/clusters", "/v1/clusters/main", "/favicon.ico", "/v1/whoami"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{target}", timeout=30)
            self.assertIn(refused.exception.code, (400, 403), target)
            refused.exception.close()
        self.assertEqual(self.value("walstow_refusals_total", 'cluster="",code="no-right"'), 3)

    def test_many_peers_do_not_keep_others_out(self):
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(100)]
        self.addCleanup(lambda: [each.close() for each in idle])
        self.assertEqual(self.value("walstow_archive_available"), 1)


if __name__ == "__main__":
    main()
