"""The contract's limits on typed rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from flows.contracts import Column
from flows.contracts.model import BEYOND_ANY, shop_date_name
from flows.ingest.batch import Work
from flows.ingest.shops import is_zone

MAX_TEXT = 32_767
"""Bytes of a text: what a cell of a spreadsheet holds."""

_NO_ID = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\x{fffd}]|[\p{Nd}--[0-9]]"


def check_limits(work: Work, frame: pl.DataFrame) -> None:
    """Note the rows that break the contract's limits."""
    checks = [
        (check, column, code)
        for column in work.contract.columns
        for check, code in _checks(column, frame, is_in_file=column.name in work.cells.columns)
    ]
    if not checks:
        return
    counts = frame.select(check.sum().alias(str(i)) for i, (check, _, _) in enumerate(checks))
    for count, (check, column, code) in zip(counts.row(0), checks, strict=True):
        if count:
            rows = frame.select(check.fill_null(False)).to_series().arg_true()
            work.fail(rows, column, code)


def _checks(
    column: Column, frame: pl.DataFrame, *, is_in_file: bool
) -> Iterator[tuple[pl.Expr, str]]:
    """What refuses a row for a column, each with its reason."""
    value = pl.col(column.name)
    if not column.nullable:
        yield value.is_null(), "missing"
    if not is_in_file:
        return
    if column.dtype == pl.String():
        is_odd = (value.str.len_bytes() > MAX_TEXT) | value.str.contains("\0", literal=True)
        yield is_odd, "not_a_text"
    if column.kind in ("id", "tracking_number"):
        # The first pattern is quick and spares nearly every id the second.
        yield value.str.contains("[^ -~]") & value.str.contains(_NO_ID), "not_an_id"
    limited = pl.col(shop_date_name(column.name)) if column.kind == "timestamp" else value
    if column.minimum is not None:
        yield limited < _limit(column, column.minimum), "below_minimum"
    if column.maximum is not None:
        yield limited > _limit(column, column.maximum), "above_maximum"
    if column.kind in BEYOND_ANY:
        yield value.abs() >= _limit(column, BEYOND_ANY[column.kind]), "beyond_any"
    if column.pattern is not None:
        yield ~value.str.contains(column.pattern), "bad_pattern"
    if column.name == "timezone":
        known = [zone for zone in frame["timezone"].unique().drop_nulls() if is_zone(zone)]
        yield ~value.is_in(known), "not_a_zone"


def _limit(column: Column, limit: object) -> pl.Expr:
    if isinstance(limit, date):
        return pl.lit(limit)
    return pl.lit(limit).cast(column.dtype)
