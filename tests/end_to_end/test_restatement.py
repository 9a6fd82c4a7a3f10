"""A file that comes late, and what the publication says of the numbers that it changes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.home.layout import Home
from tests.end_to_end.conftest import DAY, greenzone, make_shop

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

LATE = "carriers/tracking-2026-04-10.csv"
KEY = "as_of_on, metric, basis, window_name"


def _ask(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.published), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _daily(home: Home) -> str:
    done = greenzone(home, "daily", "--date", DAY, "--json")
    assert (done.code, done.json["status"]) == (0, "published"), done.err
    return str(done.json["run_id"])


def test_a_late_carrier_file_is_named_with_the_numbers_that_it_changed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    landing = make_shop(home, "demo", 5)
    late = shutil.move(landing / LATE, tmp_path / "late.csv")
    shutil.move(landing / "third_party_logistics" / "inventory.csv", tmp_path / "inventory.csv")
    first = _daily(home)
    numbers = f"select {KEY}, numerator, denominator, status from marts.kpi_daily order by all"
    before = _ask(home, numbers)
    assert _ask(home, "select count(*), min(run_id), max(run_id) from marts.kpi_editions") == [
        (len(before), first, first)
    ]
    assert _ask(home, "select count(*) from marts.kpi_restatements") == [(0,)]

    # The late file, and three that change nothing: stock, rows known before, an empty line more.
    shutil.copy(late, landing / LATE)
    shutil.copy(tmp_path / "inventory.csv", landing / "inventory.csv")
    exports = landing / "seller_center"
    again = (exports / "All order-2026-04-13.csv").read_bytes() + b"\n"
    (exports / "All order again.csv").write_bytes(again)
    second = _daily(home)
    after = _ask(home, numbers)
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert len(changed) > 20
    restated = _ask(
        home,
        f"select {KEY}, was_numerator, was_denominator, was_status, is_numerator, "
        "is_denominator, is_status from marts.kpi_restatements order by all",
    )
    assert restated == [(*was, *now[4:]) for was, now in changed]
    assert _ask(
        home,
        "select distinct run_id, previous_run_id, cause, files, file_count, was_complete "
        "from marts.kpi_restatements",
    ) == [(second, first, "files", LATE, 1, True)]
    newest = (
        f"select {KEY}, numerator, denominator, status from (select * from marts.kpi_editions "
        f"qualify row_number() over (partition by {KEY} order by published_at desc) = 1) "
        "order by all"
    )
    assert _ask(home, newest) == after

    # One file more that says nothing new: another publication, and nothing to tell of it.
    (exports / "All order once more.csv").write_bytes(again + b"\n")
    ledgers = "select * from marts.kpi_{} order by all"
    kept = [_ask(home, ledgers.format(name)) for name in ("editions", "restatements")]
    third = _daily(home)
    assert third not in {first, second}
    assert [_ask(home, ledgers.format(name)) for name in ("editions", "restatements")] == kept
