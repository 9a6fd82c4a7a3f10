"""Signals that end the program: remembered, because a library may swallow what they raise.

DuckDB turns an interrupt into an error of the query, which Great Expectations takes for a check
that failed for once and tries again: without a memory, the run would go on to its end.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Never

from flows.errors import Terminated

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_told: list[BaseException] = []
_hearing: list[None] = []


def watch() -> None:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does: with the run's record written."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A program under `nohup` is meant to outlive its terminal.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)


@contextmanager
def heard() -> Iterator[None]:
    """Remember for `check` what signals raise, and raise it again for an error that it caused.

    Whoever handles the signals goes on to do so: this program, or Prefect in a run of its worker.
    """
    _hearing.append(None)
    handled: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        handled = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in handled.items():
        if callable(handler):
            signal.signal(number, _remembering(handler))
    try:
        yield
    except Exception:
        check()
        raise
    finally:
        for number, handler in handled.items():
            if callable(handler) and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, handler)
        _hearing.pop()
        if not _hearing:
            # What comes next in a notebook is not told to end.
            _told.clear()


def check() -> None:
    """Raise what a signal raised, if a library kept it to itself."""
    if _told:
        raise _told[-1]


def _remembering(handler: Callable[[int, FrameType | None], Any]) -> Callable[..., None]:
    def handle(number: int, frame: FrameType | None) -> None:
        try:
            handler(number, frame)
        except BaseException as told:
            _told.append(told)
            raise

    return handle


def _terminate(number: int, frame: FrameType | None) -> Never:
    del frame
    # Once is enough: the same signal again would break off the end itself.
    signal.signal(number, signal.SIG_IGN)
    raise Terminated(number)
