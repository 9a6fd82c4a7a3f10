"""The worklists of returns, costs, coverage, stock and settlement: marts as CSV files."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from flows.report.marts.subjects import Subjects

_IDS = (
    "return_order_id",
    "order_id",
    "sku_id",
    "seller_sku",
    "rma_id",
    "return_tracking_number",
    "tracking_number",
    "package_key",
    "content_id",
    "statement_id",
    "buyer_hash",
    "segment",
    "site_zip3",
    "warehouse_id",
)
_UNSAID = ("shop_id", "as_of_on", "order_key")


def _columns(frame: pl.DataFrame) -> list[str]:
    """Every column of the mart in its order, ids and moments as what they are."""

    def cell(name: str, kind: pl.DataType) -> str:
        if name in _IDS or name.endswith("_zip3"):
            return f"{name}:id"
        return f"{name}:moment" if isinstance(kind, pl.Datetime) else name

    return [cell(name, kind) for name, kind in frame.schema.items() if name not in _UNSAID]


def subject_lists(
    of: Subjects, *, is_weekly: bool
) -> Iterator[tuple[str, pl.DataFrame, list[str]]]:
    """Name, rows and columns of each list, for the marts that the warehouse holds.

    ``is_weekly``: also those that the weekly review alone leads to.
    """
    settlement = of.settlement
    daily = (
        ("returns_due.csv", of.returns.due),
        ("margin_traps.csv", of.costs.traps),
        ("content_stock.csv", of.stock.content),
        ("hero_stock.csv", of.stock.hero_stock),
        ("fbt_replenishment.csv", of.stock.replenishment_rows),
        ("return_rates.csv", of.returns.rates),
        ("settlement_differences.csv", settlement.orders("differs")),
        ("settlement_missing.csv", settlement.orders("missing")),
    )
    weekly = (
        ("rate_drivers.csv", of.weekly.drivers),
        ("promises.csv", of.weekly.promise_rows),
        ("returns_review.csv", of.costs.review),
        ("unit_economics.csv", of.costs.contributions),
        ("misrouted_returns.csv", of.costs.misrouted),
        ("network.csv", of.coverage.option_rows),
        ("route_choices.csv", of.coverage.routes),
        ("route_deviations.csv", of.coverage.deviations),
        ("route_performance.csv", of.coverage.performance),
        ("repeat_returners.csv", of.costs.returner_rows),
        ("settlement_fees.csv", settlement.fee_checks),
        ("settlement_unmatched.csv", settlement.unmatched),
    )
    for name, frame in (*daily, *(weekly if is_weekly else ())):
        # A frame without columns is a mart that this warehouse does not hold.
        if frame.width:
            yield name, frame, _columns(frame)
