"""The same rows in other files, another order, another number of times: the same marts."""

from __future__ import annotations

import shutil
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from random import Random

import duckdb
import pytest

from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import greenzone, marts
from tests.end_to_end.landing import Table, tables_under, write

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

SHOP, FIRST, LAST = "again", date(2026, 2, 18), date(2026, 3, 15)
SCENARIOS = ("oversell", "carrier_meltdown", "bad_creator")
# They tell of files and of publications, so they depend on what came when.
LEDGERS = {
    "row_accounting",
    "feed_freshness",
    "kpi_editions",
    "kpi_restatements",
    "interventions",
}

# The rows of an SKU in one file belong together: an order may hold an SKU twice, in two packages.
_TOGETHER = {"All order": ("Order ID", "SKU ID")}
_SHARE_REPEATED = 3


def _other_files(tables: Iterable[Table], columns: tuple[str, ...]) -> Iterator[Table]:
    """The rows of a feed's files dealt out anew, every third of them twice.

    Rows with the same `columns` stay together, and what different files say of them stays in
    different files, as no single export holds two states of a row.
    """
    tables = list(tables)
    count = len(tables) + 1
    dealt: dict[int, list[list[str]]] = defaultdict(list)
    for place, table in enumerate(tables):
        for row in table.rows:
            key = table.cells(row, columns or table.header)
            number = zlib.crc32("|".join(key).encode())
            dealt[(place + number) % count].append(row)
            if number % _SHARE_REPEATED == 0:
                dealt[count + (place + number // 7) % count].append(row)
    for number in sorted(dealt):
        rows = dealt[number]
        Random(number).shuffle(rows)
        yield Table(tables[0].header, rows)


def _scatter(landing: Path, first: Path, second: Path) -> None:
    """Write the rows of a shop's landing folder into two others, to be dropped one by one."""
    feeds: dict[tuple[str, tuple[str, ...]], list[Table]] = defaultdict(list)
    for path, table in tables_under(landing).items():
        if path.parent.name == "reference":
            write(first / path.name, table)
        else:
            feeds[path.name.split("-")[0], tuple(table.header)].append(table)
    for (name, _), tables in sorted(feeds.items()):
        for number, table in enumerate(_other_files(tables, _TOGETHER.get(name, ()))):
            # The newest files are not the last to come, nor are they the last by name.
            folder = first if number % 2 else second
            path = folder / f"part {zlib.crc32(f'{name} {number}'.encode()):08x}.csv"
            write(path, table)
            if number == 0:
                write(second / "once more" / f"{path.name}.gz", table)
            if number == 1:
                shutil.copy(path, path.with_name(f"copy of {path.name}"))
                shutil.copy(path, second / f"{name} again.csv")


def test_other_files_in_another_order_give_the_same_marts(tmp_path: Path) -> None:
    once, pieces = Home(tmp_path / "once"), Home(tmp_path / "pieces")
    simulate(once.root, SHOP, FIRST, LAST, 15, 8, SCENARIOS, truth=False)
    arguments = ("daily", "--date", LAST.isoformat(), "--json")
    done = greenzone(once, *arguments)
    assert done.code == 0, done.err

    later = tmp_path / "later"
    _scatter(once.landing / SHOP, pieces.landing / SHOP, later)
    done = greenzone(pieces, *arguments)
    assert done.code == 0, done.err
    half = marts(pieces.published)
    shutil.copytree(later, pieces.landing / SHOP, dirs_exist_ok=True)
    done = greenzone(pieces, *arguments)
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
    assert half["orders"] != expected["orders"], "the second run had something to say"
    _check_that_rows_came_more_than_once(once, pieces)


def _check_that_rows_came_more_than_once(once: Home, pieces: Home) -> None:
    query = (
        "select feed, count(*), count(*) filter (where status = 'duplicate'), sum(rows_accepted) "
        "filter (where status = 'loaded'), sum(rows_quarantined) from marts.row_accounting "
        "where feed not like 'reference/%' group by feed order by feed"
    )
    ledgers = []
    for home in (once, pieces):
        with duckdb.connect(str(home.published), read_only=True) as connection:
            ledgers.append(connection.execute(query).fetchall())
    for before, after in zip(*ledgers, strict=True):
        feed, files, duplicates, accepted, refused = after
        assert feed == before[0]
        assert files > before[1]
        assert duplicates >= 2
        assert accepted > before[3]
        assert refused == before[4] == 0
