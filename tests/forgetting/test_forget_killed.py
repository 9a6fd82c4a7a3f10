"""Killed at any step, the next forgetting finishes, and no run in between brings anybody back."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from flows.forgetting import forget
from flows.home import Home
from flows.home.interventions import read_interventions
from tests.forgetting.conftest import (
    ANN,
    HOLDING,
    REASON,
    SHOP,
    STAYING,
    holders,
    names,
    quiet,
)
from tests.ingest.builders import run


class Killed(BaseException):
    """Stands for a kill."""


@pytest.mark.parametrize("nth", [2, 6, 13])
def test_killed_the_next_one_finishes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    for name in ("refused.csv", "wide.txt", "broken.json"):
        (home.landing / SHOP / name).unlink()
    assert _is_killed_and_finished(home, tmp_path / "killed", monkeypatch, nth)


@pytest.mark.end_to_end
@pytest.mark.long
def test_killed_anywhere_the_next_one_finishes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    while _is_killed_and_finished(home, tmp_path / "killed", monkeypatch, steps + 1):
        steps += 1
    assert steps > 20


def _is_killed_and_finished(home: Home, place: Path, patch: pytest.MonkeyPatch, nth: int) -> bool:
    """Kill a forgetting at its n-th step, and the next one finishes; whether it had so many."""
    copy = Home(shutil.copytree(home.root, place))
    expected = names(home) - (HOLDING - STAYING)
    is_killed = False
    with patch.context() as dying:
        _die_at(nth, dying)
        try:
            forget(copy, ANN, REASON, quiet, deletes=True)
        except Killed:
            is_killed = True
    # A run that comes in between reads landing, and brings nobody back.
    if nth % 2 == 0:
        run(copy, "between")
    forget(copy, ANN, REASON, quiet, deletes=True)
    assert holders(copy, ANN) == set()
    assert names(copy) == expected
    assert len(read_interventions(copy)) == 1
    assert json.loads((copy.runs / "r1.json").read_text())["reproducible"] is False
    state = json.loads((copy.private / "publication.json").read_text())
    assert state["shops"][SHOP]["days"]["2026-04-12"] != "f"
    shutil.rmtree(copy.root)
    return is_killed


def _die_at(nth: int, patch: pytest.MonkeyPatch) -> None:
    """Die before the n-th rename or removal."""
    count = [0]

    def dying(name: str) -> None:
        original = getattr(os, name)

        def step(*args: object, **kwargs: object) -> object:
            count[0] += 1
            if count[0] == nth:
                raise Killed
            if count[0] > nth:
                # What the dying process would tidy up stays.
                return None
            return original(*args, **kwargs)

        patch.setattr(os, name, step)

    dying("replace")
    dying("unlink")
