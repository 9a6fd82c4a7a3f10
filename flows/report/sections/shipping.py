"""Dispatch on time, and which orders ship first."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flows.report.charts_rows import Bar, bars
from flows.report.charts_time import rate_line
from flows.report.formats import (
    MISSING,
    format_clock,
    format_date,
    format_duration,
    format_rate,
    plural,
)
from flows.report.marts import HISTORY_DAYS, LIST_LIMIT
from flows.report.model import (
    Cell,
    Column,
    Page,
    Row,
    Section,
    Table,
    code,
    count,
    list_caption,
    moment,
    rate,
    words,
)
from flows.report.sections.rates import (
    basis_cells,
    later_sentence,
    lists_elsewhere,
    next_due_sentence,
)
from flows.report.sentences import (
    METRICS,
    capital,
    overdue_sentence,
    projected_sentence,
    row_sentence,
    window_words,
)
from flows.report.svg import Figure

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

BASES = (
    ("platform", "week"),
    ("platform", "rolling_7d"),
    ("platform", "rolling_30d"),
    ("due", "week"),
    ("projected", "week"),
)
_BASIS_WORDS = {
    "platform": "As the platform counts",
    "due": "By due date",
    "projected": "With the overdue orders",
}


def anchor(prefix: str, identity: str | None) -> str:
    """An id for a row, so that a link can lead to it; empty for odd characters."""
    return f"{prefix}-{identity}" if identity and _SAFE_ID.fullmatch(identity) else ""


def trend(page: Page, metric: str) -> list[Figure]:
    """The 90-day line of a metric as a list of one figure, empty where nothing is known."""
    row = page.day.rate(metric)
    days = page.day.days_of(metric, HISTORY_DAYS)
    if row is None or not any(value is not None for _, value in days):
        return []
    label = METRICS[metric].label
    return [
        rate_line(
            page.ids,
            f"{label}, the last {len(days)} days",
            days,
            row["target"],
            row["enforcement"],
            METRICS[metric].is_ceiling,
            "Each point is the rate of the 7 days that end there.",
        )
    ]


def basis_table(page: Page, metric: str) -> Table:
    """One rate by basis and window, the headline first."""
    rows = []
    several = page.day.rate(metric, "due") is not None
    for basis, window in BASES:
        row = page.day.rate(metric, basis, window)
        if row is not None:
            name = f"{_BASIS_WORDS[basis]}, {window_words(window)}"
            if not several:
                name = capital(window_words(window))
            rows.append(Row([Cell(name), *basis_cells(row)]))
    counted = METRICS[metric].counted
    counted = "Seller's fault" if counted.startswith("cancelled") else counted.capitalize()
    columns = [
        Column("Basis" if several else "Window"),
        Column("Status"),
        Column(counted, True),
        Column("Of", True),
        Column("Rate", True),
        Column("Headroom", True),
    ]
    by = "basis and window" if several else "window"
    return Table(f"{METRICS[metric].label} by {by}.", columns, rows)


def dispatch(page: Page) -> Section:
    """Are we dispatching on time?"""
    day = page.day
    section = Section("dispatch", "Are we dispatching on time?")
    now, then = day.rate("late_dispatch_rate"), day.rate("late_dispatch_rate", "projected")
    if now is None:
        section.answers.append("No order is known on this day.")
        return section
    section.answers.append(row_sentence(now))
    overdue = day.buckets["overdue"]["orders"] if day.has_lists else 0
    if then and overdue:
        section.answers.append(
            f"{overdue_sentence(overdue, day.as_of_on)} "
            + projected_sentence(
                overdue, now["value"], then["value"], now["target"], now["enforcement"]
            )
        )
    section.figures += trend(page, "late_dispatch_rate")
    if day.warehouses:
        section.figures.append(warehouse_bars(page, now["target"]))
    section.tables.append(basis_table(page, "late_dispatch_rate"))
    if day.warehouses:
        section.tables.append(warehouse_table(page, now["target"]))
    return section


def warehouse_table(page: Page, target: float) -> Table:
    """Late dispatch by warehouse in the last 30 days."""
    rows = [
        Row(
            [
                words(row["warehouse"]),
                count(row["numerator"]),
                count(row["denominator"]),
                rate(row["value"], target),
            ]
        )
        for row in page.day.warehouses[:LIST_LIMIT]
    ]
    return Table(
        f"{plural(len(rows), 'warehouse')}, last 30 days, the worst first.",
        [
            Column("Warehouse"),
            Column("Late", True),
            Column("Dispatched", True),
            Column("Rate", True),
        ],
        rows,
    )


def warehouse_bars(page: Page, target: float) -> Figure:
    """Late dispatch by warehouse against the target."""
    items = [
        Bar(
            row["warehouse"] or "(none)",
            row["value"] or 0.0,
            f"{format_rate(row['value'], (target,))} of {row['denominator']:,}",
        )
        for row in page.day.warehouses[:12]
    ]
    return bars(
        page.ids,
        "Late dispatch by warehouse, last 30 days",
        items,
        f"The dashed line is the target, {format_rate(target)}.",
        target,
    )


def ship_first(page: Page) -> Section:
    """Which orders ship first?"""
    day = page.day
    section = Section("ship-first", "Which orders ship first?")
    if not day.has_lists:
        section.answers.append(lists_elsewhere(page))
        return section
    total = sum(bucket["orders"] for bucket in day.buckets.values())
    overdue = day.buckets["overdue"]["orders"]
    section.answers.append(overdue_sentence(overdue, day.as_of_on))
    section.answers.append(next_due_sentence(page))
    section.answers.append(later_sentence(page))
    section.downloads = [
        page.download("overdue.csv", f"Overdue, {overdue:,} (CSV)"),
        page.download(
            "due_tomorrow.csv",
            f"Due {format_date(day.as_of_on + timedelta(days=1))}, "
            f"{day.buckets['due_tomorrow']['orders']:,} (CSV)",
        ),
        page.download("due_later.csv", f"Due later, {day.buckets['due_later']['orders']:,} (CSV)"),
    ]
    if not total:
        return section
    section.figures.append(_due_bars(page))
    rows = [_order_row(page, row) for row in day.open_orders(LIST_LIMIT).iter_rows(named=True)]
    section.tables.append(
        Table(
            list_caption("open orders", len(rows), total, "the earliest deadline first"),
            [
                Column("Order"),
                Column("Due"),
                Column("Why"),
                Column("Late by"),
                Column("Warehouse"),
                Column("Carrier"),
                Column("Last event"),
            ],
            rows,
        )
    )
    return section


def _due_bars(page: Page) -> Figure:
    groups = page.day.open_by_due_day
    shown, rest = groups[:8], groups[8:]
    items = []
    for group in shown:
        name = "Overdue" if group["is_overdue"] else format_date(group["due_on"])
        if not group["is_overdue"] and group["due_on"] is None:
            name = "No deadline"
        token = "breach" if group["is_overdue"] else "s1"
        items.append(Bar(name, group["orders"], f"{group['orders']:,}", token))
    if rest:
        orders = sum(group["orders"] for group in rest)
        items.append(Bar("After that", orders, f"{orders:,}"))
    return bars(page.ids, "Open orders by due day", items, "")


def _order_row(page: Page, row: dict[str, Any]) -> Row:
    due, zone = row["dispatch_due_at"], page.zone
    late = page.day.ends_at - due if row["is_overdue_open"] and due is not None else None
    event = (row["last_event_code"] or "").replace("_", " ")
    if row["last_event_at"] is not None:
        event = f"{event}, {format_clock(row['last_event_at'], zone)}"
    kind = (row["order_type"] or "").replace("_", "-")
    why = f"{kind} order of {format_date(row['created_on'])}" if row["created_on"] else kind
    return Row(
        [
            code(row["order_id"]),
            moment(due, zone),
            Cell(capital(why)),
            Cell(
                format_duration(late) if late is not None else MISSING,
                sort="" if late is None else str(int(late.total_seconds())),
            ),
            words(row["warehouse_name"] or row["warehouse_id"]),
            words(row["carrier_name"] or row["carrier"]),
            words(capital(event)),
        ],
        anchor("o", row["order_id"]),
    )
