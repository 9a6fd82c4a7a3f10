"""A simulated shop into whose exports payloads are put, in every text column of every feed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from flows.contracts import Column, load_contracts
from flows.contracts.matching import map_headers, match_header
from tests.end_to_end.landing import Table, tables_under, write
from tests.injection.payloads import file_names, poisoned, poisoned_id

_ID_KINDS = ("id", "tracking_number")
TEXT_KINDS = ("text", "handle", *_ID_KINDS)
# Words that decide how a file is read or what a row is: another word is refused, or is no row.
_READ_BY = frozenset(
    {"country", "currency", "declared_shop_id", "market", "order_cutoff", "timezone"}
)
_SHARE = 7
_SHARE_OF_IDS = 29


def text_columns() -> Iterator[tuple[str, Column]]:
    """Every feed's columns that take any text, by feed."""
    for contract in load_contracts():
        for column in contract.columns:
            if is_free(column):
                yield contract.feed, column


def is_free(column: Column) -> bool:
    """Whether a column of a file takes any text."""
    return (
        column.kind in TEXT_KINDS
        and bool(column.headers)
        and column.pattern is None
        and not column.is_vocabulary_closed
        and column.name not in _READ_BY
        and column.treatment is None
    )


def poison(shop: Path) -> set[tuple[str, str]]:
    """Put payloads into every export of a shop; returns the (feed, column) that hold some.

    A column of words that the contract knows gets them in every seventh row, so that the shop
    still has orders to report on; any other column in every row that has a value.
    """
    done: set[tuple[str, str]] = set()
    for path, table in tables_under(shop).items():
        contract = match_header(table.header)
        assert contract is not None, path
        places = map_headers(contract, table.header)
        columns = [(c, places[c.name]) for c in contract.columns if c.name in places and is_free(c)]
        rows = [list(row) for row in table.rows]
        for number, row in enumerate(rows):
            for column, place in columns:
                value = row[place].strip()
                if not value or _is_spared(column, value, number):
                    continue
                is_id = column.kind in _ID_KINDS
                row[place] = poisoned_id(value) if is_id else poisoned(value)
                done.add((contract.feed, column.name))
        path.unlink()
        plain = path.with_suffix(".csv") if path.suffix == ".zip" else path
        write(plain, Table(table.header, rows))
    return done


def drop_strange_files(shop: Path) -> list[Path]:
    """Files that no contract knows, with payloads as names and as headers."""
    made = []
    for number, name in enumerate(file_names()):
        path = shop / name
        write(path, Table([poisoned(f"header {number}"), "x"], [[poisoned("cell"), "1"]]))
        made.append(path)
    return made


def _is_spared(column: Column, value: str, number: int) -> bool:
    """Whether a row keeps its word; ids are the same in every feed, so the value alone decides."""
    if column.kind in _ID_KINDS:
        return zlib.crc32(value.encode()) % _SHARE_OF_IDS != 0
    return bool(column.vocabulary) and zlib.crc32(f"{value} {number}".encode()) % _SHARE != 0
