"""Tables of figures, for people and for a file."""

import statistics
import subprocess
import time
from dataclasses import dataclass, field

REFERENCE = "pgBackRest"  # what ratios are to: the best of the tools whose names begin so


@dataclass
class Table:
    """Samples of one quantity: by tool, in `unit`, less is better."""

    title: str
    unit: str = "ms"
    samples: dict = field(default_factory=dict)
    goals: dict = field(default_factory=dict)  # tool to the highest ratio to REFERENCE

    def add(self, tool, value):
        self.samples.setdefault(tool, []).append(value)

    def median(self, tool):
        return statistics.median(self.samples[tool])

    def reference(self):
        peers = [self.median(tool) for tool in self.samples if tool.startswith(REFERENCE)]
        return min(peers) if peers else None


def _high(values):
    """The 99th percentile; of fewer than a hundred values the highest."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def _rows(table):
    reference = table.reference()
    for tool, values in table.samples.items():
        ratio = table.median(tool) / reference if reference else None
        yield tool, len(values), table.median(tool), _high(values), ratio, table.goals.get(tool)


def text(table):
    lines = [f"\n{table.title} ({table.unit})", f"{'':34}{'n':>5}{'median':>10}{'p99':>10}{'ratio':>8}{'goal':>7}"]
    for tool, count, median, high, ratio, goal in _rows(table):
        shown = f"{ratio:8.2f}" if ratio is not None else f"{'':8}"
        wanted = f"{goal:7.2f}" if goal is not None else ""
        lines.append(f"{tool:34}{count:5}{median:10.1f}{high:10.1f}{shown}{wanted}")
    return "\n".join(lines)


def _version():
    shown = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip() or "unknown"


def lines(table, quick):
    """Tab-separated: when, version, quick or full, table, tool, samples, median, p99, ratio."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    version = _version()
    for tool, count, median, high, ratio, _ in _rows(table):
        ratio = "" if ratio is None else f"{ratio:.3f}"
        yield "\t".join(
            [when, version, "quick" if quick else "full", table.title, tool, str(count),
             f"{median:.2f}", f"{high:.2f}", ratio]
        ) + "\n"  # fmt: skip
