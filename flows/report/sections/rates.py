"""The first screen: the four rates, what will hurt next, what to do today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from flows.report.formats import format_date, format_moment, format_rate, plural
from flows.report.marts import SPARK_DAYS
from flows.report.model import Cell, Page, count, headroom, rate, status
from flows.report.sentences import (
    HEADLINE_BASIS,
    METRICS,
    capital,
    due_sentence,
    overdue_sentence,
    projected_sentence,
    row_sentence,
    worst_first,
)
from flows.report.svg import bullet, sparkline

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
    seven_days: Cell
    target: str
    count: str
    headroom: Cell
    brief: str
    sentence: str
    bullet: Markup
    spark: Markup


@dataclass(frozen=True)
class Task:
    """One thing to do: verb and count, deadline, and where its list is."""

    act: str
    deadline: str
    href: str
    csv: str


def rate_rows(page: Page, section: str = "") -> list[RateRow]:
    """The four rates, worst first; each leads to its own section or to the one given."""
    return [_rate_row(page, dict(row), section) for row in worst_first(page.day.headline)]


def _rate_row(page: Page, row: dict[str, Any], section: str) -> RateRow:
    metric = METRICS[row["metric"]]
    lines = (row["target"], row["enforcement"])
    judged = row["status"] not in ("insufficient_volume", "no_data")
    shown = format_rate(row["value"], lines)
    bound = "at most" if metric.is_ceiling else "at least"
    tally = f"{row['numerator']:,} of {row['denominator']:,}"
    drawn = Markup("")
    if judged and row["value"] is not None:
        drawn = bullet(
            page.ids,
            row["value"],
            row["target"],
            metric.is_ceiling,
            f"{metric.label} against its target",
            f"{shown}; target {format_rate(row['target'])} {bound}.",
        )
    days = page.day.days_of(row["metric"], SPARK_DAYS)
    week = page.day.rate(row["metric"], window="rolling_7d")
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
        seven_days=rate(week["value"] if week else None, *lines),
        target=f"{format_rate(row['target'])} {bound}",
        count=tally,
        headroom=headroom(row),
        brief=shown if judged else tally,
        sentence=row_sentence(row),
        bullet=drawn,
        spark=spark,
    )


def judged_basis(page: Page) -> str:
    """The basis on which the platform judges late dispatch."""
    row = page.day.rate("late_dispatch_rate")
    return str(row["basis"]) if row else HEADLINE_BASIS


def projected(page: Page) -> dict[str, Any] | None:
    """Late dispatch with the overdue orders; None where the judged rate counts them already."""
    if judged_basis(page) != HEADLINE_BASIS:
        return None
    return page.day.rate("late_dispatch_rate", "projected")


def outlook(page: Page) -> list[str]:
    """What will hurt next, in up to three sentences."""
    day = page.day
    if not day.has_lists:
        return [lists_elsewhere(page)]
    overdue = day.buckets["overdue"]["orders"]
    place = next((r for r in day.overdue_by_warehouse if r["warehouse"]), None)
    now, then = day.rate("late_dispatch_rate"), projected(page)
    first = overdue_sentence(
        overdue,
        day.as_of_on,
        place["warehouse"] if place else None,
        place["orders"] if place else 0,
    )
    if now and then:
        more = projected_sentence(
            overdue, now["value"], then["value"], now["target"], now["enforcement"]
        )
        first = f"{first} {more}".strip()
    return [first, next_due_sentence(page), later_sentence(page)]


def lists_elsewhere(page: Page) -> str:
    """Why a past day's report has no order lists, and how to get them."""
    return (
        "Order lists are kept for the newest day only. For this day's: "
        f"`greenzone snapshot --date {page.day.as_of_on.isoformat()} --out FILE`."
    )


def next_due_sentence(page: Page) -> str:
    """The orders due on the day after this report's day."""
    bucket = page.day.buckets["due_tomorrow"]
    tomorrow = format_date(page.day.as_of_on + timedelta(days=1))
    if not bucket["orders"]:
        return f"Nothing is due {tomorrow}."
    return due_sentence(bucket["orders"], bucket["first_due_at"], page.zone)


def later_sentence(page: Page) -> str:
    """The orders due after that, and those without a deadline."""
    bucket = page.day.buckets["due_later"]
    dated, undated = bucket["dated"], bucket["orders"] - bucket["dated"]
    parts = []
    if dated:
        verb = "is" if dated == 1 else "are"
        first = format_moment(bucket["first_due_at"], page.zone)
        parts.append(f"{plural(dated, 'order')} {verb} due after that, the first by {first}.")
    if undated:
        verb = "has" if undated == 1 else "have"
        parts.append(f"{plural(undated, 'order')} {verb} no known deadline.")
    return " ".join(parts) or "Nothing is due after that."


def tasks(page: Page) -> list[Task]:
    """What to do today: at most five, the most urgent first."""
    found: list[Task] = []
    day = page.day
    if day.last_day_on is None:
        found.append(
            Task("Add `seller_center/orders`", "so that there is something to judge", "#trust", "")
        )
    elif day.headline and day.has_lists:
        found += _shipping_tasks(page)
        found += _tracking_tasks(page)
    failed = [gate for gate in page.context.gates_of(day.shop.shop_id) if not gate["passed"]]
    if failed:
        found.append(
            Task(f"Look into {plural(len(failed), 'failed data check')}", "", "#trust", "")
        )
    if day.refused_files:
        found.append(
            Task(
                f"Replace {plural(day.refused_files, 'refused file')}",
                "",
                "#trust",
                page.download("row_accounting.csv", "").href,
            )
        )
    given = {row["feed"] for row in day.freshness if row["rows"]}
    missing = [row["mend_feed"] for row in day.not_judged if row["mend_feed"]]
    found += [
        Task(f"Add `{feed}`", "so that more can be judged", "#trust", "")
        for feed in sorted(set(missing) - given)
    ]
    return found[:5]


def _shipping_tasks(page: Page) -> list[Task]:
    buckets = page.day.buckets
    found = []
    if buckets["overdue"]["orders"]:
        count_text = plural(buckets["overdue"]["orders"], "overdue order")
        href = page.download("overdue.csv", "").href
        found.append(Task(f"Ship {count_text}", "oldest first", "#ship-first", href))
    for name, file in (("due_tomorrow", "due_tomorrow.csv"), ("due_later", "due_later.csv")):
        bucket = buckets[name]
        if bucket["dated"]:
            by = f"by {format_moment(bucket['first_due_at'], page.zone)}"
            verb = "Ship" if name == "due_tomorrow" else "Prepare"
            orders = plural(bucket["dated"], "order")
            by = by if name == "due_tomorrow" else f"the first {by}"
            found.append(Task(f"{verb} {orders}", by, "#ship-first", page.download(file, "").href))
    return found


def _tracking_tasks(page: Page) -> list[Task]:
    packages = {row["tracking_defect"]: row["packages"] for row in page.day.tracking_defects}
    scans = packages.pop("no_scan", 0)
    wrong = sum(packages.values())
    href = page.download("tracking_defects.csv", "").href
    found = []
    if wrong:
        found.append(Task(f"Correct {plural(wrong, 'tracking number')}", "", "#tracking", href))
    if scans:
        found.append(
            Task(f"Ask carriers for {plural(scans, 'missing scan')}", "", "#tracking", href)
        )
    return found


def basis_cells(row: dict[str, Any]) -> list[Cell]:
    """Status, defects or successes, total and rate of one ``kpi_daily`` row."""
    return [
        status(row["status"]),
        count(row["numerator"]),
        count(row["denominator"]),
        rate(row["value"], row["target"], row["enforcement"]),
        headroom(row),
    ]
