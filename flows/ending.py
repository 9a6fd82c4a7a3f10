"""Signals that end the program: remembered, because a library may swallow what they raise.

DuckDB turns an interrupt into an error of the query, which Great Expectations takes for a check
that failed for once and tries again: without a memory, the run would go on to its end.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Never

from flows.errors import Terminated

_received: list[int] = []


def watch() -> None:
    """Let every signal that ends the program end it as Ctrl-C does: with its record written."""
    for number, take in (
        (signal.SIGINT, _take_interrupt),
        (signal.SIGTERM, _take_once),
        (signal.SIGHUP, _take_once),
    ):
        # A program under `nohup` is meant to outlive its terminal.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, take)


def check() -> None:
    """Raise what the program was told by a signal, if a library kept it to itself.

    Raises: `KeyboardInterrupt` or `Terminated`.
    """
    if _received:
        _end(_received[-1])


@contextmanager
def heard() -> Iterator[None]:
    """Let an error that a signal caused in a library end the program as the signal does."""
    try:
        yield
    except Exception:
        check()
        raise


def _take_interrupt(number: int, frame: FrameType | None) -> Never:
    del frame
    _received.append(number)
    _end(number)


def _take_once(number: int, frame: FrameType | None) -> Never:
    # The same signal again would break off the end itself.
    signal.signal(number, signal.SIG_IGN)
    _take_interrupt(number, frame)


def _end(number: int) -> Never:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Terminated(number)
