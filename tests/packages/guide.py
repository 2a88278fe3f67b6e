"""Reads the shell blocks of a document, and where each of them runs.

The last "On HOST" in the paragraph before a block names its hosts: "On primary1 and standby1:", "On primary1, as the
user `postgres`:". If that paragraph has "repeat this until", a reader repeats the block until it shows the sample. If
it has "fails, because", the block fails. A block without a language is a sample of the output of the one before it.
"""

import re
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
HOSTS = ("archive1", "archive2", "primary1", "standby1")
HOST = rf"(?:{'|'.join(HOSTS)})"
PLACE = re.compile(rf"\b[Oo]n ({HOST}(?:,? (?:and )?(?:on )?{HOST})*)(?:, as (?:the user )?`(\w+)`)?")
FENCE = re.compile(r"( *)```(\w*)")

# What differs from run to run. A name such as "primary1" keeps its number.
VARIABLE = re.compile(
    r"""[0-9A-F]+/[0-9A-F]+ | \b[0-9a-f]{32}\b | \b[0-9A-F]{24}\b | \b[0-9A-F]{8}\b
      | \d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[ ]UTC|\+00)?
      | (?<![A-Za-z\d])\d+(?:\.\d+)?[ ](?:B|kB|MB|GB|ms|s|min)\b | (?<![A-Za-z\d])\d+(?:\.\d+)?""", re.VERBOSE)

LOG_PREFIX = re.compile(r"^\d{4}-\d\d-\d\d \S+ UTC \[\d+\] ")  # of Debian's PostgreSQL


class Block:
    def __init__(self, document, line, section, before, text):
        self.document, self.line, self.section, self.text = document, line, section, text
        self.samples = []
        places = PLACE.findall(before)
        self.hosts = re.findall(HOST, places[-1][0]) if places else []
        self.user = (places[-1][1] if places else "") or "root"
        self.repeated = "repeat this until" in before
        self.fails = "fails, because" in before

    def __str__(self):
        return f"{self.document}:{self.line}: {self.first_line}"

    @property
    def first_line(self):
        return self.text.splitlines()[0]


class Guide:
    def __init__(self, path, host=""):
        """`path`: within the sources. `host`: where all blocks run, if the document is about one host."""
        self.path = path
        self.blocks = []
        lines = (SOURCE / path).read_text(encoding="utf-8").splitlines()
        section, number = "", 0
        while number < len(lines):
            line, number = lines[number], number + 1
            if line.startswith("#"):
                section = line.lstrip("# ")
            fence = FENCE.fullmatch(line)
            if not fence:
                continue
            before = f"On {host}:" if host else paragraph_before(lines, number - 1)
            begin, text = number + 1, []
            while lines[number].strip() != "```":
                text.append(lines[number].removeprefix(fence[1]) + "\n")
                number += 1
            number += 1
            if fence[2] == "sh":
                self.blocks.append(Block(path, begin, section, before, "".join(text)))
            elif fence[2] == "" and self.blocks and self.blocks[-1].section == section:
                self.blocks[-1].samples.append("".join(text))
        self.left = list(self.blocks)

    def section(self, title):
        """The blocks below the headings with this title."""
        found = [block for block in self.blocks if block.section == title]
        assert found, f"{self.path} has no block below a heading \"{title}\""
        return found


def paragraph_before(lines, number):
    """The text that introduces the line, in one line."""
    while number > 0 and not lines[number - 1].strip():
        number -= 1
    begin = number
    while begin > 0 and lines[begin - 1].strip() and not lines[begin - 1].strip().startswith(("#", "```")):
        begin -= 1
    return " ".join(line.strip() for line in lines[begin:number])


def commands(text):
    """The complete commands of a block, as a shell splits it: a here-document is one of them."""
    command = ""
    for line in text.splitlines(keepends=True):
        command += line
        checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True)
        if checked.returncode == 0 and not checked.stderr and not command.endswith("\\\n"):
            yield command
            command = ""
    assert not command, f"an incomplete command: {command}"


def missing_lines(sample, output):
    """The lines of a sample that the output does not have, in their order. Numbers, ids and times may differ, and three
    dots stand for anything."""
    lines = iter([LOG_PREFIX.sub("", line) for line in output.splitlines()])
    return [line for line in sample.splitlines() if line.strip() and not any(map(pattern_of(line).fullmatch, lines))]


def pattern_of(line):
    parts, end = [], 0
    for variable in VARIABLE.finditer(line):
        parts += [literal(line[end : variable.start()]), f"(?:{VARIABLE.pattern})"]
        end = variable.end()
    return re.compile(r"\s*" + "".join([*parts, literal(line[end:])]) + r"\s*", re.VERBOSE)


def literal(text):
    """Columns are as wide as their contents, so spaces and lines of a table may be longer or shorter."""
    words = (re.sub(r"(\\-){2,}", "-{2,}", re.escape(word)) for word in re.split(r"\s+", text))
    return r"\s+".join(words).replace(r"\.\.\.", ".*").replace("segments", "segments?")
