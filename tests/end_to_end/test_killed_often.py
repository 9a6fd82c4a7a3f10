"""Real commands, killed hundreds of times at random moments and at changes of the file system.

About half an hour on an idle machine with two cores (`-n 2`); `GREENZONE_KILLS` is the number of
kills, 300 by default.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import LAST, greenzone
from tests.end_to_end.killing import (
    check_after_death,
    check_nothing_is_left,
    content,
    copy_of,
    differing,
    killed_after,
    killed_at,
    no_child_is_left,
    published_marts,
)
from tests.end_to_end.landing import Table, tables_under, write

pytestmark = [pytest.mark.end_to_end, pytest.mark.long]

_KILLS = int(os.environ.get("GREENZONE_KILLS") or 300)
_WORKERS = 2
_KILLS_BETWEEN_RUNS = 12
_CHANGES = 1200
DAY = str(LAST)


@dataclass(frozen=True)
class Scenario:
    """A home folder before a command, the command, and what an undisturbed run makes of it."""

    before: Home
    arguments: tuple[str, ...]
    seconds: float
    old: dict[str, Any]
    new: dict[str, Any]
    wanted: dict[str, Any]


def _late_order(home: Home) -> None:
    """A file that changes the numbers of every day, with a row that is refused."""
    exports = tables_under(home.landing / "demo" / "seller_center")
    orders = next(table for path, table in exports.items() if path.name.startswith("All order"))
    row = list(orders.rows[0])
    late = ["576999999999999999\t", *row[1:]]
    refused = ["576999999999999998\t", *row[1:]]
    refused[orders.header.index("Quantity")] = "many"
    write(home.landing / "demo" / "late.csv", Table(orders.header, [late, refused]))


def _scenario(before: Home, place: Path, *arguments: str) -> Scenario:
    undisturbed = copy_of(before, place)
    started = time.monotonic()
    done = greenzone(undisturbed, *arguments)
    assert done.code == 0, done.err
    seconds = time.monotonic() - started
    check_nothing_is_left(undisturbed)
    return Scenario(
        before,
        arguments,
        seconds,
        published_marts(before),
        published_marts(undisturbed),
        content(undisturbed),
    )


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> list[Callable[[], Scenario]]:
    """A run with news, a backfill with news, and a first run; each is made when it is asked for."""
    place = tmp_path_factory.mktemp("killed")
    empty = Home(place / "empty")
    simulate(empty.root, "demo", LAST - timedelta(days=4), LAST, 2, 5, truth=False)
    _late_order(empty)
    published = copy_of(empty, place / "published")
    (published.landing / "demo" / "late.csv").unlink()
    done = greenzone(published, "daily", "--date", DAY)
    assert done.code == 0, done.err
    _late_order(published)
    first = str(LAST - timedelta(days=2))
    made: list[tuple[Home, str, tuple[str, ...]]] = [
        (published, "daily", ("daily", "--date", DAY)),
        (published, "backfill", ("backfill", "--from", first, "--to", DAY)),
        (empty, "first", ("daily", "--date", DAY)),
    ]
    return [cache(partial(_scenario, home, place / name, *words)) for home, name, words in made]


@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("worker", range(_WORKERS))
def test_a_run_killed_again_and_again_ends_as_one_that_was_not(
    scenarios: list[Callable[[], Scenario]], tmp_path: Path, worker: int
) -> None:
    random = Random(worker)
    kills = rounds = 0
    while kills < _KILLS / _WORKERS:
        scenario = scenarios[(rounds + worker) % len(scenarios)]()
        rounds += 1
        home = copy_of(scenario.before, tmp_path / "home")
        for number in range(min(_KILLS_BETWEEN_RUNS, 1 + _KILLS // _WORKERS - kills)):
            if number % 2:
                change = int(_CHANGES ** random.random())
                is_killed = killed_at(home, change, *scenario.arguments)
            else:
                seconds = random.uniform(0.3, scenario.seconds)
                is_killed = killed_after(home, seconds, *scenario.arguments)
            assert no_child_is_left(home)
            check_after_death(home, scenario.old, scenario.new)
            if not is_killed:
                break
            kills += 1
        done = greenzone(home, *scenario.arguments)
        assert done.code == 0, done.err
        check_nothing_is_left(home)
        assert not differing(content(home), scenario.wanted), scenario.arguments
        print(f"\n{kills} kills in {rounds} rounds", flush=True)
