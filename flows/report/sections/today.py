"""The first screen's two boxes: what will hurt next, and what to do today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flows.report.formats import format_date, format_moment, plural
from flows.report.model import Page
from flows.report.sections.ahead import compound_words, rate_sentences
from flows.report.sections.health import health_words
from flows.report.sections.rates import lists_elsewhere, projected
from flows.report.sections.stock import short_content
from flows.report.sentences.ahead import capacity_sentence
from flows.report.sentences.rates import due_sentence, overdue_sentence, projected_sentence

_TASKS = 5


@dataclass(frozen=True)
class Task:
    """One thing to do: verb and count, deadline, and where its list is."""

    act: str
    deadline: str
    href: str
    csv: str


def outlook(page: Page) -> list[str]:
    """What will hurt next, in up to five short paragraphs, the nearest trouble first."""
    day = page.day
    if day.has_lists:
        first = [
            _overdue_words(page),
            f"{next_due_sentence(page)} {later_sentence(page)}",
            capacity_sentence(day.rules.capacity),
        ]
    else:
        first = [lists_elsewhere(page)]
    # One rate on its way to its line is enough here; the section below has all of them.
    rates = rate_sentences(page)[:1]
    risks = " ".join(filter(None, [health_words(page), compound_words(page)]))
    return [said for said in (*first, *rates, risks) if said]


def _overdue_words(page: Page) -> str:
    day = page.day
    overdue = day.buckets["overdue"]["orders"]
    place = next((r for r in day.overdue_by_warehouse if r["warehouse"]), None)
    now, then = day.rate("late_dispatch_rate"), projected(page)
    first = overdue_sentence(
        overdue,
        day.as_of_on,
        place["warehouse"] if place else None,
        place["orders"] if place else 0,
    )
    if now is None or then is None:
        return first
    more = projected_sentence(
        overdue, now["value"], then["value"], now["target"], now["enforcement"]
    )
    return f"{first} {more}".strip()


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
        found += _order_tasks(page)
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
    return found[:_TASKS]


def _order_tasks(page: Page) -> list[Task]:
    """What can be done about orders and packages, the nearest to a penalty first."""
    buckets, rules = page.day.buckets, page.day.rules
    packages = {row["tracking_defect"]: row["packages"] for row in page.day.tracking_defects}
    scans = packages.pop("no_scan", 0)
    # A number that came too late is right: there is nothing to correct any more.
    wrong = sum(packages.values()) - packages.get("late_upload", 0)
    overdue, later = buckets["overdue"]["orders"], buckets["due_later"]
    unscanned, appeals = rules.prepared_unscanned.height, rules.appeals
    tomorrow = buckets["due_tomorrow"]
    returns = page.day.of.returns.tally or {"past_due": 0, "near_due": 0}
    asked = (
        (overdue, "Ship {}", "overdue order", "oldest first", "ship-first", "overdue"),
        (tomorrow["dated"], "Ship {}", "order", _by(page, tomorrow), "ship-first", "due_tomorrow"),
        (
            unscanned,
            "Get {} scanned",
            "prepared parcel",
            "at the next pickup",
            "ship-first",
            "prepared_unscanned",
        ),
        (
            returns["past_due"] + returns["near_due"],
            "Answer or refund {}",
            "return",
            "the earliest deadline first",
            "returns-due",
            "returns_due",
        ),
        (wrong, "Correct {}", "tracking number", "", "tracking", "tracking_defects"),
        (
            len(short_content(page)),
            "Restock {}",
            "SKU",
            "before the content goes live",
            "stock",
            "content_stock",
        ),
        (
            appeals,
            "Appeal {}",
            "late order",
            "within 30 days of the violation",
            "causes",
            "appeal_pack",
        ),
        (
            later["dated"],
            "Prepare {}",
            "order",
            f"the first {_by(page, later)}",
            "ship-first",
            "due_later",
        ),
        (
            page.day.of.settlement.states.get("missing", 0),
            "Claim the payout of {}",
            "order",
            "",
            "settlement",
            "settlement_missing",
        ),
        (scans, "Ask carriers for {}", "missing scan", "", "tracking", "tracking_defects"),
    )
    return [
        Task(
            act.format(plural(count, noun)),
            deadline,
            f"#{section}",
            page.download(f"{name}.csv", "").href,
        )
        for count, act, noun, deadline, section, name in asked
        if count
    ]


def _by(page: Page, bucket: dict[str, Any]) -> str:
    return f"by {format_moment(bucket['first_due_at'], page.zone)}"
