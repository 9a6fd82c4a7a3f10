"""The same rows of every feed in other files, another order, other runs: the same marts."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from random import Random

import duckdb
import pytest

from flows.home.layout import Home
from flows.simulate import simulate
from tests.arrangements import LEDGERS, arrange
from tests.end_to_end.conftest import greenzone, marts

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

SHOP, FIRST, LAST = "again", date(2026, 2, 18), date(2026, 3, 15)
SCENARIOS = (
    "oversell",
    "carrier_meltdown",
    "bad_creator",
    "misrouted_grades",
    "missing_settlement",
    "repeat_returner",
)
ARGUMENTS = ("daily", "--date", LAST.isoformat(), "--json")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The shop read as it was exported, in one run."""
    home = Home(tmp_path_factory.mktemp("once"))
    simulate(home.root, SHOP, FIRST, LAST, 15, 8, SCENARIOS, truth=False)
    done = greenzone(home, *ARGUMENTS)
    assert done.code == 0, done.err
    return home


@pytest.mark.parametrize(
    ("seed", "count"),
    [(8, 2), *(pytest.param(seed, 1 + seed % 4, marks=pytest.mark.long) for seed in range(20, 28))],
)
def test_other_files_in_another_order_give_the_same_marts(
    once: Home, tmp_path: Path, seed: int, count: int
) -> None:
    pieces = Home(tmp_path / "pieces")
    runs = [tmp_path / f"run{number}" for number in range(count)]
    feeds = arrange(once.landing / SHOP, runs, Random(seed))
    assert len(feeds) >= 15, "every feed that the simulator writes"
    for run in runs:
        shutil.copytree(run, pieces.landing / SHOP, dirs_exist_ok=True)
        done = greenzone(pieces, *ARGUMENTS)
        assert (done.code, done.json["status"]) == (0, "published"), done.err

    expected, found = marts(once.published), marts(pieces.published)
    assert set(found) == set(expected)
    different = [
        f"{table}: {len(set(rows) - set(found[table]))} of {len(rows)} rows are missing, "
        f"{len(set(found[table]) - set(rows))} too many"
        for table, rows in expected.items()
        if table not in LEDGERS and found[table] != rows
    ]
    assert not different, "\n".join(different)
    _check_that_nothing_was_lost(once, pieces)


def _check_that_nothing_was_lost(once: Home, pieces: Home) -> None:
    query = (
        "select feed, count(*) filter (where status = 'loaded'), sum(rows_accepted) "
        "filter (where status = 'loaded'), sum(rows_quarantined) from marts.row_accounting "
        "group by feed order by feed"
    )
    ledgers = []
    for home in (once, pieces):
        with duckdb.connect(str(home.published), read_only=True) as connection:
            ledgers.append(connection.execute(query).fetchall())
    for before, after in zip(*ledgers, strict=True):
        assert after[0] == before[0]
        assert after[2] >= before[2], "every row came at least once"
        assert after[3] == before[3] == 0
    assert sum(row[2] for row in ledgers[1]) > sum(row[2] for row in ledgers[0])
