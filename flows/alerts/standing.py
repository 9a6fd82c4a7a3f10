"""How a shop stands, read from the marts: its rates, since when, and the orders behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import duckdb

from flows.alerts.rules import Condition
from flows.report.marts.judged import judged_condition, mart_columns
from flows.report.sentences.ahead import LEAST_CHANCE_ORDERS
from flows.report.sentences.rates import HEADLINE_BASIS, HEADLINE_WINDOW

TOP = 5
BAD_STATUSES = ("approaching", "breach", "enforcement")

_RATES = """
select * from marts.kpi_daily
where shop_id = $shop and as_of_on = $day and {judged}
"""

_PROJECTED = """
select * from marts.kpi_daily
where shop_id = $shop and as_of_on = $day and metric = 'late_dispatch_rate'
    and basis = 'projected' and window_name = $window
"""

# Too few orders is no sign that anything got better: only a day on target ends a run of bad ones.
_SINCE = """
with days as (
    select metric, as_of_on, status,
        max(as_of_on) filter (where status = 'ok') over (partition by metric) as ok_on
    from marts.kpi_daily
    where shop_id = $shop and as_of_on <= $day and {judged}
)
select metric, min(as_of_on) from days
where status in ('approaching', 'breach', 'enforcement') and (ok_on is null or as_of_on > ok_on)
group by metric
"""

_BEFORE = """
select metric, numerator, denominator, window_start_on from marts.kpi_daily
where shop_id = $shop and as_of_on = $day - 1 and {judged}
"""

# What `projected` adds to `platform` is the orders that are open and overdue at the day's end.
_OVERDUE_DAYS = """
select as_of_on, greatest(0, max(numerator) filter (where basis = 'projected')
    - max(numerator) filter (where basis = 'platform')) as overdue
from marts.kpi_daily
where shop_id = $shop and as_of_on <= $day and metric = 'late_dispatch_rate'
    and window_name = $window
group by as_of_on
order by as_of_on desc
"""

_ORDERS = {
    "late_dispatch_rate": """
select order_id, dispatch_due_at as due_at, warehouse_name as warehouse, carrier, null as defect
from marts.orders
where shop_id = $shop and is_late_dispatch and dispatched_on between $first and $day
""",
    "late_dispatch_rate by due": """
select order_id, dispatch_due_at as due_at, warehouse_name as warehouse, carrier, null as defect
from marts.orders
where shop_id = $shop and (is_late_dispatch or is_overdue_open)
    and dispatch_due_on between $first and $day
""",
    "valid_tracking_rate": """
select order_id, null as due_at, null as warehouse, carrier, tracking_defect as defect
from marts.packages
where shop_id = $shop and is_in_rate and not is_valid_tracking
    and shipped_on between $first and $day
""",
    "seller_fault_cancellation_rate": """
select order_id, null as due_at, warehouse_name as warehouse, null as carrier, null as defect
from marts.orders
where shop_id = $shop and cancellation_fault = 'seller' and fulfillment_type <> 'fbt'
    and created_on between $first and $day
""",
    "on_time_delivery_rate": """
select order_id, deliver_by_at as due_at, null as warehouse, carrier, null as defect
from marts.orders
where shop_id = $shop and not is_on_time_delivery and deliver_by_on between $first and $day
""",
    "overdue_orders": """
select order_id, dispatch_due_at as due_at, warehouse_name as warehouse, carrier, null as defect
from marts.orders
where shop_id = $shop and is_overdue_open
""",
    "due_soon": """
select order_id, dispatch_due_at as due_at, warehouse, carrier, null as defect
from marts.open_orders
where shop_id = $shop and bucket in ('T-4', 'T-12', 'T-24', 'tomorrow')
    and late_chance >= $chance and late_chance_orders >= $least
""",
}

_DUE_SOON = """
select count(*) as orders, min(dispatch_due_at) as due_at,
    count(*) filter (where late_chance >= $chance and late_chance_orders >= $least) as likely_late
from marts.open_orders
where shop_id = $shop and bucket in ('T-4', 'T-12', 'T-24', 'tomorrow')
"""

_WAITING = """
select waiting_for, count(*) as orders from marts.open_orders
where shop_id = $shop and bucket in ('T-4', 'T-12', 'T-24', 'tomorrow')
    and late_chance >= $chance and late_chance_orders >= $least
group by 1 order by orders desc, waiting_for nulls last
"""

_COMPOUND = """
select as_of_on, metrics, is_compound_risk from marts.compound_risk
where shop_id = $shop and as_of_on <= $day order by as_of_on desc
"""

_HEALTH = """
select * from marts.account_health_daily where shop_id = $shop and as_of_on = $day
"""

_LOSSES = """
select reason, points, events from marts.account_health_waterfall
where shop_id = $shop and as_of_on = $day and kind = 'violation'
order by abs(points) desc, reason nulls last
"""

_WAREHOUSE = """
select warehouse_name, count(*) as orders from marts.orders
where shop_id = $shop and is_overdue_open and warehouse_name is not null
group by 1 order by 2 desc, 1 limit 1
"""


@dataclass(frozen=True)
class Orders:
    """The first few orders behind an alert, and how many there are."""

    first: Sequence[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class Overdue:
    """Open orders past their dispatch deadline, by day: today's, the day before's, since when."""

    today: int
    day_before: int
    since_on: date


@dataclass(frozen=True)
class DueSoon:
    """Orders due next: those likely to be late, all of them, the first deadline, what they need."""

    likely_late: int
    orders: int
    due_at: datetime
    waiting_for: Mapping[str, int]


@dataclass(frozen=True)
class Compound:
    """Rates that get worse together, and the first day on which two did."""

    metrics: Sequence[str]
    since_on: date


@dataclass(frozen=True)
class Standing:
    """The marts of one shop as of one day."""

    connection: duckdb.DuckDBPyConnection
    shop_id: str
    as_of_on: date

    def _rows(self, sql: str, **more: Any) -> list[dict[str, Any]]:
        known = {"shop": self.shop_id, "day": self.as_of_on, "window": HEADLINE_WINDOW, **more}
        if "{judged}" in sql:
            sql = sql.replace("{judged}", self._judged)
        cursor = self.connection.execute(sql, {k: v for k, v in known.items() if f"${k}" in sql})
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @cached_property
    def _judged(self) -> str:
        return judged_condition(self.connection, self.shop_id)

    @cached_property
    def _marts(self) -> frozenset[str]:
        return frozenset(mart_columns(self.connection))

    def rates(self) -> dict[str, dict[str, Any]]:
        """The row of each metric that the platform judges."""
        return {row["metric"]: row for row in self._rows(_RATES)}

    def projected(self) -> dict[str, Any] | None:
        """Late dispatch with the open overdue orders; None where the judged rate counts them."""
        judged = self.rates().get("late_dispatch_rate")
        if judged is None or judged["basis"] != HEADLINE_BASIS:
            return None
        return next(iter(self._rows(_PROJECTED, window=judged["window_name"])), None)

    def since(self) -> dict[str, date]:
        """By metric, the first day since which it has not been on target."""
        return {row["metric"]: row["min(as_of_on)"] for row in self._rows(_SINCE)}

    def day_before(self) -> dict[str, dict[str, Any]]:
        """The judged rows of the day before."""
        return {row["metric"]: row for row in self._rows(_BEFORE)}

    def overdue(self) -> Overdue | None:
        """How many orders are overdue, None when none is."""
        days = self._rows(_OVERDUE_DAYS)
        if not days or days[0]["as_of_on"] != self.as_of_on or not days[0]["overdue"]:
            return None
        since = self.as_of_on
        for row in days:
            if not row["overdue"]:
                break
            since = row["as_of_on"]
        before = days[1]["overdue"] or 0 if len(days) > 1 else 0
        return Overdue(days[0]["overdue"], before, since)

    def most_overdue(self) -> tuple[str, int] | None:
        """The warehouse with the most overdue orders, and how many."""
        if not self.has_lists:
            return None
        rows = self._rows(_WAREHOUSE)
        return (rows[0]["warehouse_name"], rows[0]["orders"]) if rows else None

    @property
    def has_lists(self) -> bool:
        """Whether the marts without an as-of day stand at this one: they do at the newest."""
        sql = "select max(as_of_on) as newest from marts.kpi_daily where shop_id = $shop"
        return bool(self._rows(sql)[0]["newest"] == self.as_of_on)

    def is_clear(self, condition: Condition, rule: str) -> bool:
        """Whether a rule on numbers that did not fire was judged: no number is no good number."""
        if condition == "rate":
            row = self.rates().get(rule)
            return row is not None and row["status"] == "ok"
        if condition == "overdue":
            return "late_dispatch_rate" in self.rates()
        if condition == "due_soon":
            return self.has_lists and "open_orders" in self._marts
        if condition == "compound_risk":
            days = self._rows(_COMPOUND) if "compound_risk" in self._marts else []
            return bool(days) and days[0]["as_of_on"] == self.as_of_on
        return self.health() is not None

    def orders(self, rule: str, first: date | None = None, chance: float | None = None) -> Orders:
        """The orders behind a rule, those of the earliest deadline first."""
        if not self.has_lists:
            return Orders((), 0)
        judged = self.rates().get(rule)
        rule = f"{rule} by due" if judged and judged["basis"] == "due" else rule
        sql = (
            f"select *, count(*) over () as total from ({_ORDERS[rule]}) "
            f"order by due_at nulls last, order_id limit {TOP}"
        )
        rows = self._rows(sql, first=first, chance=chance, least=LEAST_CHANCE_ORDERS)
        return Orders(rows, rows[0]["total"] if rows else 0)

    def due_soon(self, chance: float) -> DueSoon | None:
        """The orders due next that are at least so likely to be late; None where none is."""
        if not self.has_lists or "open_orders" not in self._marts:
            return None
        named = {"chance": chance, "least": LEAST_CHANCE_ORDERS}
        [counted] = self._rows(_DUE_SOON, **named)
        if not counted["likely_late"]:
            return None
        waiting = {
            row["waiting_for"] or "unknown": row["orders"] for row in self._rows(_WAITING, **named)
        }
        return DueSoon(counted["likely_late"], counted["orders"], counted["due_at"], waiting)

    def compound(self) -> Compound | None:
        """The rates that get worse together, None where fewer than two do."""
        days = self._rows(_COMPOUND) if "compound_risk" in self._marts else []
        if not days or days[0]["as_of_on"] != self.as_of_on or not days[0]["is_compound_risk"]:
            return None
        since = self.as_of_on
        for row in days:
            if not row["is_compound_risk"]:
                break
            since = row["as_of_on"]
        metrics = [name.strip() for name in (days[0]["metrics"] or "").split(",")]
        return Compound(metrics, since)

    def health(self) -> dict[str, Any] | None:
        """Account health at the day's end, None without a ledger."""
        rows = self._rows(_HEALTH) if "account_health_daily" in self._marts else []
        return next((row for row in rows if row["score"] is not None), None)

    def losses(self) -> list[dict[str, Any]]:
        """What cost points of late, the most first."""
        return self._rows(_LOSSES) if "account_health_waterfall" in self._marts else []
