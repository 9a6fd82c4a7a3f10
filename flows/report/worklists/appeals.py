"""The appeal pack: late orders that were handed over in time, each with its proof in words.

The marts hold what was counted (`late_dispatch_appeals`); here it is only said, on the shop's
clock, so that a person at the platform can check the deadline day by day.
"""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from flows.report.formats import format_date, zone_label
from flows.report.marts.day import ShopDay

APPEAL_COLUMNS = (
    "order_id:id",
    "created_at:moment",
    "dispatch_due_at:moment",
    "tendered_at:moment",
    "first_scan_at:moment",
    "tendered_before_due_hours",
    "scan_delay_hours",
    "warehouse",
    "shipment_id:id",
    "tracking_number:id",
    "carrier",
    "scan_count",
    "scans",
    "order_type",
    "policy_version",
    "explanation",
)
"""The columns of ``appeal_pack.csv``, as ``csv_frame`` takes them."""

_MANY_DAYS = 4
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?: ([^,]*(?:,(?! \d{4}-)[^,]*)*))?")
_SCAN = r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.\d+)? (.+)$"


def read_appeals(day: ShopDay) -> pl.DataFrame | None:
    """The mart's rows of a shop, first due first; None in a warehouse that has no such mart."""
    if not day.rules.has("late_dispatch_appeals"):
        return None
    return day.read(
        "select * from marts.late_dispatch_appeals where shop_id = $shop "
        "order by dispatch_due_at, order_id"
    )


def explained(appeals: pl.DataFrame, zone: str) -> pl.DataFrame:
    """The rows of the mart with ``explanation``, and ``scans`` on the shop's clock.

    appeals: rows of ``late_dispatch_appeals``; moments are naive UTC. zone: the shop's, an IANA
    name. Order and number of rows stay.
    """
    told = appeals.with_columns(
        _moment_words("created_at", zone, year=True).alias("_placed"),
        *(
            _moment_words(column, zone).alias(f"_{column}")
            for column in ("dispatch_due_at", "tendered_at", "first_scan_at")
        ),
        _on_the_shops_clock(appeals, zone),
    ).join(_counting(appeals), on=list(_SPAN), how="left", nulls_equal=True, maintain_order="left")
    due = pl.col("_dispatch_due_at")
    under = pl.format(" under {}", pl.col("policy_version")).fill_null("")
    was_due = (
        pl.when(pl.col("clock_starts") == "platform")
        .then(pl.format(". The platform itself named the due time, {}.", due))
        .otherwise(pl.format("{}{}{}.", pl.col("_days"), due, under))
    )
    handed = pl.format("Handed to {}", pl.col("carrier")).fill_null("Handed over")
    explanation = pl.concat_str(
        pl.lit("Placed "),
        pl.col("_placed"),
        was_due,
        pl.lit(" "),
        handed,
        pl.lit(" "),
        pl.col("_tendered_at"),
        pl.lit("; first scan "),
        pl.col("_first_scan_at"),
        pl.lit("."),
    )
    return told.with_columns(explanation.alias("explanation")).select(
        *appeals.columns, "explanation"
    )


def _moment_words(column: str, zone: str, *, year: bool = False) -> pl.Expr:
    """``Tue Nov 24, 23:59 PT``, as ``format_moment`` writes it; with ``year`` its year."""
    day = "%a %b %-d, %Y" if year else "%a %b %-d"

    def words(moments: pl.Series) -> pl.Series:
        there = moments.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        there = there.dt.convert_time_zone(zone)
        # A zone has one name, or one for each of its offsets.
        seen = pl.DataFrame({"name": there.dt.strftime("%Z"), "at": moments}).drop_nulls()
        names = {
            name: zone_label(zone, at)
            for name, at in seen.unique("name", keep="first", maintain_order=True).iter_rows()
        }
        labels = there.dt.strftime("%Z").replace_strict(names, default=None, return_dtype=pl.String)
        return there.dt.strftime(f"{day}, %H:%M ") + labels

    return pl.col(column).map_batches(words, return_dtype=pl.String)


def _on_the_shops_clock(appeals: pl.DataFrame, zone: str) -> pl.Series:
    """``scans`` with each time as ISO 8601 in the shop's zone; what has no time stays."""
    scan = pl.col("scan")
    at = scan.str.extract(_SCAN, 1).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    there = at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    told = pl.concat_str(there.dt.strftime("%Y-%m-%dT%H:%M:%S%:z "), scan.str.extract(_SCAN, 2))
    return (
        appeals.select(pl.col("scans").str.split(", ").alias("scan"))
        .with_row_index("row")
        .explode("scan")
        .with_columns(pl.coalesce(told, scan).alias("scan"))
        .group_by("row", maintain_order=True)
        .agg(pl.when(scan.count() > 0).then(scan.str.join("; ")).alias("scans"))
        .get_column("scans")
    )


_SPAN = ("clock_starts", "day_zero_on", "business_days", "skipped_days")


def _counting(appeals: pl.DataFrame) -> pl.DataFrame:
    """How the days were counted, in words; one row for each way that occurs (tens of days)."""
    spans = appeals.select(_SPAN).unique(maintain_order=True)
    words = [_days_words(*row) for row in spans.iter_rows()]
    return spans.with_columns(pl.Series("_days", words, dtype=pl.String))


def _days_words(starts: str, zero_on: date, business_days: str | None, skipped: str | None) -> str:
    counted = _days(business_days)
    if not counted:
        return ", before the day's cut-off, so it was due on the same day, "
    lead = " (day 0). "
    if starts == "closing":
        lead = f" as a pre-order that had closed by {format_date(zero_on)} (day 0). "
    elif starts == "handling":
        lead = " (day 0). Its handling time is among the business days that count. "
    if len(counted) < _MANY_DAYS:
        numbered = ", ".join(
            f"business day {number} is {format_date(day)}"
            for number, (day, _) in enumerate(counted, start=1)
        )
    else:
        numbered = (
            f"business days 1 to {len(counted)} run from {format_date(counted[0][0])} "
            f"to {format_date(counted[-1][0])}"
        )
    return (
        f"{lead}{numbered[0].upper()}{numbered[1:]}{_skipped_words(_days(skipped))}, so it was due "
    )


def _skipped_words(days: list[tuple[date, str | None]]) -> str:
    """``(Sat Nov 21 and Sun Nov 22 do not count)``, holidays by name; empty for none."""
    if not days:
        return ""
    named = [f"{name} on {format_date(day)}" if name else format_date(day) for day, name in days]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f" ({listed} {'does' if len(named) == 1 else 'do'} not count)"


def _days(text: str | None) -> list[tuple[date, str | None]]:
    """The days of a column of the mart: ISO dates, some with a name."""
    return [(date.fromisoformat(found[1]), found[2] or None) for found in _DAY.finditer(text or "")]
