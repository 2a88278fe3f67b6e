"""What a program asked of the kernel, in which order (strace)."""

import re
from pathlib import Path
from typing import NamedTuple

from support import processes

# What the promise of durability is made of, and what tells that it has been given.
CALLS = "fsync,fdatasync,link,linkat,rename,renameat,renameat2,write,writev,sendto,sendmsg"


def can_trace():
    """Whether this user may trace its own programs here."""
    return processes.run("strace", "--quiet=all", "true", check=False).returncode == 0


class Call(NamedTuple):
    begin: int  # the line at which it was entered
    end: int  # the line at which it returned
    text: str  # as strace writes it: name(arguments) = result


class Trace:
    """The system calls of a program and its children; descriptors are followed by <path>."""

    def __init__(self, *command, output, cwd):
        self.done = processes.run(
            "strace", "--follow-forks", "--decode-fds=path", f"--trace={CALLS}",
            "--string-limit=64", f"--output={output}", *command, cwd=cwd,
        )  # fmt: skip
        self.calls = _parse(output.read_text(errors="backslashreplace").splitlines())

    def first(self, pattern):
        """The first call whose text contains the regular expression; fails if there is none."""
        for call in self.calls:
            if re.search(pattern, call.text):
                return call
        raise AssertionError(f"no system call matches: {pattern}\n{self}")

    def fsyncs(self, path):
        """The fsyncs of `path` that succeeded."""
        pattern = rf"^f(data)?sync\(\d+<{re.escape(str(path))}>\) += 0"
        return [call for call in self.calls if re.search(pattern, call.text)]

    def fsyncs_of_files(self):
        """The fsyncs that succeeded of anything but folders."""
        fsync = re.compile(r"^f(?:data)?sync\(\d+<([^>]+)>.*\) += 0")
        return [
            call for call in self.calls
            if (match := fsync.search(call.text)) and not Path(match[1]).is_dir()
        ]  # fmt: skip

    def __str__(self):
        return "\n".join(call.text for call in self.calls)


def _parse(lines):
    """A call that was interrupted by another thread's stands on two lines."""
    calls, pending = [], {}
    for number, line in enumerate(lines):
        pid, text = line.split(maxsplit=1)
        if text.endswith("<unfinished ...>"):
            pending[pid] = (number, text.removesuffix("<unfinished ...>").rstrip())
        elif match := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
            begin, head = pending.pop(pid)
            calls.append(Call(begin, number, head + match[1]))
        else:
            calls.append(Call(number, number, text))
    return sorted(calls)
