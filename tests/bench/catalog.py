#!/usr/bin/env python3
"""How long status, list, verify and prune take, and how much memory, on large archives.

    python3 -B tests/bench/catalog.py --bin build/release/bin --count 1000000 --folder /var/tmp/bench

is for one archive that is to be looked into for longer; `tests/bench/run catalog` measures two, of
a million small objects and of 4,000 of real size. FOLDER is removed afterwards, unless --keep is
given, and an archive that is there already is used as it is. A million objects take 4 GB of an
ext4.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import catalog_archive  # noqa: E402
import report  # noqa: E402
from support.daemon import HOST, Daemon, free_port  # noqa: E402

# Of the whole archive, in the order in which they are measured: the last one changes it.
QUESTIONS = ("status", "scrape", "list", "verify", "prune")
SEGMENTS = re.compile(r'^walstow_timeline_segments\{cluster="main".*\} (\d+)$', re.MULTILINE)
DEEP = 100_000  # more than so many are not unfolded, for it takes too long


class Catalog:
    """The archive in `folder`, asked by processes of its own and by a daemon."""

    def __init__(self, binaries, folder, title):
        self._binaries = binaries
        self._folder = folder
        self.times = report.Table(f"{title}: one question", unit="ms")
        self.memory = report.Table(f"{title}: peak of memory", unit="MB")
        self._local = ["--store", folder / "archive"]
        self._remote = ["--config", folder / "admin/walstow.toml"]
        self._metrics_port = free_port()
        self._daemon = Daemon(folder / "archive", binaries, folder / "walstowd.log")

    def make(self, kind, count):
        walstow = self._binaries / "walstow"
        archive = self._folder / "archive"
        subprocess.run([walstow, "init", archive, "--host", HOST], check=True, stdout=sys.stderr)
        clusters = (("main", kind, count), ("small", catalog_archive.small(), 100))
        for name, of, objects in clusters:
            cluster = catalog_archive.Cluster(walstow, archive, name, of, objects)
            cluster.make()
            cluster.add_consumers()

    def measure(self, questions, count):
        if "status" in questions:
            self._ask("status, by a process of its own", *self._local, "status", "main")
        self._add_administrator()
        # Nothing is pruned but what is asked for.
        self._daemon.start("--prune-interval=0s", f"--metrics-listen=127.0.0.1:{self._metrics_port}")
        try:
            self._ask("status of a small cluster while the daemon reads", *self._remote, "status", "small")
            self._ask("status, until the daemon has read all", *self._remote, "status", "main")
            for question in questions:
                getattr(self, f"_{question}")(count)
            self.memory.add("walstowd", self._memory_of_the_daemon())
        finally:
            self._daemon.stop()

    def _status(self, _count):
        for _ in range(5):
            self._ask("status", *self._remote, "status", "main")

    # Of a new reading, and of the one that is kept for twenty times as long as it took.
    def _scrape(self, count):
        for row, path in (("scrape", "metrics"), ("scrape again", "metrics"), ("status page", "")):
            began = time.perf_counter()
            with urllib.request.urlopen(f"http://127.0.0.1:{self._metrics_port}/{path}", timeout=300) as answer:
                text = answer.read().decode()
            segments = sum(map(int, SEGMENTS.findall(text)))
            # Some numbers are left out, as holes.
            if path and segments < count * 0.9:
                raise SystemExit(f"a scrape counts {segments} segments of {count}")
            self.times.add(row, (time.perf_counter() - began) * 1000)
            print(f"   {row}: {self.times.samples[row][-1]:.0f} ms", file=sys.stderr, flush=True)

    def _list(self, _count):
        self._ask("list", *self._remote, "list", "main")
        self._ask("list --holes", *self._remote, "list", "main", "--holes", code=4)
        self._ask("backup list", *self._remote, "backup", "list", "main")

    # Missing are the segments that were left out. Deep, each copy is of another place than its name.
    def _verify(self, count):
        self._ask("verify", *self._remote, "verify", "main", code=4)
        self._ask("verify --jobs 2", *self._remote, "verify", "main", "--jobs", "2", code=4)
        if count <= DEEP:
            self._ask("verify --deep", *self._remote, "verify", "main", "--deep", code=3)

    def _prune(self, count):
        self._ask("prune -n", *self._remote, "prune", "main", "-n")
        tenth = f"{int(count * catalog_archive.HOLD_AT):,}"
        told = self._ask(f"prune of {tenth}", *self._remote, "prune", "main", "--yes")
        if "files removed" not in told:
            raise SystemExit(f"nothing was pruned: {told}")

    def _ask(self, row, *arguments, code=0):
        """Milliseconds of the whole call, and the memory of it and its children."""
        measured = self._folder / "measured"
        command = ["/usr/bin/time", "-f", "%M", "-o", measured, self._binaries / "walstow", *arguments]
        began = time.perf_counter()
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=False
        )
        self.times.add(row, (time.perf_counter() - began) * 1000)
        if done.returncode not in (0, code):
            raise SystemExit(f"exit code {done.returncode} of {row}: {done.stdout}{done.stderr}")
        peak = measured.read_text(encoding="ascii").split()[-1]
        self.memory.add(f"walstow, {row}", int(peak) / 1024)
        print(f"   {row}: {self.times.samples[row][-1]:.0f} ms", file=sys.stderr, flush=True)
        return done.stdout

    def _add_administrator(self):
        folder = self._folder / "admin"
        if folder.exists():
            shutil.rmtree(folder)
            self._walstow("client", "remove", "admin")
        self._walstow("client", "add", "admin", "--cluster", "*", "--right", "admin",
                      "--url", self._daemon.url, "--out", folder)  # fmt: skip
        toml = folder / "walstow.toml"
        text = toml.read_text(encoding="utf-8").replace("/etc/walstow/", f"{folder}/")
        toml.write_text(text, encoding="utf-8")

    def _walstow(self, *arguments):
        command = [str(part) for part in (self._binaries / "walstow", *self._local, *arguments)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def _memory_of_the_daemon(self):
        status = Path(f"/proc/{self._daemon.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


def catalog(machine):
    """The case of tests/bench/run."""
    segment = machine.primary.wal / machine.segments["pgbench"][0]
    for kind, count in (
        (catalog_archive.small(), machine.count(1_000_000, 20_000)),
        (catalog_archive.Kind("objects of real size", segment.read_bytes()), machine.count(4_000, 200)),
    ):
        folder = machine.folder / "catalog"
        folder.mkdir()
        measured = Catalog(machine.binaries, folder, f"{count:,} {kind.title}")
        measured.make(kind, count)
        measured.measure(QUESTIONS, count)
        shutil.rmtree(folder)
        yield measured.times
        yield measured.memory


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", type=Path, required=True, help="the folder of the executables")
    parser.add_argument("--count", type=int, default=1_000_000, help="objects (1000000)")
    parser.add_argument("--segment", type=Path, help="a segment that each is made of (1 MB of zeros)")
    parser.add_argument("--folder", type=Path, required=True, help="where the archive is made")
    parser.add_argument("--keep", action="store_true", help="do not remove it afterwards")
    parser.add_argument("question", nargs="*", help=f"only these (default: {' '.join(QUESTIONS)})")
    given = parser.parse_args()
    unknown = set(given.question) - {*QUESTIONS, "none"}
    if unknown:
        parser.error(f"there is no question named {', '.join(sorted(unknown))}")
    return given


def main():
    given = parse_arguments()
    if os.geteuid() == 0:
        raise SystemExit("run this as a user of its own: walstowd does not serve as root")
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kind = catalog_archive.small()
    if given.segment:
        kind = catalog_archive.Kind("objects of real size", given.segment.read_bytes())
    measured = Catalog(given.bin.resolve(), folder, f"{given.count:,} {kind.title}")
    try:
        if not (folder / "archive").exists():
            began = time.monotonic()
            measured.make(kind, given.count)
            print(f"made {given.count:,} objects in {time.monotonic() - began:.0f} s", flush=True)
        if given.question != ["none"]:
            measured.measure(given.question or QUESTIONS, given.count)
            for table in (measured.times, measured.memory):
                print(report.text(table), flush=True)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    os.umask(0o027)
    os.environ["LC_ALL"] = "C"
    main()
