"""The contract's limits on typed rows."""

from __future__ import annotations

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
    checks: list[tuple[pl.Expr, Column, str]] = []
    for column in work.contract.columns:
        name = column.name
        if not column.nullable:
            checks.append((pl.col(name).is_null(), column, "missing"))
        if name not in work.cells.columns:
            continue
        if column.dtype == pl.String():
            text = pl.col(name)
            is_odd = (text.str.len_bytes() > MAX_TEXT) | text.str.contains("\0", literal=True)
            checks.append((is_odd, column, "not_a_text"))
            if column.kind in ("id", "tracking_number"):
                # The first pattern is quick and spares nearly every id the second.
                is_odd = text.str.contains("[^ -~]") & text.str.contains(_NO_ID)
                checks.append((is_odd, column, "not_an_id"))
        limited = shop_date_name(name) if column.kind == "timestamp" else name
        if column.minimum is not None:
            checks.append(
                (pl.col(limited) < _limit(column, column.minimum), column, "below_minimum")
            )
        if column.maximum is not None:
            checks.append(
                (pl.col(limited) > _limit(column, column.maximum), column, "above_maximum")
            )
        if column.kind in BEYOND_ANY:
            is_beyond = pl.col(name).abs() >= _limit(column, BEYOND_ANY[column.kind])
            checks.append((is_beyond, column, "beyond_any"))
        if column.pattern is not None:
            checks.append((~pl.col(name).str.contains(column.pattern), column, "bad_pattern"))
        if name == "timezone":
            known = [zone for zone in frame[name].unique().drop_nulls() if is_zone(zone)]
            checks.append((~pl.col(name).is_in(known), column, "not_a_zone"))
    if not checks:
        return
    counts = frame.select(check.sum().alias(str(i)) for i, (check, _, _) in enumerate(checks))
    for count, (check, column, code) in zip(counts.row(0), checks, strict=True):
        if count:
            rows = frame.select(check.fill_null(False)).to_series().arg_true()
            work.fail(rows, column, code)


def _limit(column: Column, limit: object) -> pl.Expr:
    if isinstance(limit, date):
        return pl.lit(limit)
    return pl.lit(limit).cast(column.dtype)
