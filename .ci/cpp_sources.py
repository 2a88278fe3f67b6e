"""The C++ files that the checks read, and the functions by which they read them."""

import re
from pathlib import Path

FOLDERS = ("proto", "archiver", "restorer", "store", "deploy", "tests")

# Numbers come first: the ' of 65'536 begins no character.
TOKEN = re.compile(
    r"""(?P<number>\b\d[\w'.]*)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<end>[^()\s\\]*)\(.*?\)(?P=end)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<character>'(?:\\.|[^'\\\n])+')""",
    re.VERBOSE | re.DOTALL)
OPENING, CLOSING = "([{", ")]}"


def cpp_files(root: Path) -> list[Path]:
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*")
             if path.suffix in (".h", ".cc")]
    if not files:
        raise SystemExit(f"error: no C++ file under {root}: nothing was checked")
    return sorted(files)


def blank(token: re.Match) -> str:
    """Replaces comments by spaces and literals by zeros. Lines and columns stay the same."""
    if token["number"]:
        return token[0]
    return re.sub(r"[^\n]", " " if token["comment"] else "0", token[0])


def read_blanked(path: Path) -> str:
    return TOKEN.sub(blank, path.read_text(encoding="utf-8"))


def matching_end(text: str, start: int) -> int:
    """The index after the bracket that closes the one at start."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] in OPENING) - (text[index] in CLOSING)
        if depth == 0:
            return index + 1
    return len(text)
