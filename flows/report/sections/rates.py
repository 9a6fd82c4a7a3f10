"""The first screen: the four rates, what will hurt next, what to do today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from flows.report.charts.svg import bullet, sparkline
from flows.report.formats import format_rate, plural
from flows.report.marts.day import SPARK_DAYS
from flows.report.model import Cell, Page, count, headroom, rate, status
from flows.report.policy import assumed_metrics, dispatch_event
from flows.report.sentences.rates import (
    HEADLINE_BASIS,
    HEADLINE_WINDOW,
    METRICS,
    capital,
    row_sentence,
    target_words,
    worst_first,
)
from flows.report.sentences.trust import assumed_sentence, policy_sentence

SECTION_OF = {
    "late_dispatch_rate": "dispatch",
    "valid_tracking_rate": "tracking",
    "seller_fault_cancellation_rate": "cancellations",
    "on_time_delivery_rate": "delivery",
}
"""The section that a rate's row leads to."""


@dataclass(frozen=True)
class RateRow:
    """One rate on the first screen."""

    label: str
    short: str
    href: str
    status: Cell
    value: Cell
    other: Cell
    target: str
    count: str
    headroom: Cell
    brief: str
    sentence: str
    bullet: Markup
    spark: Markup


def rate_rows(page: Page, section: str = "") -> list[RateRow]:
    """The four rates, worst first; each leads to its own section or to the one given."""
    return [_rate_row(page, dict(row), section) for row in worst_first(page.day.headline)]


def _rate_row(page: Page, row: dict[str, Any], section: str) -> RateRow:
    metric = METRICS[row["metric"]]
    lines = (row["target"], row["enforcement"])
    judged = row["status"] not in ("insufficient_volume", "no_data")
    shown = format_rate(row["value"], lines)
    goal = target_words(metric.name, row["target"], bool(row["is_target_crossed_at"]))
    tally = f"{row['numerator']:,} of {row['denominator']:,}"
    drawn = Markup("")
    if judged and row["value"] is not None:
        drawn = bullet(
            page.ids,
            row["value"],
            row["target"],
            metric.is_ceiling,
            f"{metric.label} against its target",
            f"{shown}; target {goal}.",
        )
    days = page.day.days_of(row["metric"], SPARK_DAYS)
    other = page.day.rate(row["metric"], window=other_window(page))
    spark = Markup("")
    if any(value is not None for _, value in days):
        last = next(value for _, value in reversed(days) if value is not None)
        spark = sparkline(
            page.ids,
            [value for _, value in days],
            row["target"],
            f"{metric.label}, {plural(len(days), 'day')}",
            f"The rate of 7 days, each day; last {format_rate(last, lines)}.",
        )
    return RateRow(
        label=metric.label,
        short=capital(metric.short),
        href=f"#{section or SECTION_OF[metric.name]}",
        status=status(row["status"]),
        value=rate(row["value"] if judged else None, *lines),
        other=rate(other["value"] if other else None, *lines),
        target=goal,
        count=tally,
        headroom=headroom(row),
        brief=shown if judged else tally,
        sentence=row_sentence(row),
        bullet=drawn,
        spark=spark,
    )


def judged_window(page: Page) -> str:
    """The window in which the platform judges."""
    return str(page.day.headline[0]["window_name"]) if page.day.headline else HEADLINE_WINDOW


def other_window(page: Page) -> str:
    """The window shown beside the judged one: the last 7 days, or 30 where those are judged."""
    return "rolling_30d" if judged_window(page) == "rolling_7d" else "rolling_7d"


def policy_words(page: Page) -> list[str]:
    """Which rules judged the rates, and which of their lines are assumed."""
    if not page.day.headline:
        return []
    version = str(page.day.headline[0]["policy_version"])
    judged = policy_sentence(
        version, judged_basis(page), judged_window(page), dispatch_event(version)
    )
    assumed = assumed_sentence(assumed_metrics(version))
    return [judged, assumed] if assumed else [judged]


def judged_basis(page: Page) -> str:
    """The basis on which the platform judges late dispatch."""
    row = page.day.rate("late_dispatch_rate")
    return str(row["basis"]) if row else HEADLINE_BASIS


def projected(page: Page) -> dict[str, Any] | None:
    """Late dispatch with the overdue orders; None where the judged rate counts them already."""
    if judged_basis(page) != HEADLINE_BASIS:
        return None
    return page.day.rate("late_dispatch_rate", "projected")


def lists_elsewhere(page: Page) -> str:
    """Why a past day's report has no order lists, and how to get them."""
    return (
        "Order lists are kept for the newest day only. For this day's: "
        f"`greenzone snapshot --date {page.day.as_of_on.isoformat()} --out FILE`."
    )


def basis_cells(row: dict[str, Any]) -> list[Cell]:
    """Status, defects or successes, total and rate of one ``kpi_daily`` row."""
    return [
        status(row["status"]),
        count(row["numerator"]),
        count(row["denominator"]),
        rate(row["value"], row["target"], row["enforcement"]),
        headroom(row),
    ]
