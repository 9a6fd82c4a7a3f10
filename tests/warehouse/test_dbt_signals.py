"""SIGTERM while dbt works: dbt sees Ctrl-C, everybody else sees SIGTERM."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from flows.warehouse.dbt_run import _ended_as_by_ctrl_c


class Stopped(BaseException):
    pass


@pytest.fixture
def stopping() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Stopped

    before = signal.signal(signal.SIGTERM, stop)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("stopping")
def test_an_interrupt_that_passes_dbt_by_is_sigterm_again() -> None:
    with pytest.raises(Stopped), _ended_as_by_ctrl_c():
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.usefixtures("stopping")
def test_an_interrupt_that_dbt_takes_is_sigterm_again() -> None:
    def work() -> None:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped), _ended_as_by_ctrl_c():
        work()
