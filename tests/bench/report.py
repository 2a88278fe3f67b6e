"""Tables of figures, for people and for a file."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """The median of `row` is at most `limit`, or `limit` times that of `reference` in the same table.

    Of several references the lowest counts: the best that a peer can do.
    """

    row: str
    limit: float
    reference: tuple = ()


@dataclass
class Table:
    """Samples of one quantity, by row, in `unit`. Less is better.

    Samples that know what the processors of the machine worked meanwhile (machine.Cost) make a column more.
    """

    title: str
    unit: str = "ms"
    goals: list = field(default_factory=list)
    note: str = ""
    samples: dict = field(default_factory=dict)

    def add(self, row, value):
        self.samples.setdefault(row, []).append(value)

    def median(self, row):
        return statistics.median(self.samples[row])

    def cpu(self, row):
        """Mean of what the processors worked: the kernel counts it in steps of 10 ms. None: not known."""
        costs = [getattr(value, "cpu", None) for value in self.samples[row]]
        return None if None in costs else statistics.mean(costs)


def _high(values, part):
    """The value that `part` of all values do not exceed; of few values the highest."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def _shown(value):
    return f"{value:.1f}" if value < 1000 else f"{value:.0f}"


def _outcome(table, goal):
    """How a goal came out; None where a tool of it was left out."""
    if goal.row not in table.samples:
        return None
    reached = table.median(goal.row)
    if not goal.reference:
        met = reached <= goal.limit
        return f"{_shown(reached)} {table.unit}, goal {goal.limit:g} {table.unit}", met
    present = [row for row in goal.reference if row in table.samples]
    if not present:
        return None
    best = min(present, key=table.median)
    ratio = reached / table.median(best)
    return f"{ratio:.2f} of {best}, goal {goal.limit:g}", ratio <= goal.limit


def text(table):
    width = max(len(row) for row in table.samples)
    head = f"  {'':{width}}{'n':>5}{'p50':>9}{'p90':>9}{'p99':>9}{'CPU':>9}"
    lines = ["", f"{table.title} ({table.unit})", head]
    for row, values in table.samples.items():
        cpu = table.cpu(row)
        shown = [_shown(value) for value in (table.median(row), _high(values, 0.9), _high(values, 0.99))]
        shown.append("" if cpu is None else _shown(cpu))
        figures = "".join(f"{value:>9}" for value in shown)
        lines.append(f"  {row:{width}}{len(values):5}{figures}".rstrip())
    for goal in table.goals:
        outcome = _outcome(table, goal)
        if outcome is not None:
            lines.append(f"  {'met ' if outcome[1] else 'MISSED'} {goal.row}: {outcome[0]}")
    if table.note:
        lines.append(f"  {table.note}")
    return "\n".join(lines)


def version(folder):
    shown = subprocess.run(
        ["git", "-c", f"safe.directory={folder}", "-C", folder, "describe", "--always", "--dirty"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return shown.stdout.strip() or "unknown"


def conditions():
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} processors, load average {load}"


HEADINGS = "time\tversion\trounds\ttable\trow\tsamples\tp50\tp90\tp99\tCPU\tunit\n"


def lines(table, revision, rounds):
    """Tab-separated, a line for each row of the table: HEADINGS."""
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for row, values in table.samples.items():
        cpu = table.cpu(row)
        yield "\t".join(
            [when, revision, rounds, table.title, row, str(len(values)),
             f"{table.median(row):.2f}", f"{_high(values, 0.9):.2f}", f"{_high(values, 0.99):.2f}",
             "" if cpu is None else f"{cpu:.2f}", table.unit]
        ) + "\n"  # fmt: skip
