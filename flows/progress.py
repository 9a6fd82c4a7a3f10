"""What a run is doing, said while it does it: on standard error, or in the flow run's log."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from flows.foreign_text import one_line

_LOG = logging.getLogger("greenzone")
_started = time.monotonic()
_is_printing = False


def print_to_stderr() -> None:
    """Print what is said from now on, each line with the seconds since the start."""
    global _is_printing
    _is_printing = True


def at_most(tell: Callable[[str], None], seconds: float) -> Callable[[str], None]:
    """The same teller, which leaves out what comes sooner after the last than `seconds`."""
    told_at = -seconds

    def tell_now_and_then(text: str) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= seconds:
            told_at = now
            tell(text)

    return tell_now_and_then


def say(text: str) -> None:
    """Tell whoever watches: the terminal that started the run, or the log of the flow run."""
    text = one_line(text)
    if _is_printing:
        print(f"{time.monotonic() - _started:7.1f} s  {text}", file=sys.stderr, flush=True)
        return
    from prefect.exceptions import MissingContextError
    from prefect.logging import get_run_logger

    try:
        get_run_logger().info(text)
    except MissingContextError:
        _LOG.info(text)


def by_subject(progress: Callable[[str], None] | None) -> Callable[[str], None]:
    """Pass on a message of a subject (`file: …`) at most once a second; a new subject at once."""
    last = [("", 0.0)]

    def tell(text: str) -> None:
        subject, now = text.rsplit(": ", 1)[0], time.monotonic()
        if progress is not None and (subject != last[0][0] or now - last[0][1] >= 1.0):
            last[0] = (subject, now)
            progress(text)

    return tell
