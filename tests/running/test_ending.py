"""A signal that ends the program ends it, although a library keeps to itself what it raised."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb
import pytest

from flows import ending, stages
from flows.errors import Terminated
from flows.home.layout import Home
from flows.home.runs import new_run_id
from flows.running.run import Request, Run

# Not long: an interrupted query still ends the part that it is at.
_LONG = "select sum(hash(i)) from range(60_000_000) a(i)"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def watching() -> Iterator[None]:
    """Signals as a command takes them, and afterwards as before."""
    before: list[Any] = [signal.getsignal(number) for number in _SIGNALS]
    ending.watch()
    yield
    for number, handler in zip(_SIGNALS, before, strict=True):
        signal.signal(number, handler)


def _query_that_is_told_to_end(number: int) -> None:
    told = threading.Timer(0.1, os.kill, (os.getpid(), number))
    # What a collection calls back swallows an exception for good.
    gc.collect()
    gc.disable()
    told.start()
    try:
        duckdb.connect().execute(_LONG)
    finally:
        told.join()
        gc.enable()


def test_the_database_hides_an_interrupt() -> None:
    """What the memory of signals is for; once this fails, it may go."""
    with pytest.raises(RuntimeError, match="interrupted"):
        _query_that_is_told_to_end(signal.SIGINT)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (signal.SIGINT, KeyboardInterrupt),
        (signal.SIGTERM, Terminated),
        (signal.SIGHUP, Terminated),
    ],
)
def test_an_error_that_a_signal_caused_ends_the_program(
    number: int, error: type[BaseException]
) -> None:
    with pytest.raises(error), ending.heard():
        _query_that_is_told_to_end(number)


def test_an_error_of_its_own_stays_itself() -> None:
    with pytest.raises(ValueError, match="own"), ending.heard():
        raise ValueError("its own")


def test_no_stage_begins_after_a_signal_that_was_swallowed(tmp_path: Path) -> None:
    run = Run(Request("daily", Home(tmp_path)), new_run_id(), lambda _: None)

    def publish() -> None:
        with suppress(RuntimeError):
            _query_that_is_told_to_end(signal.SIGINT)
        stages.publish(run)

    with pytest.raises(KeyboardInterrupt), ending.heard():
        publish()
    with ending.heard():
        ending.check()  # another run is not told to end


def test_what_another_program_makes_of_a_signal_is_kept() -> None:
    class Stopped(BaseException):
        pass

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    with pytest.raises(Stopped), ending.heard():
        _query_that_is_told_to_end(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is stop


def test_what_is_meant_to_outlive_its_terminal_does() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ending.watch()
    with ending.heard():
        os.kill(os.getpid(), signal.SIGHUP)
        ending.check()
