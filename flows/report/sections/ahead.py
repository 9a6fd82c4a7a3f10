"""How long until a line breaks, and what has to leave so that none does."""

from __future__ import annotations

from datetime import date
from typing import Any

from flows.report.formats import MISSING, format_date, format_line, format_points
from flows.report.model import Cell, Column, Page, Row, Section, Table, count, rate, status
from flows.report.sections.details import schedule_fold
from flows.report.sentences.ahead import (
    capacity_sentence,
    compound_sentence,
    open_breach_sentence,
    recover_sentence,
    slope_sentence,
    small_volume_sentence,
)
from flows.report.vocabulary import METRICS, STATUSES

_BAD = ("breach", "enforcement")


def ahead(page: Page) -> Section | None:
    """How long until a line breaks? None where the warehouse cannot say."""
    rules = page.day.rules
    if not rules.outlook and not rules.capacity:
        return None
    section = Section("ahead", "How long until a line breaks?", "Ahead")
    rates = rate_sentences(page)
    section.answers.append(rates[0] if rates else "No rate is on its way to its line.")
    section.answers += [*rates[1:], *filter(None, [capacity_sentence(rules.capacity)])]
    section.notes += [
        small_volume_sentence(row["metric"]) for row in rules.outlook if row["is_small_volume"]
    ]
    if rules.outlook:
        section.tables.append(_rates(page))
        label = "Outlook, every rate and window (CSV)"
        section.downloads.append(page.download("outlook.csv", label))
    if rules.capacity:
        section.tables.append(_capacity(rules.capacity))
    section.folds += schedule_fold(page)
    return section


def rate_sentences(page: Page) -> list[str]:
    """One sentence for each rate that is past its line or on its way to it, the worst first."""
    found: list[tuple[int, int, str]] = []
    for place, row in enumerate(page.day.rules.outlook):
        judged = page.day.rate(row["metric"])
        if judged is None or row["is_small_volume"]:
            continue
        said = _rate_sentence(row, judged["target"], page.day.as_of_on)
        if said:
            found.append((STATUSES[row["status"]].severity, place, said))
    return [said for _, _, said in sorted(found)]


def _rate_sentence(row: dict[str, Any], target: float, as_of_on: date) -> str:
    if row["status"] in _BAD:
        return recover_sentence(row["metric"], target, row["needed_to_recover"])
    return open_breach_sentence(
        target, row["breach_on_open_orders_on"], as_of_on
    ) or slope_sentence(row["metric"], target, row["days_to_breach"], row["slope_points_per_day"])


def compound_words(page: Page) -> str:
    """Which rates get worse at once; empty where fewer than two do."""
    row = page.day.rules.compound
    if row is None or not row["is_compound_risk"]:
        return ""
    return compound_sentence([name.strip() for name in (row["metrics"] or "").split(",")])


def _rates(page: Page) -> Table:
    rows = []
    for row in page.day.rules.outlook:
        judged = page.day.rate(row["metric"])
        days = None if row["status"] in _BAD else row["days_to_breach"]
        rows.append(
            Row(
                [
                    Cell(METRICS[row["metric"]].label),
                    status(row["status"]),
                    rate(row["value"], judged["target"] if judged else None),
                    _change(row["slope_points_per_day"]),
                    Cell(MISSING if days is None else f"{days:,.1f}", sort=str(days or "")),
                    _day(row["breach_on_open_orders_on"]),
                    count(row["needed_to_recover"] or None),
                ]
            )
        )
    return Table(
        "The judged rates, the soonest to break first.",
        [
            Column("Rate"),
            Column("Status"),
            Column("Value", True),
            Column("Change a day", True),
            Column("Days to its line", True),
            Column("On open orders"),
            Column("Needed to return", True),
        ],
        rows,
    )


def _change(slope: float | None) -> Cell:
    if slope is None:
        return Cell(MISSING)
    points = format_points(slope / 100)
    if points.startswith("0.0 "):
        return Cell("±0.0", sort=f"{slope:.6g}")
    return Cell(f"{'+' if slope > 0 else '−'}{points.split()[0]}", sort=f"{slope:.6g}")


def _day(day: Any) -> Cell:
    return Cell(MISSING) if day is None else Cell(format_date(day), sort=day.isoformat())


def _left(orders: int | None) -> Cell:
    if orders is None:
        return Cell(MISSING)
    return Cell(f"{orders:,} left" if orders >= 0 else f"{-orders:,} over", sort=str(orders))


def _capacity(lines: list[dict[str, Any]]) -> Table:
    rows = [
        Row(
            [
                Cell(format_line(line["rate_line"]), sort=f"{line['rate_line']:.6g}"),
                _left(line["allowed_late_left"]),
                count(line["orders_to_dispatch"]),
                _day(line["due_on"]),
                count(line["needed_per_day"]),
                count(line["demonstrated_peak"]),
                count(line["stated_capacity"]),
                Cell("Yes" if line["is_feasible"] else "No"),
            ]
        )
        for line in lines
    ]
    return Table(
        "What must leave to stay within each line of late dispatch.",
        [
            Column("Line"),
            Column("May be late", True),
            Column("Must leave", True),
            Column("Until"),
            Column("A day", True),
            Column("Best day", True),
            Column("Stated capacity", True),
            Column("Feasible"),
        ],
        rows,
    )
