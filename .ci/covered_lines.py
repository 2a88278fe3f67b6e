"""Prints a table of the part of the product's lines that has run, by folder. usage: covered_lines.py BUILD_FOLDER

It writes the lines of each file that have not run into BUILD_FOLDER/lines-not-run.txt. Call it in the source folder.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PRODUCT = ("proto", "archiver", "restorer", "store", "deploy")


def counts(data: Path) -> list[tuple[str, int, bool]]:
    """(file, line, whether it has run) of each line that was compiled into one object."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, text=True, check=True)
    root = str(Path.cwd()) + "/"
    return [(file["file"].removeprefix(root), line["line_number"], line["count"] > 0)
            for report in done.stdout.splitlines() if report
            for file in json.loads(report)["files"]
            if file["file"].removeprefix(root).startswith(tuple(f"{folder}/" for folder in PRODUCT))
            for line in file["lines"]]


def main() -> int:
    build = Path(sys.argv[1])
    # Includes files that no test has started: their lines count as not run.
    objects = [path for folder in PRODUCT for path in (build / folder).rglob("*.gcno")]
    has_run: dict[str, dict[int, bool]] = defaultdict(lambda: defaultdict(bool))
    with ThreadPoolExecutor() as pool:
        for found in pool.map(counts, objects):
            for file, line, ran in found:
                has_run[file][line] |= ran
    if not has_run:
        raise SystemExit(f"error: nothing in {build} counts lines")
    total, ran = Counter(), Counter()
    with open(build / "lines-not-run.txt", "w", encoding="utf-8") as report:
        for file, lines in sorted(has_run.items()):
            for folder in (str(Path(file).parent), ""):
                total[folder] += len(lines)
                ran[folder] += sum(lines.values())
            missed = sorted(line for line, value in lines.items() if not value)
            if missed:
                print(f"{file}: {' '.join(map(str, missed))}", file=report)
    print("| folder | lines | run by a test |\n|---|---|---|")
    for folder in sorted(filter(None, total)) + [""]:
        print(f"| {f'`{folder}`' if folder else 'all'} | {total[folder]} | {100 * ran[folder] / total[folder]:.1f} % |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
