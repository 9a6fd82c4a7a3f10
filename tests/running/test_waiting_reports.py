"""Finished reports of an interrupted backfill wait for it, whatever else is published meanwhile."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest

from flows.home.layout import Home
from flows.home.state import PublicationState, ShopState
from flows.running import rendering
from flows.running.run import Command, Request, Run
from flows.warehouse.scope import Scope

DAY = date(2026, 4, 9)
NAME = f"daily/{DAY}"


def _run(home: Home, command: Command) -> Run:
    made = Run(Request(command, home, (DAY,)), f"of {command}", lambda _: None)
    made.days = (DAY,)
    made.scope = Scope((DAY,), {"a": (DAY,)}, frozenset())
    made.fingerprints = {"a": "x"}
    return made


@pytest.fixture
def interrupted(tmp_path: Path) -> Run:
    """A backfill of one day, whose report is finished."""
    made = _run(Home(tmp_path / "home").create(), "backfill")
    folder = rendering._kept_day(made, DAY, NAME)
    folder.mkdir(parents=True)
    (folder / ".content").write_text("content")
    assert rendering.finished_days(made) == 1
    return made


def test_a_daily_run_in_between_leaves_them(interrupted: Run) -> None:
    rendering.clear(_run(interrupted.home, "daily"))
    assert rendering.finished_days(interrupted) == 1
    rendering.clear(interrupted)
    assert not (interrupted.home.private / "rendered").exists()


def test_after_a_week_nobody_waits_for_them(interrupted: Run) -> None:
    then = time.time() - 8 * 86_400
    os.utime(rendering._kept(interrupted), (then, then))
    rendering.clear(_run(interrupted.home, "daily"))
    assert not (interrupted.home.private / "rendered").exists()


def test_what_was_published_beside_a_report_meanwhile_is_in_the_one_that_is_made(
    interrupted: Run,
) -> None:
    interrupted.state = PublicationState(editions={NAME: {"run_id": "r1", "shops": {}}})
    assert rendering.finished_days(interrupted) == 0
    beside = ShopState(str(DAY), {str(DAY): "y"}, "r1")
    interrupted.state = PublicationState({"b": beside})
    assert rendering.finished_days(interrupted) == 0
