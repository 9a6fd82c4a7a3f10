"""The worklists: CSV files that are safe to open in a spreadsheet and complete.

UTF-8 with a byte-order mark (without it a spreadsheet garbles names), times as ISO 8601 in
the shop's zone, money with cents. Foreign text that a spreadsheet would run gets a leading
``'``; long ids end in a TAB, as in the platform's own exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from flows.foreign_text import in_cells
from flows.report.formats import LONG_NUMBER_PATTERN
from flows.report.marts.day import OPEN_COLUMNS, ShopDay
from flows.report.worklists.appeals import APPEAL_COLUMNS, explained, read_appeals
from flows.report.worklists.rules import present, rule_lists
from flows.report.worklists.subjects import subject_lists

_ISO = "%Y-%m-%dT%H:%M:%S%:z"

_ORDER_COLUMNS = (
    "order_id:id",
    "dispatch_due_at:moment",
    "order_type",
    "is_express",
    "created_at:moment",
    "paid_at:moment",
    "rts_at:moment",
    "warehouse_id:id",
    "warehouse_name",
    "carrier_name",
    "tracking_number:id",
    "last_event_code",
    "last_event_at:moment",
    "seller_skus",
    "units",
    "order_amount",
    "currency",
    "ship_to_state",
    "ship_to_zip3:id",
    "creator_handle",
    "policy_version",
)
_CLOCK_COLUMNS = tuple(f"{c}:moment" if c.endswith("_at") else c for c in OPEN_COLUMNS)
_PACKAGE_COLUMNS = (
    "package_key:id",
    "order_id:id",
    "order_count",
    "tracking_number:id",
    "carrier_name",
    "carrier",
    "tracking_defect",
    "shipped_on",
    "rts_at:moment",
    "first_acceptance_scan_at:moment",
    "delivered_at:moment",
    "is_scan_judged",
)
_CANCELLED_COLUMNS = (
    "order_id:id",
    "cancelled_at:moment",
    "cancel_by",
    "cancel_reason",
    "cancellation_fault",
    "inferred_fault",
    "created_at:moment",
    "dispatch_due_at:moment",
    "fulfillment_type",
    "seller_skus",
    "units",
    "order_amount",
    "currency",
    "creator_handle",
)
_RETURN_COLUMNS = (
    "basis",
    "window_name",
    "units_ordered",
    "units_returned",
    "value",
    "lower_bound",
    "upper_bound",
    "is_provisional",
    "closed_units_ordered",
    "closed_units_returned",
    "closed_value",
    "refund_amount",
    "currency",
    "top_reason",
)
_COVERAGE_COLUMNS = (
    "origin_set",
    "ship_to_state",
    "orders",
    "share_of_orders",
    "mean_zone",
    "share_within_2_days",
    "mean_transit_days",
    "on_time_delivery_rate",
)
_FILE_COLUMNS = (
    "file",
    "feed",
    "status",
    "rows_read",
    "rows_accepted",
    "rows_quarantined",
    "rows_skipped",
    "sha256:hash",
    "archive_sha256:hash",
    "run_id:hash",
)

LIST_FILES = {
    "overdue": "overdue.csv",
    "due_tomorrow": "due_tomorrow.csv",
    "due_later": "due_later.csv",
}
"""The lists of open orders by bucket."""


def worklist_path(shop_id: str, name: str, shop_count: int) -> str:
    """Where a worklist is within a report's folder: by shop where there are several."""
    return name if shop_count == 1 else f"{shop_id}/{name}"


def text_cell(column: str) -> pl.Expr:
    """Foreign text, with a ``'`` before what a spreadsheet would run; keeps the name."""
    return in_cells(pl.col(column).cast(pl.String)).alias(column)


def id_cell(column: str) -> pl.Expr:
    """An id: as text, and with a TAB at the end where a spreadsheet would round it."""
    text = text_cell(column)
    is_long = text.str.contains(LONG_NUMBER_PATTERN)
    return pl.when(is_long).then(text + pl.lit("\t")).otherwise(text).alias(column)


def moment_cell(column: str, zone: str) -> pl.Expr:
    """A naive UTC moment as ISO 8601 on the shop's clock."""
    stamp = pl.col(column).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return stamp.dt.convert_time_zone(zone).dt.strftime(_ISO).alias(column)


def csv_frame(frame: pl.DataFrame, columns: Sequence[str], zone: str) -> pl.DataFrame:
    """The columns (``name`` or ``name:kind``; kinds id, moment, hash) as cells."""

    def cell(column: str) -> pl.Expr:
        name, _, kind = column.partition(":")
        if kind == "moment":
            return moment_cell(name, zone)
        if kind == "id":
            return id_cell(name)
        # Hashes and run ids are ours: letters and digits that no spreadsheet runs.
        is_text = frame.schema[name] == pl.String and kind != "hash"
        return text_cell(name) if is_text else pl.col(name)

    return frame.select([cell(column) for column in columns])


def write_worklists(day: ShopDay, folder: Path, *, with_orders: bool = True) -> list[Path]:
    """Write every worklist of a shop's day into ``folder``; returns the paths in name order.

    The lists of orders and packages are written only where the marts stand at this day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    zone = day.shop.timezone
    written: list[Path] = []

    def write(name: str, frame: pl.DataFrame, columns: Sequence[str]) -> None:
        path = folder / name
        csv_frame(frame, columns, zone).write_csv(path, include_bom=True)
        written.append(path)

    if with_orders and day.has_lists:
        for bucket, name in LIST_FILES.items():
            orders = day.open_orders(bucket=bucket)
            write(name, orders, [*_ORDER_COLUMNS, *present(_CLOCK_COLUMNS, orders)])
    if day.has_lists:
        write("tracking_defects.csv", day.defective_packages(), _PACKAGE_COLUMNS)
        write("cancellations.csv", day.cancelled_orders(), _CANCELLED_COLUMNS)
    if with_orders and day.has_lists and (appeals := read_appeals(day)) is not None:
        write("appeal_pack.csv", explained(appeals, zone), APPEAL_COLUMNS)
    write(
        "returns_by_sku.csv",
        day.returns("sku"),
        ("seller_sku:id", "product_name", *_RETURN_COLUMNS),
    )
    write("returns_by_creator.csv", day.returns("creator"), ("creator_handle:id", *_RETURN_COLUMNS))
    write("coverage.csv", day.coverage, _COVERAGE_COLUMNS)
    write("row_accounting.csv", day.files(), _FILE_COLUMNS)
    for name, rows, columns in rule_lists(day.rules, with_orders=with_orders and day.has_lists):
        write(name, rows, columns)
    for name, rows, columns in subject_lists(day.of, is_weekly=not with_orders):
        write(name, rows, columns)
    return sorted(written)
