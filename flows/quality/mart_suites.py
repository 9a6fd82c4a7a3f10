"""Gate 2: what must hold of the marts before anyone may read them.

The schema and the grains come from `marts.yaml`; the rest is arithmetic that a reader would do
by hand: rates between 0 and 1, parts that add up to their whole, no day missing.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.quality.account_health_suites import ACCOUNT_HEALTH
from flows.quality.cost_suites import COSTS
from flows.quality.coverage_suites import COVERAGE
from flows.quality.late_dispatch_suites import LATE_DISPATCH
from flows.quality.margin_suites import MARGINS
from flows.quality.mart_open_orders import OPEN_ORDERS
from flows.quality.mart_shape import critical, shape
from flows.quality.mart_warnings import WARNINGS
from flows.quality.model import Expectation, Gate, TableSuite
from flows.quality.network_suites import NETWORK
from flows.quality.returns_suites import RETURNS
from flows.quality.settlement_suites import SETTLEMENT
from flows.quality.weekly_suites import WEEKLY

NAME = "gate 2"
SCHEMA = "marts"

_METRICS = (
    "late_dispatch_rate",
    "valid_tracking_rate",
    "seller_fault_cancellation_rate",
    "on_time_delivery_rate",
)
_BASES = ("platform", "due", "projected")
_WINDOWS = ("week", "rolling_7d", "rolling_30d")
_STATUSES = ("ok", "approaching", "breach", "enforcement", "insufficient_volume", "no_data")
_FAULTS = ("seller", "buyer", "platform", "unknown")
_DEFECTS = (
    "missing_number",
    "bad_format",
    "carrier_mismatch",
    "unsupported_carrier",
    "no_scan",
    "late_upload",
    "scan_before_order",
    "zip_mismatch",
)
# Late dispatch has three bases, the other metrics one; each in every window.
_ROWS_A_DAY = (len(_METRICS) - 1 + len(_BASES)) * len(_WINDOWS)
_TINY = "1e-9"


@cache
def gate2() -> Gate:
    """The gate on the schema `marts` of a build or of a warehouse that is to be published."""
    marts: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("marts.yaml").read_text(encoding="utf-8")
    )
    suites = []
    for table, mart in marts.items():
        own = [
            *shape(table, mart["grain"], mart.get("optional", []), mart.get("columns", {})),
            *_ARITHMETIC.get(table, ()),
            *WARNINGS.get(table, ()),
        ]
        suites.append(TableSuite(table, tuple(own), check_doubles=True))
    return Gate(NAME, SCHEMA, tuple(suites), every_table=True)


def _words(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"


def _outside(*columns: str) -> str:
    return " or ".join(f"{column} < 0 or {column} > 1" for column in columns)


def _kpi_daily() -> tuple[Expectation, ...]:
    key = "shop_id, as_of_on, window_name"
    late = "from marts.kpi_daily where metric = 'late_dispatch_rate' and basis"
    return (
        critical(
            "kpi_daily",
            "rates_in_range",
            "Rates are between 0 and 1",
            fails_when=_outside("value", "target", "enforcement"),
        ),
        critical(
            "kpi_daily",
            "numerator_at_most_denominator",
            "No numerator is negative or more than its denominator",
            fails_when="numerator is null or denominator is null or numerator < 0 "
            "or numerator > denominator",
        ),
        critical(
            "kpi_daily",
            "value_is_the_ratio",
            "A rate is its numerator over its denominator, and null over 0",
            fails_when="(denominator = 0) <> (value is null) or "
            f"abs(value - numerator / nullif(denominator, 0)::double) > {_TINY}",
        ),
        critical(
            "kpi_daily",
            "known_words",
            "Metric, basis, window and status are words of the interface",
            fails_when=f"metric not in {_words(_METRICS)} or basis not in {_words(_BASES)} "
            f"or window_name not in {_words(_WINDOWS)} or status is null "
            f"or status not in {_words(_STATUSES)} "
            "or (basis <> 'platform' and metric <> 'late_dispatch_rate')",
        ),
        critical(
            "kpi_daily",
            "windows_end_on_the_day",
            "A window ends on its as-of day and starts before it ends",
            fails_when="window_end_on is distinct from as_of_on or window_start_on is null "
            "or window_start_on > window_end_on",
        ),
        critical(
            "kpi_daily",
            "projected_adds_overdue",
            "Projected late dispatch adds the same open overdue orders above and below the line",
            query="select shop_id, count(*) as failures from "
            f"(select {key}, numerator as n, denominator as d {late} = 'platform') "
            f"inner join (select {key}, numerator as pn, denominator as pd {late} = 'projected') "
            f"using ({key}) where pn - n <> pd - d or pn < n group by 1",
        ),
        critical(
            "kpi_daily",
            "every_day",
            "Every day from the first order on has a row for each metric, basis and window",
            query="select shop_id, expected - found as failures, "
            "printf('%d rows of %d missing', expected - found, expected) as note from "
            "(select shop_id, count(distinct (as_of_on, metric, basis, window_name)) as found, "
            f"(date_diff('day', min(as_of_on), max(as_of_on)) + 1) * {_ROWS_A_DAY} as expected "
            "from marts.kpi_daily group by 1)",
        ),
        critical(
            "kpi_daily",
            "as_of_days",
            "Every as-of day from the first order on has its rates",
            needs=("inputs.as_of",),
            query="select d.shop_id, count(*) as failures from inputs.as_of as d inner join "
            "(select shop_id, min(created_on) as first_on from marts.orders group by 1) as o "
            "on o.shop_id = d.shop_id and o.first_on <= d.as_of_on where not exists "
            "(select 1 from marts.kpi_daily as k where k.shop_id = d.shop_id "
            "and k.as_of_on = d.as_of_on) group by 1",
            counted="days without rates",
        ),
    )


def _zone_coverage() -> tuple[Expectation, ...]:
    key = "shop_id, as_of_on, origin_set"
    return (
        critical(
            "zone_coverage",
            "rates_in_range",
            "Shares are between 0 and 1",
            fails_when=_outside("share_of_orders", "share_within_2_days", "on_time_delivery_rate"),
        ),
        critical(
            "zone_coverage",
            "states_add_up",
            "The states' orders add up to all orders",
            query=f"select shop_id, count(*) as failures from (select {key}, "
            "coalesce(sum(orders) filter (where ship_to_state <> '(all)'), 0) as parts, "
            "sum(orders) filter (where ship_to_state = '(all)') as whole "
            "from marts.zone_coverage group by all) where parts is distinct from whole group by 1",
            counted="origin sets",
        ),
        critical(
            "zone_coverage",
            "shares_of_all_orders",
            "A state's share is its orders over all orders",
            query="select shop_id, count(*) as failures from (select shop_id, orders, "
            "share_of_orders, max(orders) filter (where ship_to_state = '(all)') "
            f"over (partition by {key}) as whole from marts.zone_coverage) "
            f"where abs(share_of_orders - orders / nullif(whole, 0)::double) > {_TINY} group by 1",
        ),
    )


def _ratio_mart(table: str) -> tuple[Expectation, ...]:
    return (
        critical(
            table,
            "rates_in_range",
            "Rates are between 0 and 1",
            fails_when=_outside("value"),
        ),
        critical(
            table,
            "numerator_at_most_denominator",
            "No numerator is negative or more than its denominator",
            fails_when="numerator < 0 or numerator > denominator",
        ),
    )


def _adds_up(table: str, metric: str, parts: str, whole: str, by: str = "") -> Expectation:
    """The parts of a mart (those of each value of `by`) add up to the rate of the same 30 days."""
    key = "shop_id, as_of_on"
    own_key = f"{key}, {by}" if by else key
    return critical(
        table,
        "adds_up_to_the_rate",
        f"The parts add up to the {metric.replace('_', ' ')} of the same 30 days",
        query=f"select shop_id, count(*) as failures from "
        f"(select {own_key}, {parts} as parts from marts.{table} "
        "where window_name = 'rolling_30d' group by all) inner join "
        f"(select {key}, {whole} as whole from marts.kpi_daily where metric = '{metric}' "
        f"and basis = 'platform' and window_name = 'rolling_30d') using ({key}) "
        "where parts is distinct from whole group by 1",
        counted="days",
    )


def _rows_a_day(table: str, rows: int, noun: str) -> Expectation:
    """A mart that says something of each as-of day, whatever is known, has all of its rows."""
    return critical(
        table,
        "every_row_of_the_day",
        f"Each as-of day has its {rows} {noun}",
        query=f"select shop_id, count(*) as failures from (select shop_id, as_of_on "
        f"from marts.{table} group by all having count(*) <> {rows}) group by 1",
        counted="days",
    )


_NUMERATOR_AND_DENOMINATOR = "(sum(numerator)::bigint, sum(denominator)::bigint)"

_ARITHMETIC: dict[str, tuple[Expectation, ...]] = {
    **ACCOUNT_HEALTH,
    **COSTS,
    "kpi_daily": _kpi_daily(),
    "orders": (
        critical(
            "orders",
            "known_words",
            "Whose fault a cancellation was is a word of the interface",
            fails_when=f"cancellation_fault not in {_words(_FAULTS)}",
            example="order_id",
        ),
        critical(
            "orders",
            "overdue_is_not_dispatched",
            "An order that is open and overdue has not been dispatched",
            fails_when="is_overdue_open and dispatched_at is not null",
            example="order_id",
        ),
    ),
    "packages": (
        critical(
            "packages",
            "known_words",
            "A tracking defect is a word of the interface",
            fails_when=f"tracking_defect not in {_words(_DEFECTS)}",
        ),
        critical(
            "packages",
            "valid_has_no_defect",
            "A package with valid tracking has no defect",
            fails_when="is_valid_tracking and tracking_defect is not null",
        ),
    ),
    **RETURNS,
    "zone_coverage": _zone_coverage(),
    "row_accounting": (
        critical(
            "row_accounting",
            "nothing_lost",
            "Rows read are accepted, quarantined or skipped, for every file",
            fails_when="coalesce(rows_read, 0) <> coalesce(rows_accepted, 0) "
            "+ coalesce(rows_quarantined, 0) + coalesce(rows_skipped, 0)",
            counted="files",
            files="select shop_id, file from marts.row_accounting where coalesce(rows_read, 0) <> "
            "coalesce(rows_accepted, 0) + coalesce(rows_quarantined, 0) "
            "+ coalesce(rows_skipped, 0)",
        ),
    ),
    **COVERAGE,
    **NETWORK,
    **OPEN_ORDERS,
    **SETTLEMENT,
    "dispatch_by_warehouse": (
        *_ratio_mart("dispatch_by_warehouse"),
        _adds_up(
            "dispatch_by_warehouse",
            "late_dispatch_rate",
            _NUMERATOR_AND_DENOMINATOR,
            "(numerator::bigint, denominator::bigint)",
        ),
    ),
    "delivery_by_carrier": (
        *_ratio_mart("delivery_by_carrier"),
        _adds_up(
            "delivery_by_carrier",
            "on_time_delivery_rate",
            _NUMERATOR_AND_DENOMINATOR,
            "(numerator::bigint, denominator::bigint)",
        ),
    ),
    "seven_indicators": (_rows_a_day("seven_indicators", 7, "indicators"),),
    "diagnoses": (_rows_a_day("diagnoses", 3, "symptoms"),),
    "daily_outcomes": (_rows_a_day("daily_outcomes", 4, "outcomes"),),
    "tracking_defects": (
        _adds_up(
            "tracking_defects",
            "valid_tracking_rate",
            "sum(packages)::bigint",
            "(denominator - numerator)::bigint",
        ),
    ),
    "tracking_defects_by": (
        _adds_up(
            "tracking_defects_by",
            "valid_tracking_rate",
            "(coalesce(sum(packages) filter (where tracking_defect = '(valid)'), 0)::bigint, "
            "sum(packages)::bigint)",
            "(numerator::bigint, denominator::bigint)",
            by="dimension",
        ),
    ),
    "fulfillment_daily": _ratio_mart("fulfillment_daily"),
    "product_cancellations": (
        critical(
            "product_cancellations",
            "rates_in_range",
            "Rates are between 0 and 1",
            fails_when=_outside("value", "shop_value", "shop_line", "product_line"),
        ),
        critical(
            "product_cancellations",
            "numerator_at_most_denominator",
            "No product has more orders cancelled than confirmed",
            fails_when="seller_fault_cancellations < 0 or seller_fault_cancellations > orders",
        ),
    ),
    **LATE_DISPATCH,
    **MARGINS,
    **SETTLEMENT,
    **WEEKLY,
}
