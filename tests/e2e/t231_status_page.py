"""The status page, in a real browser: three timelines, a hole that appears, and two standbys, one of them behind.

The screenshots are kept in build/screenshots.
"""

import urllib.error
import urllib.request
from pathlib import Path
from signal import SIGQUIT

from support.browser import browser, prepare
from support.daemon import free_port
from support.testcase import UNPRIVILEGED_USER, EndToEndTest, main

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build/screenshots"

PHONE = (360, 780)
DESK = (1280, 900)


class StatusPage(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.archive.daemon.stop()
        self.start_daemon()

    def start_daemon(self):
        self.archive.daemon.start("--metrics-listen", f":{self.port}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def keep(self, page, name):
        page.screenshot(self.folder / name)
        self.keep_artefact(self.folder / name, SCREENSHOTS)

    def promoted(self, old, name, batch):
        """The standby `name`, which follows `old` and becomes the primary of the next timeline."""
        heir = self.standby(self.servers[0], name, standby=name)
        heir.start()
        heir.wait_replayed(old.archive_all().lsn)
        old.stop(SIGQUIT)
        heir.promote()
        self.add_and_archive(heir, *batch)
        return heir

    def three_timelines(self):
        """A primary on timeline 3, a standby at its end, and one that stopped on timeline 2."""
        primary = self.new_primary()
        self.add_and_archive(primary, "a", "b", "c", "d")
        behind = self.standby(primary, "standby2", standby="standby2")
        second = self.promoted(primary, "second", "efgh")
        behind.start()
        behind.wait_replayed(self.add_and_archive(second, "i").lsn)
        behind.stop()
        third = self.promoted(second, "third", "jklmnopq")
        standby = self.standby(primary, "standby1", standby="standby1")
        standby.start()
        standby.wait_replayed(self.add_and_archive(third, "r", "s").lsn)
        name = sorted(self.archive.segments())[2]
        self.archive.walstow("hold", "add", "main", name, "--reason", "audit of November, until the report is signed")
        self.archive.walstow("policy", "set", "main", "--keep-backups", "2", "--keep-days", "14")
        return standby

    def test_page(self):
        self.three_timelines()
        with browser() as page:
            self.look_at(page)
            self.look_on_a_phone(page)
            self.lose_the_store(page)
            self.look_without_scripts(page)

    def look_at(self, page):
        reply = page.open(self.url, viewport=dict(zip(("width", "height"), DESK)), colorScheme="light")
        self.assertEqual(reply["status"], 200)
        # What the store read before the last change is ten seconds old at most.
        page.wait_for("document.querySelectorAll('.hold').length > 0", "the page shows the hold")
        page.wait_for("document.querySelector('#state').textContent == 'All is well'", "all is well")
        self.assertEqual(page.evaluate("document.querySelectorAll('.map .label.wide').length"), 3)
        self.assertEqual(page.evaluate("document.querySelectorAll('.map .hole').length"), 0)
        self.assertEqual(page.evaluate("document.querySelectorAll('.map .standby').length"), 2)
        (behind,) = page.evaluate("[...document.querySelectorAll('.map .behind text')].map((one) => one.textContent)")
        self.assertRegex(behind, r"^standby2: .* MB behind$")
        self.assertTrue(page.evaluate("document.querySelectorAll('.map .backup').length > 0"))
        self.assertTrue(page.evaluate("document.querySelectorAll('.map .floor').length > 0"))
        self.keep(page, "status-page-well.png")

        # A hole appears in the page that is open, which keeps its place and its focus.
        page.evaluate("window.before = true; document.activeElement.blur(); window.scrollTo(0, 300)")
        segments = [name for name in sorted(self.archive.segments()) if name.startswith("00000003")]
        for name in segments[3:5]:
            self.archive.lose(name)
        page.wait_for("document.querySelectorAll('.map .hole rect').length > 0", "the page shows the hole")
        self.assertTrue(page.evaluate("window.before"), "it was loaded again")
        self.assertEqual(page.evaluate("window.scrollY"), 300)
        self.assertEqual(page.text("#summary"), "1 problem")
        self.assertIn("2 segments missing", page.text(".notices"))
        self.assertIn("walstow list main --holes", page.text(".notices code"))
        self.assertTrue(page.evaluate("document.title").startswith("1 problem"))
        width = page.evaluate("document.querySelector('.map .hole rect').getBoundingClientRect().width")
        self.assertGreaterEqual(width, 2)
        page.evaluate("window.scrollTo(0, 0)")
        for scheme in ("light", "dark"):
            page.scheme(scheme)
            contrast, text = page.lowest_contrast()
            self.assertGreaterEqual(contrast, 4.5, f"{scheme}: {text}")
            self.keep(page, f"status-page-{scheme}.png")
        self.check_accessibility(page)
        self.assertEqual(page.problems(), [])

    def check_accessibility(self, page):
        tree = page.accessible()
        for line in (
            'heading "walstow status" [level=1]', 'heading "1 problem" [level=2]', 'heading "Cluster main" [level=2]',
            'heading "Timelines" [level=3]', 'img "Timelines of cluster main, to scale"',
            'table "Timelines, newest last"', 'table "Missing segments"', 'columnheader "Distance"',
            'rowheader "standby2"', 'table "Base backups, newest first"', 'table "Holds"',
        ):  # fmt: skip
            self.assertIn(line, tree)
        self.assertIn("- main:", tree)
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((one) => Number(one.tagName[1]))")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(after <= before + 1 for before, after in zip(levels, levels[1:])), levels)
        self.assertEqual(page.evaluate("document.documentElement.lang"), "en")

    def look_on_a_phone(self, page):
        page.size(*PHONE)
        page.scheme("light")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE[0])
        self.assertIn('columnheader "Distance"', page.accessible(), "the tables are tables, whatever they look like")
        self.keep(page, "status-page-phone.png")
        self.assertEqual(page.problems(), [])

    def lose_the_store(self, page):
        self.archive.daemon.stop()
        page.wait_for("!document.querySelector('#offline').hidden", "the page says that the store is away")
        self.assertIn("This page has not been refreshed since", page.text("#offline"))
        self.assertIn("Cluster main", page.text("main"), "and shows what it knew")
        self.start_daemon()
        page.wait_for("document.querySelector('#offline').hidden", "the page has found the store again")

    def look_without_scripts(self, page):
        page.open(self.url, javaScriptEnabled=False)
        tree = page.accessible()
        self.assertIn('heading "Cluster main" [level=2]', tree)
        self.assertIn('rowheader "standby2"', tree)

    def test_over_tls(self):
        watcher, server = (
            self.archive.add_client(name, "*", rights)
            for name, rights in (("watcher", ("monitor",)), ("server", ("archive", "restore")))
        )
        with browser() as page:
            self.assertEqual(self.open_over_tls(page, watcher)["status"], 200)
            self.assertEqual(page.text("h1"), "walstow status")
            self.assertIn("EMPTY", page.text(".notices"))
            page.evaluate("window.before = document.querySelector('#top').innerHTML")
            page.wait_for("window.before != document.querySelector('#top').innerHTML", "the page has refreshed itself")
            self.assertEqual(page.problems(), [])
            self.assertEqual(self.open_over_tls(page, server)["status"], 403)
            self.assertNotIn("Cluster", page.text("body"))

    def open_over_tls(self, page, client):
        # The browser does not know the store's authority. The connection goes through a proxy of Playwright's, which
        # has the client's certificate.
        certificate = {
            "origin": self.archive.url, "certPath": str(client / "client.crt"), "keyPath": str(client / "client.key"),
        }  # fmt: skip
        return page.open(f"{self.archive.url}/", ignoreHTTPSErrors=True, clientCertificates=[certificate])

    def test_clusters_of_their_own(self):
        for name in ("one", "two", "three", "four"):
            self.archive.walstow("cluster", "create", name)
        with browser() as page:
            page.open(self.url)
            page.wait_for("document.querySelectorAll('#clusters tbody tr').length == 5", "the page lists five clusters")
            self.assertEqual(page.evaluate("document.querySelectorAll('.map').length"), 0)
            page.follow("#to-three")
            self.assertEqual(page.text("#cluster-0-title"), "Cluster three")
            page.follow("#all")
            self.assertEqual(page.text("#clusters-title"), "5 clusters")
            self.assertEqual(page.problems(), [])

    # Of a site that lets its name lead to this host.
    def test_pages_of_others_read_nothing(self):
        for host, status in (("localhost", 200), ("127.0.0.1", 200), ("evil.example", 403)):
            for path in ("/", "/metrics"):
                request = urllib.request.Request(self.url.rstrip("/") + path, headers={"Host": f"{host}:{self.port}"})
                try:
                    with urllib.request.urlopen(request, timeout=30) as reply:
                        self.assertEqual(reply.status, status, (host, path))
                        self.assertNotIn("Access-Control-Allow-Origin", reply.headers)
                except urllib.error.HTTPError as refused:
                    self.assertEqual(refused.code, status, (host, path))
                    self.assertNotIn(b"main", refused.read())
                    refused.close()


if __name__ == "__main__":
    prepare(UNPRIVILEGED_USER)
    main()
