"""Dispatch on time, and which orders ship first."""

from __future__ import annotations

import re

from flows.report.charts.rows import Bar, bars
from flows.report.charts.svg import Figure
from flows.report.charts.time import rate_line
from flows.report.formats import (
    format_rate,
    plural,
)
from flows.report.marts.day import HISTORY_DAYS, LIST_LIMIT
from flows.report.model import (
    Cell,
    Column,
    Page,
    Row,
    Section,
    Table,
    count,
    rate,
    words,
)
from flows.report.sections.details import volume_fold
from flows.report.sections.rates import (
    basis_cells,
    judged_basis,
    projected,
)
from flows.report.sentences.rates import (
    METRICS,
    capital,
    overdue_sentence,
    projected_sentence,
    row_sentence,
    window_words,
)

_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

WINDOWS = ("week", "rolling_7d", "rolling_30d")
BASES = ("platform", "due", "projected")
_BASIS_WORDS = {
    "platform": "By day of dispatch",
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
    for basis, window in _bases(page, metric):
        row = page.day.rate(metric, basis, window)
        if row is not None:
            counted = "As the platform counts" if basis == judged_basis(page) else ""
            name = f"{counted or _BASIS_WORDS[basis]}, {window_words(window)}"
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


def _bases(page: Page, metric: str) -> list[tuple[str, str]]:
    """Basis and window of each row: what the platform judges, its other windows, other bases."""
    judged = page.day.rate(metric)
    if judged is None:
        return []
    basis, window = judged["basis"], judged["window_name"]
    others = [name for name in WINDOWS if name != window]
    return [
        *((basis, name) for name in (window, *others)),
        *((name, window) for name in BASES if name != basis),
    ]


def dispatch(page: Page) -> Section:
    """Are we dispatching on time?"""
    day = page.day
    section = Section("dispatch", "Are we dispatching on time?", "Dispatch")
    now, then = day.rate("late_dispatch_rate"), projected(page)
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
    section.folds += volume_fold(page)
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
