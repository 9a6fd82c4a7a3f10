"""Compares published numbers with the oracle, in sentences that a person can follow.

``python -m tests.oracle.compare SOURCE LANDING/SHOP 2026-04-05 [ZIP3_CENTROIDS_CSV]`` prints them.
A source is the published DuckDB file or a folder of the simulator's truth, one CSV a mart.
DuckDB only reads here; no number of the oracle comes from it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from .clock import local_date
from .coverage import CoverageRow, state_code
from .fulfillment import daily_rates, days_to_compare, product_rates
from .kpis import KpiRow
from .returns import ReturnRow
from .run import Result, run
from .standing import AsOf, Feed
from .tracking import Package

Key = tuple[Any, ...]
Values = Mapping[str, Any]
TOLERANCE = 1e-9
TEXT_COLUMNS = ("tracking_number", "ship_to_zip3", "ship_to_state", "status")
NUMBER_DEFECTS = {"missing_number", "bad_format", "carrier_mismatch", "unsupported_carrier"}


class Anything:
    """Stands for a value that the definitions leave open: equal to whatever is published."""


ANYTHING = Anything()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, Decimal):
        return float(value)
    return value


def _same(published: Any, expected: Any) -> bool:
    if expected is ANYTHING:
        return True
    published, expected = _plain(published), _plain(expected)
    if published is None or expected is None:
        return published is expected
    if isinstance(expected, float) or isinstance(published, float):
        return bool(abs(published - expected) <= TOLERANCE * max(1.0, abs(expected)))
    return bool(published == expected)


def differences(
    name: str,
    published: Mapping[Key, Values],
    expected: Mapping[Key, Values],
    left_out: Collection[str] = (),
) -> list[str]:
    """One sentence a missing row, a row too many, and a value that differs."""
    found = []
    for key in sorted({*published, *expected}, key=lambda key: tuple(map(str, key))):
        label = f"{name} {' / '.join(map(str, key))}"
        if key not in published:
            found.append(f"{label}: not published, the oracle has {dict(expected[key])}")
        elif key not in expected:
            found.append(f"{label}: published, the oracle has no such row")
        else:
            wrong = [
                f"{column} is {_plain(published[key][column])}, should be {_plain(value)}"
                for column, value in expected[key].items()
                if column not in left_out and not _same(published[key][column], value)
            ]
            if wrong:
                found.append(f"{label}: {'; '.join(wrong)}")
    return found


def _typed(text: str) -> Any:
    """The value of a truth file's cell: empty is null, the rest as it looks."""
    if text in ("", "true", "false"):
        return {"": None, "true": True, "false": False}[text]
    for read in (date.fromisoformat, datetime.fromisoformat, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _rows_of_truth(path: Path, text_columns: Sequence[str]) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {
                name: cell or None if name in text_columns else _typed(cell)
                for name, cell in row.items()
            }
            for row in csv.DictReader(file)
        ]


def _rows_of_duckdb(path: Path, mart: str, shop_id: str | None) -> list[dict[str, Any]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        condition = "" if shop_id is None else " where shop_id = ?"
        cursor = connection.execute(
            f"select * from marts.{mart}{condition}", [] if shop_id is None else [shop_id]
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_mart(
    source: Path, mart: str, keys: Sequence[str], shop_id: str | None, as_of_on: date | None = None
) -> dict[Key, Values]:
    """The rows of a mart by key, of one shop (a truth folder holds but one) and one day or all."""
    if source.is_dir():
        names = [key for key in keys if key != "as_of_on"]
        rows = _rows_of_truth(source / f"{mart}.csv", [*names, *TEXT_COLUMNS])
    else:
        rows = _rows_of_duckdb(source, mart, shop_id)
    if as_of_on is not None:
        rows = [row for row in rows if row["as_of_on"] == as_of_on]
    found: dict[Key, Values] = {tuple(row[key] for key in keys): row for row in rows}
    assert len(found) == len(rows), f"{mart} has several rows of one {', '.join(keys)}"
    return found


def compare_kpis(
    source: Path, oracle_rows: Iterable[KpiRow], shop_id: str | None = None
) -> list[str]:
    """What differs in ``kpi_daily``: every day, metric, basis and window."""
    keys = ("as_of_on", "metric", "basis", "window_name")
    columns = (
        "window_start_on", "window_end_on", "numerator", "denominator", "value", "target",
        "enforcement", "status", "headroom",
    )  # fmt: skip
    expected = {
        tuple(getattr(row, key) for key in keys): {name: getattr(row, name) for name in columns}
        for row in oracle_rows
    }
    return differences("kpi_daily", read_mart(source, "kpi_daily", keys, shop_id), expected)


def _order_values(standing: AsOf) -> Values:
    order = standing.order
    is_open_question = standing.dispatched is None or order.dispatch_due is None
    is_judged_late = standing.in_rates and not order.is_fbt
    flags: dict[str, Any] = {"is_late_dispatch": standing.is_late}
    if is_judged_late and is_open_question:
        flags["is_late_dispatch"] = ANYTHING  # undispatched, or without a due time: not decided
    flags["is_overdue_open"] = ANYTHING if order.is_pre_order else standing.is_overdue_open
    flags["is_on_time_delivery"] = standing.is_on_time_delivery
    if is_judged_late and (
        order.is_express or order.is_pre_order or standing.cancelled_before_dispatch
    ):
        flags["is_on_time_delivery"] = ANYTHING  # outside the rate, though not named as null
    if order.is_replacement:
        flags = dict.fromkeys(flags, ANYTHING)
    return {
        "created_at": order.created,
        "dispatch_due_at": order.dispatch_due,
        "deliver_by_at": order.deliver_by,
        "dispatched_at": standing.dispatched,
        "delivered_at": standing.delivered,
        "cancelled_at": standing.cancelled,
        "cancellation_fault": standing.fault,
        "ship_to_zip3": order.zip3,
        "ship_to_state": ANYTHING
        if state_code(order.state) == "(unknown)"
        else state_code(order.state),
        **flags,
    }


def compare_orders(source: Path, result: Result) -> list[str]:
    """What differs in ``marts.orders``; orders whose version only a hash chose are left out."""
    published = read_mart(source, "orders", ("order_id",), result.exports.shop_id)
    undecided = {(order.order_id,) for order in result.orders if order.hash_decided}
    expected = {(one.order.order_id,): _order_values(one) for one in result.standings}
    return differences(
        "orders",
        {key: row for key, row in published.items() if key not in undecided},
        {key: row for key, row in expected.items() if key not in undecided},
        left_out=("created_at",) if source.is_dir() else (),
    )


def _package_values(package: Package) -> Values:
    is_scan_tested = package.defect not in NUMBER_DEFECTS
    return {
        "tracking_number": package.tracking_number or None,
        "is_valid_tracking": package.is_valid,
        "tracking_defect": package.defect,
        "is_scan_judged": package.is_scan_judged if is_scan_tested else ANYTHING,
        "first_acceptance_scan_at": package.first_scan,
    }


def compare_packages(source: Path, result: Result) -> list[str]:
    """What differs in ``marts.packages``; a package of unpaid orders alone may be there or not."""
    undecided = {order.order_id for order in result.orders if order.hash_decided}
    left_out = {
        key for order in result.orders if order.order_id in undecided for key in order.packages
    }
    judged = {one.package_key for one in result.packages}
    for standing in result.standings:
        if not standing.is_paid and (standing.rts or standing.shipped):
            left_out.update(set(standing.order.packages) - judged)
    published = read_mart(source, "packages", ("package_key",), result.exports.shop_id)
    expected = {(one.package_key,): _package_values(one) for one in result.packages}
    return differences(
        "packages",
        {key: row for key, row in published.items() if key[0] not in left_out},
        {key: row for key, row in expected.items() if key[0] not in left_out},
    )


def compare_returns(
    source: Path, mart: str, key: str, rows: Iterable[ReturnRow], result: Result
) -> list[str]:
    """What differs in one of the return-rate marts as of the result's day."""
    columns = (
        "units_ordered", "units_returned", "value", "lower_bound", "upper_bound", "is_provisional",
        "closed_units_ordered", "closed_units_returned", "closed_value", "refund_amount",
    )  # fmt: skip
    keys = ("basis", "window_name", key)
    shop_id, as_of_on = result.exports.shop_id, result.as_of_on
    published = read_mart(source, mart, keys, shop_id, as_of_on)
    expected = {
        (row.basis, row.window_name, row.key): {name: getattr(row, name) for name in columns}
        for row in rows
    }
    return differences(mart, published, expected)


def _coverage_values(row: CoverageRow) -> Values:
    return {
        "orders": row.orders,
        "share_of_orders": row.share_of_orders,
        "mean_zone": row.mean_zone,
        "share_within_2_days": row.share_within_2_days if row.is_by_rule else ANYTHING,
        "mean_transit_days": row.mean_transit_days if row.is_by_rule else ANYTHING,
        "on_time_delivery_rate": row.on_time_delivery_rate,
    }


def compare_coverage(source: Path, result: Result) -> list[str]:
    """What differs in ``marts.zone_coverage`` as of the result's day.

    Where scans replace the rule, the definitions do not say how; the days are not compared then.
    """
    keys = ("origin_set", "ship_to_state")
    shop_id, as_of_on = result.exports.shop_id, result.as_of_on
    published = read_mart(source, "zone_coverage", keys, shop_id, as_of_on)
    expected = {(r.origin_set, r.ship_to_state): _coverage_values(r) for r in result.coverage}
    return differences("zone_coverage", published, expected)


def compare_fulfillment(source: Path, result: Result) -> list[str]:
    """What differs in the rates of stock-outs and unshipped orders, and of single products.

    A truth folder holds neither.
    """
    if source.is_dir():
        return []
    shop_id, zone, day = result.exports.shop_id, result.exports.zone, result.as_of_on
    keys = ("as_of_on", "metric", "window_name")
    days = days_to_compare(result.orders, day, zone)
    rates = daily_rates(result.orders, Feed(result.exports.events), zone, days)
    found = read_mart(source, "fulfillment_daily", keys, shop_id)
    products = {
        (row.seller_sku, row.window_name): {
            "orders": row.orders,
            "seller_fault_cancellations": row.seller_fault_cancellations,
            "shop_value": row.shop_value,
            "is_past_lines": row.is_past_lines,
            "is_rule_in_force": False,
        }
        for row in product_rates(result.standings, day, zone)
    }
    return [
        *differences(
            "fulfillment_daily",
            {key: row for key, row in found.items() if key[0] in days},
            {
                (row.as_of_on, row.metric, row.window_name): {
                    "numerator": row.numerator,
                    "denominator": row.denominator,
                    "value": row.numerator / row.denominator if row.denominator else None,
                }
                for row in rates
            },
        ),
        *differences(
            "product_cancellations",
            read_mart(source, "product_cancellations", ("seller_sku", "window_name"), shop_id),
            products,
        ),
    ]


def compare_all(source: Path, result: Result) -> list[str]:
    """Everything that differs between a source and the oracle."""
    by_sku, by_creator = result.returns_by_sku, result.returns_by_creator
    return [
        *compare_kpis(source, result.kpis, result.exports.shop_id),
        *compare_orders(source, result),
        *compare_packages(source, result),
        *compare_fulfillment(source, result),
        *compare_returns(source, "return_rate_by_sku", "seller_sku", by_sku, result),
        *compare_returns(source, "return_rate_by_creator", "creator_handle", by_creator, result),
        *(compare_coverage(source, result) if result.coverage else []),
    ]


def main(arguments: Sequence[str]) -> int:
    """Prints the differences; 1 when there are any."""
    source, folder, day, *centroids = arguments
    result = run(Path(folder), date.fromisoformat(day), Path(centroids[0]) if centroids else None)
    found = compare_all(Path(source), result)
    first = min((local_date(o.created, result.exports.zone) for o in result.orders), default=None)
    print(f"{len(result.orders)} orders since {first}, {len(result.kpis)} KPI rows compared")
    print("\n".join(found) or "no difference")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
