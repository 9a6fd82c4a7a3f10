"""A backfill that is interrupted and run again, and what it leaves alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest

from flows.home.layout import Home
from tests.end_to_end.conftest import DAY, greenzone, marts, tree
from tests.end_to_end.killing import check_nothing_is_left, content, copy_of, differing
from tests.end_to_end.landing import Table, tables_under, write

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

FIRST, MIDDLE, LAST = "2026-04-07", "2026-04-08", "2026-04-09"
BEFORE = "2026-04-06"
# Marts of one row a file, feed or publication: they tell of what was read and made, not of a day.
LEDGERS = {
    "row_accounting",
    "feed_freshness",
    "kpi_editions",
    "kpi_restatements",
    "interventions",
    "data_quality_issues",
}


def _late_order(home: Home) -> None:
    """An order of long ago that no file held so far: it changes the numbers of every day since."""
    exports = tables_under(home.landing / "demo" / "seller_center")
    orders = next(table for path, table in exports.items() if path.name.startswith("All order"))
    created = orders.header.index("Created Time")
    row = next(row for row in orders.rows if row[created].startswith("03/24/2026"))
    write(
        home.landing / "demo" / "late.csv",
        Table(orders.header, [["576999999999999999\t", *row[1:]]]),
    )


def _interrupted(home: Home, *arguments: str) -> None:
    command = [sys.executable, "-m", "flows", *arguments, "--home", str(home.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if f"Looking at {LAST}" in line:
                process.kill()
                break


def _outside(home: Home) -> dict[str, list[Any]]:
    """The rows of every mart that no day of the backfill has."""
    with duckdb.connect(str(home.published), read_only=True) as connection:
        place = dict(
            connection.execute(
                "select table_name, ordinal_position - 1 from information_schema.columns "
                "where table_schema = 'marts' and column_name = 'as_of_on'"
            ).fetchall()
        )
    return {
        table: [row for row in rows if not (at := place.get(table)) or not _is_inside(row[at])]
        for table, rows in marts(home.published).items()
        if table not in LEDGERS
    }


def _is_inside(day: object) -> bool:
    return FIRST <= str(day) <= LAST


def _reports_outside(home: Home) -> dict[str, str]:
    return {
        str(Path(path).relative_to(home.root)): hash_
        for path, hash_ in tree(home.reports, home.alerts).items()
        if not any(f"daily/{day}/" in path for day in (FIRST, MIDDLE, LAST))
        # The list of all reports is no report: it tells of the new ones.
        and path != str(home.reports / "index.html")
    }


def test_a_backfill_that_is_resumed_is_one_that_was_not_interrupted(
    copied_home: Home, tmp_path: Path
) -> None:
    done = greenzone(copied_home, "backfill", "--from", BEFORE, "--to", MIDDLE)
    assert done.code == 0, done.err
    _late_order(copied_home)
    rows, reports = _outside(copied_home), _reports_outside(copied_home)
    assert rows["orders"] and f"reports/daily/{DAY}/index.html" in reports
    undisturbed = copy_of(copied_home, tmp_path / "undisturbed")
    arguments = ("backfill", "--from", FIRST, "--to", LAST)
    done = greenzone(undisturbed, *arguments, "--json")
    assert done.code == 0, done.err

    _interrupted(copied_home, *arguments)
    done = greenzone(copied_home, *arguments, "--json")
    assert (done.code, done.json["status"]) == (0, "published"), done.err
    assert "Using the finished build" in done.err
    assert f"The report of {FIRST} was finished before" in done.err
    assert len(done.json["reports"]) == 3
    assert not (copied_home.private / "rendered").exists()
    for day in (FIRST, MIDDLE, LAST):  # also on what the other run wrote, which left no record
        folder = copied_home.reports / "daily" / day
        assert json.loads((folder / "report.json").read_text())["run_id"] == done.json["run_id"]
        assert f"Run <code>{done.json['run_id']}</code>" in (folder / "index.html").read_text()
    assert not differing(content(copied_home), content(undisturbed))
    check_nothing_is_left(copied_home)

    for home in (undisturbed, copied_home):
        assert not differing(_outside(home), rows)
        assert not differing(_reports_outside(home), reports)
    assert (copied_home.reports / "daily" / FIRST / "editions").is_dir()
    assert done.json["changes"]["numbers"], "the late order moves published numbers"
    assert (copied_home.runs / f"{done.json['run_id']}.changes.csv").is_file()
    assert not _dangling(copied_home.reports)
    page = (copied_home.reports / "daily" / FIRST / "index.html").read_text()
    assert "Written before on" in page
    assert f'href="../../index.html#{FIRST}"' in page


def _dangling(reports: Path) -> list[str]:
    """Links between reports that lead nowhere, whichever edition they stand in."""
    return [
        f"{page}: {link}"
        for page in reports.rglob("*.html")
        for link in re.findall(r'href="([^"#:]+)', page.read_text(encoding="utf-8"))
        if not (page.parent / unquote(link)).is_file()
    ]
