"""The alert rules and the dashboard agree with the store's metrics, with its commands and with the documents.

usage: monitoring_test.py SOURCE_FOLDER
"""

import itertools
import json
import re
import subprocess
import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

SOURCE = Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(SOURCE / ".ci"))
loader = SourceFileLoader("check_docs", str(SOURCE / ".ci/check-docs"))
check_docs = module_from_spec(spec_from_loader(loader.name, loader))
loader.exec_module(check_docs)

FOLDER = SOURCE / "deploy/monitoring"
RULES = sorted(FOLDER.glob("*.rules.yml"))
RULES_TESTS = sorted(FOLDER.glob("*.rules.test.yml"))
DASHBOARD = FOLDER / "walstow.dashboard.json"
PAGE = SOURCE / "docs/monitoring-and-verification.md"

# The folders of the metrics: of a store, and of `walstow check`.
STORE, CHECK = "store/metrics", "store/admin/check"

METRIC = re.compile(r"\bwalstow_\w+")
TEMPLATE = re.compile(r"\{\{.*?\}\}")
# Prometheus' own labels, and those that a rule adds.
OTHER_LABELS = {"job", "instance", "le", "alertname", "alertstate", "severity"}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def texts_in(folder: str) -> list[str]:
    return [text_of(path) for path in sorted((SOURCE / folder).glob("*.cc"))]


def metrics_in(folder: str) -> set[str]:
    return {name for text in texts_in(folder) for name in re.findall(r'"(walstow_\w+)"', text)}


def store_metrics() -> set[str]:
    """The names of the families that the store writes."""
    return metrics_in(STORE)


def known_samples() -> set[str]:
    """The names of all samples: a histogram has three, and none of its own."""
    histograms = {name for text in texts_in(STORE) for name in re.findall(r'"(walstow_\w+)",\s*kHistogram', text)}
    names = store_metrics() | metrics_in(CHECK)
    return names - histograms | {name + end for name in histograms for end in ("_bucket", "_sum", "_count")}


def known_labels() -> set[str]:
    return {label for text in texts_in(STORE) + texts_in(CHECK) for label in re.findall(r'\{"(\w+)", ', text)}


def rules_text() -> str:
    return "".join(map(text_of, RULES))


def refusal_codes() -> set[str]:
    return set(re.findall(r'CodeInfo\{Code::\w+, "([a-z-]+)"', text_of(SOURCE / "proto/wire/refusal.cc")))


def labels_in(expression: str) -> set[str]:
    labels = set(re.findall(r'\b(\w+)(?:=~|!~|!=|=)"', expression))
    for names in re.findall(r"\b(?:by|on|without|ignoring|group_left|group_right) ?\(([^()]*)\)", expression):
        labels |= set(re.findall(r"\w+", names))
    return labels


def alerts() -> dict[str, str]:
    """Each alert's rule, as text."""
    parts = re.split(r"^ +- (?:alert: (\w+)|name: .*|record: .*)\n", rules_text(), flags=re.MULTILINE)
    return {name: rule for name, rule in zip(parts[1::2], parts[2::2]) if name}


def annotation(rule: str, name: str) -> str:
    """In one line, with a word for each template."""
    found = re.search(rf"^ {{10}}{name}: (?:>-\n((?: {{12}}.*\n)+)|(.*)\n)", rule, re.MULTILINE)
    return TEMPLATE.sub("main", re.sub(r"\s+", " ", found[1] or found[2]).strip()) if found else ""


def panels() -> list[dict]:
    return json.loads(text_of(DASHBOARD))["panels"]


def dashboard_expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel.get("targets", ())]


def promtool(*arguments: object) -> str:
    """What it complains of; nothing on success."""
    done = subprocess.run(["promtool", *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"exit status {done.returncode}"


class Sources(unittest.TestCase):
    """Nothing below means anything if the store's sources were read wrongly."""

    def test_some_of_each(self):
        self.assertLessEqual({"walstow_build_info", "walstow_missing_segments"}, store_metrics())
        self.assertIn("walstow_put_duration_seconds_bucket", known_samples())
        self.assertNotIn("walstow_put_duration_seconds", known_samples())
        self.assertLessEqual({"cluster", "client", "standby", "instance_id", "timeline", "code"}, known_labels())
        self.assertLessEqual({"over-quota", "hole", "unavailable"}, refusal_codes())
        self.assertGreater(len(alerts()), 40)
        self.assertGreater(len(dashboard_expressions()), 40)


class Rules(unittest.TestCase):
    def test_promtool_accepts_them(self):
        for path in RULES:
            self.assertEqual(promtool("check", "rules", path.name), "")

    def test_they_fire_when_they_should(self):
        for path in RULES_TESTS:
            self.assertEqual(promtool("test", "rules", path.name), "")

    def test_names_are_the_stores(self):
        for path in (*RULES, *RULES_TESTS):
            with self.subTest(path.name):
                self.assertEqual(set(METRIC.findall(text_of(path))) - known_samples(), set())
                self.assertEqual(labels_in(text_of(path)) - known_labels() - OTHER_LABELS, set())
        self.assertEqual(set(re.findall(r"\$labels\.(\w+)", rules_text())) - known_labels() - OTHER_LABELS, set())

    def test_codes_are_the_stores(self):
        for path in (*RULES, *RULES_TESTS):
            for alternatives in re.findall(r'code(?:=~|!=|=)"([^"]*)"', text_of(path)):
                for code in re.sub(r"unknown-\((\w+)\|(\w+)\)", r"unknown-\1|unknown-\2", alternatives).split("|"):
                    with self.subTest(code, file=path.name):
                        self.assertTrue(any(re.fullmatch(code, known) for known in refusal_codes()))

    def test_every_alert_has_a_test(self):
        tested = set(re.findall(r'ALERTS\{alertname="(\w+)",alertstate="firing"\}', "".join(map(text_of, RULES_TESTS))))
        self.assertEqual(tested, set(alerts()))

    def test_every_alert_explains_itself(self):
        sources = check_docs.Sources(SOURCE)
        for name, rule in alerts().items():
            with self.subTest(name):
                self.assertRegex(rule, r"\n {8}labels: \{severity: (warning|critical)\}\n")
                self.assertRegex(annotation(rule, "summary"), r"\w \w")
                description = annotation(rule, "description")
                pages = re.findall(r"\b(docs/[\w-]+\.md)(?:#([\w-]+))?", description)
                self.assertNotEqual(pages, [])
                for page, anchor in pages:
                    self.assertIn(anchor, {"", *check_docs.Document(SOURCE / page).anchors}, page)
                for command in re.findall(r"`([^`]*)`", description):
                    self.assertEqual(list(check_docs.faults_of_commands(SOURCE, sources, command)), [])


class Dashboard(unittest.TestCase):
    def test_names_are_the_stores(self):
        text = text_of(DASHBOARD)
        self.assertEqual(set(METRIC.findall(text)) - known_samples(), set())
        used = set().union(*map(labels_in, dashboard_expressions())) | set(re.findall(r"\{\{(\w+)\}\}", text))
        self.assertEqual(used - known_labels() - OTHER_LABELS, set())

    def test_every_metric_is_on_it(self):
        shown = {re.sub("_(bucket|sum|count)$", "", name) for name in METRIC.findall(text_of(DASHBOARD))}
        self.assertEqual(store_metrics() - shown, set())

    def test_promtool_accepts_the_expressions(self):
        rules = [{"record": f"shown:{number}", "expr": expression.replace("$__rate_interval", "5m")}
                 for number, expression in enumerate(dashboard_expressions())]
        with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            self.assertEqual(promtool("check", "rules", file.name), "")

    def test_panels_have_places_of_their_own(self):
        numbers = [panel["id"] for panel in panels()]
        self.assertEqual(len(numbers), len(set(numbers)))
        taken = {}
        for panel in panels():
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            for cell in itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])):
                self.assertEqual(taken.setdefault(cell, panel["title"]), panel["title"])

    def test_variables(self):
        board = json.loads(text_of(DASHBOARD))
        variables = {variable["name"] for variable in board["templating"]["list"]}
        self.assertLessEqual({"datasource", "cluster"}, variables)
        for source in re.findall(r'"datasource": (\{[^{}]*\})', json.dumps(board)):
            self.assertEqual(json.loads(source), {"type": "prometheus", "uid": "${datasource}"})
        for expression in dashboard_expressions():
            self.assertLessEqual(set(re.findall(r"\$(\w+)", expression)) - {"__rate_interval"}, variables)


class Page(unittest.TestCase):
    def test_it_has_every_metric(self):
        named = set(re.findall(r"^\| `(walstow_\w+)` \|", text_of(PAGE), re.MULTILINE))
        self.assertEqual(named, store_metrics() | metrics_in(CHECK))

    def test_it_has_every_alert(self):
        named = set(re.findall(r"`(Walstow[A-Z]\w+)`", text_of(PAGE)))
        self.assertEqual(named, set(alerts()))


if __name__ == "__main__":
    unittest.main()
