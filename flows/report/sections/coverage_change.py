"""How the coverage of now stands against the one of four weeks ago."""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.report.charts.slope import Slope, slope
from flows.report.formats import format_date, format_points, format_rate
from flows.report.model import Page, Section
from flows.report.sections.coverage import ACTIVE, ALL

_STATES = 5


def with_change(page: Page, section: Section) -> Section:
    """The section of coverage with its slope since four weeks ago, where that day is held."""
    marts = page.day.of.weekly
    frame = page.day.coverage
    rows = frame.filter(pl.col("origin_set") == ACTIVE).to_dicts() if frame.height else []
    now = {row["ship_to_state"]: row for row in rows}
    before = {row["ship_to_state"]: row for row in marts.earlier_coverage}
    day = format_date(marts.slope_from_on, weekday=False)
    if _share(now.get(ALL)) is None:
        return section
    if _share(before.get(ALL)) is None:
        section.notes.append(
            f"The coverage of {day} is not held, so there is no change to show: rebuild that day "
            f"with `greenzone daily --date {marts.slope_from_on.isoformat()}`."
        )
        return section
    section.answers.insert(1, _words(now[ALL], before[ALL], day))
    lines = [
        Slope(
            "all states" if state == ALL else state,
            before[state]["share_within_2_days"],
            now[state]["share_within_2_days"],
            state == ALL,
        )
        for state in (ALL, *_moved(now, before))
    ]
    section.figures.append(
        slope(
            page.ids,
            "Share of orders within two days, four weeks ago and now",
            (day, format_date(page.day.as_of_on, weekday=False)),
            lines,
            "All states, and those that moved it most, over the 30 days to each day.",
        ),
    )
    return section


def _moved(now: dict[str, dict[str, Any]], before: dict[str, dict[str, Any]]) -> list[str]:
    """The states whose own share moved most orders, of those whose share moved at all."""

    def moved(state: str) -> float:
        change = now[state]["share_within_2_days"] - before[state]["share_within_2_days"]
        return float(abs(change) * now[state]["orders"])

    both = [
        state
        for state, row in now.items()
        if state != ALL and _share(row) is not None and _share(before.get(state)) is not None
    ]
    found = sorted((state for state in both if moved(state)), key=lambda s: (-moved(s), s))
    return found[:_STATES]


def _share(row: dict[str, Any] | None) -> float | None:
    return None if row is None else row["share_within_2_days"]


def _words(now: dict[str, Any], before: dict[str, Any], day: str) -> str:
    shares = [row["share_within_2_days"] for row in (before, now)]
    change = shares[1] - shares[0]
    if format_points(change).startswith("0.0 "):
        return f"That is what it was on {day}."
    verb = "rose" if change > 0 else "fell"
    return f"It {verb} {format_points(change)} since {day} ({format_rate(shares[0])})."
