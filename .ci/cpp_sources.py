"""The C++ files that the checks read."""

from pathlib import Path

FOLDERS = ("proto", "archiver", "restorer", "store", "tests")


def cpp_files(root: Path) -> list[Path]:
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*")
             if path.suffix in (".h", ".cc")]
    if not files:
        raise SystemExit(f"error: no C++ file under {root}: nothing was checked")
    return sorted(files)
