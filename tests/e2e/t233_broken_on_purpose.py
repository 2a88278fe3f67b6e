"""Archiving is broken on purpose, and within two minutes an alert, a line for Nagios and the status page name the cause.

A real Prometheus evaluates the rules of deploy/monitoring. It reads the store's metrics, and those of `walstow check`.
"""

import http.server
import json
import re
import threading
import time
import urllib.request
from pathlib import Path

from support import ledger, processes, wait
from support.bad_network import BadNetwork, Fault
from support.daemon import free_port
from support.testcase import EndToEndTest, main

MONITORING = Path(__file__).resolve().parents[2] / "deploy/monitoring"
SOON = 120.0  # seconds
# So many files tell the store how often this primary archives.
USUAL = 40


class BrokenOnPurpose(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.archive.daemon.stop()
        self.archive.daemon.start("--metrics-listen", f":{self.port}")
        self.network = BadNetwork(self.archive.daemon.port)
        self.addCleanup(self.network.close)
        self.primary = self.new_data_directory("primary")
        self.archives(self.primary, store=self.network.url)
        self.primary.start()
        ledger.create(self.primary)
        self.start_prometheus(self.serve_checks())
        for number in range(USUAL):
            ledger.add(self.primary, 5, f"batch{number}")
            self.primary.switch_wal()
        self.primary.wait_archived()
        self.assertEqual(self.alerts(), set())
        self.assertEqual(self.nagios()[0], 0)

    # --- the three that must notice ---------------------------------------------------------------

    def check(self, output):
        return processes.run(
            self.archive.binaries / "walstow", "--config", self.settings_of(self.primary), "check",
            "--pgdata", self.primary.data, "--output", output, check=False,
        )  # fmt: skip

    def nagios(self):
        done = self.check("nagios")
        return done.returncode, done.stdout

    def serve_checks(self):
        """Serves what node_exporter would have collected from `walstow check --output prometheus`."""
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                text = test.check("prometheus").stdout.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def start_prometheus(self, checks):
        folder = self.folder / "prometheus"
        folder.mkdir()
        settings = folder / "prometheus.yml"
        jobs = [{"job_name": "walstow", "static_configs": [{"targets": [f"127.0.0.1:{self.port}"]}]},
                {"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{checks}"]}], "scrape_interval": "20s", "scrape_timeout": "20s"}]
        settings.write_text(json.dumps({
            "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
            "rule_files": [str(path) for path in MONITORING.glob("*.rules.yml")],
            "scrape_configs": jobs,
        }))  # fmt: skip
        self.prometheus = free_port()
        process = processes.spawn(
            ["prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self.prometheus}"], folder / "log",
        )  # fmt: skip
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def scraped():
            found = self.ask("targets")
            return found and all(target["health"] == "up" for target in found["activeTargets"]) or None

        wait.until(scraped, "Prometheus reads both targets")

    def ask(self, what):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.prometheus}/api/v1/{what}", timeout=10) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None

    def alerts(self):
        """The names of the alerts that fire."""
        found = (self.ask("alerts") or {}).get("alerts", ())
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def page(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=30) as answer:
            text = answer.read().decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))

    def assert_noticed(self, alert, line, page):
        """The alert fires, and the line for Nagios and the page match these patterns."""
        deadline = time.monotonic() + SOON

        def within(condition, what):
            wait.until(condition, what, seconds=max(1.0, deadline - time.monotonic()), interval=0.5)

        def nagios_says():
            code, text = self.nagios()
            return code == 2 and re.search(line, text)

        within(nagios_says, lambda: f"Nagios says {line}: {self.nagios()[1]}")
        within(lambda: alert in self.alerts(), lambda: f"{alert} fires: {self.alerts()}")
        within(lambda: re.search(page, self.page()), lambda: f"the page says {page}: {self.page()[:3000]}")

    # --- the four ways ----------------------------------------------------------------------------

    def more_wal(self):
        ledger.add(self.primary, 5, "more")
        self.primary.switch_wal()

    def test_wrong_path(self):
        self.primary.reconfigure(archive_command="/nowhere/walstow-archive %p")
        self.more_wal()
        self.assert_noticed("WalstowServerProblem", 'archive_command names "/nowhere/walstow-archive"', "NO NEW WAL for")

    def test_full_store(self):
        self.archive.walstow("policy", "set", "main", "--quota", "1kB")
        self.more_wal()
        self.assert_noticed("WalstowOverQuota", "QUOTA", "QUOTA .* stored")

    def test_removed_client(self):
        self.archive.walstow("client", "remove", "of-primary-main")
        self.more_wal()
        self.assert_noticed("WalstowUnknownClient", "unknown-client|is not in the registry", "REFUSED CONNECTIONS")

    def test_network_is_cut(self):
        self.network.set_faults(*[Fault("cut")] * 10000)
        self.more_wal()
        self.assert_noticed("WalstowServerProblem", "CRITICAL - main: .*store", "NO NEW WAL for")


if __name__ == "__main__":
    main()
