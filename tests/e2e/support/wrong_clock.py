"""A program whose clock is wrong, by libfaketime (Debian's package faketime)."""

from pathlib import Path

_FOLDERS = "/usr/lib"


def library():
    """The one for programs with threads; None where it is not installed."""
    return next(Path(_FOLDERS).glob("*/faketime/libfaketimeMT.so.1"), None)


def ahead(days):
    """Words before a command, of which it and its children believe that it is `days` days later.

    Timers go on by the true steady clock: only what the clock on the wall says is faked.
    """
    return (
        "env", f"LD_PRELOAD={library()}", f"FAKETIME=+{days}d",
        "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
    )  # fmt: skip
