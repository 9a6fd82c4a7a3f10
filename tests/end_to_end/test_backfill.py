"""Many days from one build, and one past day alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.calendar import days_between
from flows.home.files import read_json
from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import LAST, greenzone, marts, public, tree
from tests.end_to_end.landing import Table, tables_under, write

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

SHOP = "past"
SECONDS_A_DAY = 15
# Marts of one row a file or feed: they tell of what was read, not of a day.
LEDGERS = {"row_accounting", "feed_freshness"}


def _as_of_days(home: Home, table: str) -> list[str]:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        rows = connection.execute(
            f"select distinct as_of_on::text from marts.{table} order by all"
        ).fetchall()
    return [day for (day,) in rows]


@pytest.mark.parametrize("count", [6, pytest.param(90, marks=pytest.mark.long)])
@pytest.mark.timeout(2400)
def test_a_backfill_is_one_build_and_a_second_one_changes_nothing(
    tmp_path: Path, count: int
) -> None:
    home = Home(tmp_path)
    days = days_between(LAST - timedelta(days=count - 1), LAST)
    simulate(home.root, SHOP, days[0], LAST, 6, 21, truth=False)
    arguments = ("backfill", "--from", str(days[0]), "--to", str(days[-1]), "--json")
    empty = tree(home.root)
    looked = greenzone(home, *arguments, "--dry-run")
    assert (looked.code, looked.json["counts"]["write"]) == (0, count), looked.err
    assert tree(home.root) == empty, "a dry run writes nothing"
    done = greenzone(home, *arguments, seconds=200 + count * SECONDS_A_DAY)
    assert done.code == 0, done.err

    assert done.err.count("Building the marts") == 1
    (path,) = home.runs.iterdir()
    record: dict[str, Any] = read_json(path) or {}
    assert record["days"] == [str(day) for day in days]
    assert record["timings"].keys() >= {"build", "report"}
    assert [gate["gate"] for gate in record["gates"]] == ["gate 1", "gate 2"]
    assert done.json["reports"] == [
        str(home.reports / "daily" / str(day) / "index.html") for day in days
    ]
    assert all(Path(report).is_file() for report in done.json["reports"])
    assert _as_of_days(home, "return_rate_by_sku") == [str(day) for day in days]
    assert not tree(home.alerts), "a backfill sends nothing"

    assert done.json["changes"]["first_published"] == [str(day) for day in days]
    assert f"{days[-1]} done, {count} of {count} days" in done.err
    index = (home.reports / "index.html").read_text(encoding="utf-8")
    assert all(f'href="daily/{day}/index.html"' in index for day in days)

    before = public(home)
    looked = greenzone(home, *arguments, "--dry-run")
    assert looked.json["counts"] == {"write": 0, "write anew": 0, "compare": 0, "stays": count}
    again = greenzone(home, *arguments)
    assert (again.code, again.json["status"]) == (0, "unchanged"), again.err
    assert public(home) == before


def test_a_day_before_the_published_one_is_rewritten_alone(copied_home: Home) -> None:
    first, past, last = (str(LAST - timedelta(days=days)) for days in (6, 4, 2))
    done = greenzone(copied_home, "backfill", "--from", first, "--to", last)
    assert done.code == 0, done.err
    before, reports = marts(copied_home.published), tree(copied_home.reports)
    _drop_a_late_order(copied_home)

    done = greenzone(copied_home, "daily", "--date", past, "--json")
    assert (done.code, done.json["status"]) == (0, "published"), done.err
    after = marts(copied_home.published)
    places = _places_of_day(copied_home)
    for table, rows in before.items():
        if table in LEDGERS:
            continue
        here, there = (_of_other_days(of, places.get(table), past) for of in (rows, after[table]))
        assert here == there, f"{table} changed beyond {past}"
    assert after["return_rate_by_sku"] != before["return_rate_by_sku"]
    folder = str(copied_home.reports / "daily" / past)
    now = tree(copied_home.reports)
    # The index names the new edition.
    index = str(copied_home.reports / "index.html")
    assert now.pop(index) != reports.pop(index)
    kept = {path: hash_ for path, hash_ in reports.items() if not path.startswith(folder)}
    assert {path: hash_ for path, hash_ in now.items() if not path.startswith(folder)} == kept
    assert now[f"{folder}/index.html"] != reports[f"{folder}/index.html"]
    (edition,) = (copied_home.reports / "daily" / past / "editions").iterdir()
    assert now[f"{edition}/index.html"] == reports[f"{folder}/index.html"]


def _drop_a_late_order(home: Home) -> None:
    """An order of long ago that no file held so far: it changes the numbers of every day since."""
    exports = tables_under(home.landing / "demo" / "seller_center")
    orders = next(table for path, table in exports.items() if path.name.startswith("All order"))
    created = orders.header.index("Created Time")
    row = next(row for row in orders.rows if row[created].startswith("03/24/2026"))
    late = ["576999999999999999\t", *row[1:]]
    write(home.landing / "demo" / "late.csv", Table(orders.header, [late]))


def _places_of_day(home: Home) -> dict[str, int]:
    """Where each mart of days has its `as_of_on`."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return dict(
            connection.execute(
                "select table_name, ordinal_position - 1 from information_schema.columns "
                "where table_schema = 'marts' and column_name = 'as_of_on'"
            ).fetchall()
        )


def _of_other_days(rows: list[Any], place: int | None, day: str) -> list[Any]:
    return [row for row in rows if place is None or str(row[place]) != day]
