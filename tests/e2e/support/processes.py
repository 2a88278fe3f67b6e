"""Starting programs so that none of them outlives the test, and finding those that would."""

import contextlib
import ctypes
import os
import signal
import subprocess
from pathlib import Path

from support import wait

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

RUN_SECONDS = 180


def run(*command, check=True, cwd=None, env=None, seconds=RUN_SECONDS):
    """Runs a program to its end. With `check`, an exit code other than 0 fails the test."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=seconds,
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"exit code {done.returncode} of: {' '.join(command)}\n{done.stdout}{done.stderr}"
        )
    return done


def shell(command):
    return run("sh", "-c", command)


@contextlib.contextmanager
def pipe(*command):
    """Starts a program that is talked to, line by line; it ends with its input."""
    with subprocess.Popen(
        [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def stop(pids):
    """SIGSTOP, and waits until none of their threads runs any more; one that has ended is stopped, too."""
    send(signal.SIGSTOP, pids)
    wait.until(lambda: not any(map(_runs, pids)), f"processes {pids} are stopped")


def _runs(pid):
    states = (_read(file) for file in Path(f"/proc/{pid}/task").glob("*/stat"))
    # Behind the name, which is in parentheses and may be anything.
    return any(stat.rpartition(b") ")[2][:1] not in b"TtZX" for stat in states)


def spawn(command, log, cwd=None):
    """Starts a program in the background, its output appended to the file `log`.

    The kernel sends it SIGQUIT, PostgreSQL's immediate shutdown, when the test dies by whatever
    cause: ctest's time-out is a SIGKILL, which leaves no time to clean up.
    """

    def die_with_the_test():
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)

    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_the_test,
        )


def _read(path):
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile, or is another user's
        return b""


def command_line(pid):
    return _read(Path(f"/proc/{pid}/cmdline")).replace(b"\0", b" ").decode(errors="replace").strip()


def open_files(pid):
    """What its descriptors lead to; it may close some meanwhile."""
    targets = set()
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            targets.add(os.readlink(f"/proc/{pid}/fd/{descriptor}"))
    return targets


def find(text):
    """Process ids, but for this one, that have `text` in their command line."""
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if pid != os.getpid() and text in command_line(pid)]


def adopt():
    """From now on what is left behind by those that this test starts becomes a child of its own."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def adopted(name):
    """The children of that name that have not ended, also those that were killed and hang in the kernel.

    Of these the first thread alone may have ended, and their command line is empty. Those that have
    ended are waited for, so none may be of subprocess.
    """
    living = set()
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        stat = _read(Path(f"/proc/{pid}/stat")).partition(b"(")[2].decode(errors="replace")
        found, _, rest = stat.rpartition(") ")
        fields = rest.split()  # from the state on, which is number 3 in proc(5)
        if found != name or int(fields[1]) != os.getpid():
            continue
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            living.add(pid)
    return living


def send(number, pids):
    """A signal to processes that may have ended meanwhile."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def end(pid):
    """SIGTERM to a process that may have ended meanwhile."""
    send(signal.SIGTERM, [pid])
