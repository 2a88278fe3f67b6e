"""Waiting: always a condition with a deadline, never a plain sleep."""

import time

# Long enough for a loaded machine; a test that passes never waits that long.
DEADLINE = 120.0
INTERVAL = 0.02


class Timeout(AssertionError):
    """A condition that did not come true in time: the test has failed."""


def until(condition, what, seconds=DEADLINE, interval=INTERVAL):
    """Polls `condition` every `interval` seconds until it returns something true, and returns that.

    `what` completes "timed out waiting until ..."; a callable is asked for it at the time-out.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise Timeout(f"timed out after {seconds:g} s waiting until {text}")
        time.sleep(interval)
