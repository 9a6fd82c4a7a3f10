"""The rows of a shop's exports dealt out anew: other files, another order, more than once."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random

from flows.contracts.matching import match_header
from tests.end_to_end.landing import Table, tables_under, write

# An order may hold an SKU twice, in two packages: such rows are told apart by standing in one file.
# No single export holds two states of a row, so states of different exports stay in different ones.
_TOGETHER = {"seller_center/orders": ("Order ID", "SKU ID")}
# A row that stands twice in one statement is paid twice: what two exports repeat of each other must
# not come to stand in one file.
_APART = {"seller_center/orders", "seller_center/settlements"}
_MOST_MORE = 3

# They tell of files, of publications and of people, so they depend on what came when.
LEDGERS = {
    "feed_freshness",
    "interventions",
    "kpi_editions",
    "kpi_restatements",
    "row_accounting",
}


def arrange(landing: Path, runs: Sequence[Path], random: Random) -> set[str]:
    """Write the rows of a shop's landing folder into the folders of several runs.

    Each feed's rows are split and merged over as many files as chance will have, in any order,
    some of them repeated in another file, some files as copies under another name or compressed.
    Returns the feeds that have rows.
    """
    feeds: dict[tuple[str, tuple[str, ...]], list[Table]] = defaultdict(list)
    for table in tables_under(landing).values():
        contract = match_header(table.header)
        assert contract is not None, table.header
        feeds[contract.feed, tuple(table.header)].append(table)
    for number, ((feed, _), tables) in enumerate(sorted(feeds.items())):
        least = len(tables) if feed in _APART else 1
        dealt = _dealt(tables, _TOGETHER.get(feed, ()), least, random)
        for rows in dealt:
            random.shuffle(rows)
            # Neither names nor times tell which file is the newest.
            name = f"{random.getrandbits(32):08x} {number}.csv{random.choice(['', '', '.gz'])}"
            folder = random.choice(runs)
            write(folder / name, Table(tables[0].header, rows))
            if random.random() < 0.2:
                other = random.choice(runs) / f"copy of {name}"
                other.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(folder / name, other)
    for folder in runs:
        folder.mkdir(parents=True, exist_ok=True)
    return {feed for feed, _ in feeds}


def _dealt(
    tables: list[Table], columns: tuple[str, ...], least: int, random: Random
) -> list[list[list[str]]]:
    """The rows of a feed's files by the file that each goes to; files without rows left out.

    With at least as many files as there were, rows of different files stay in different ones where
    they agree on `columns` (without any: on everything).
    """
    count = random.randint(least, len(tables) + _MOST_MORE)
    share = random.choice([0.0, 0.2, 0.6])
    files: list[list[list[str]]] = [[] for _ in range(2 * count)]
    first: dict[tuple[str, ...], int] = {}
    again: dict[tuple[str, ...], int | None] = {}
    for place, table in enumerate(tables):
        for row in table.rows:
            key = table.cells(row, columns or table.header)
            offset = first.setdefault(key, random.randrange(count))
            repeated = again.setdefault(
                key, random.randrange(count) if random.random() < share else None
            )
            files[(place + offset) % count].append(row)
            if repeated is not None:
                files[count + (place + repeated) % count].append(row)
    return [rows for rows in files if rows]
