"""The page of a what-if: what the platform would have judged differently under other rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from flows.report.context import ReportContext
from flows.report.formats import MISSING, format_date, format_rate, plural
from flows.report.model import Cell, Column, Row, Section, Table, status, words
from flows.report.render import html
from flows.report.sentences.rates import capital
from flows.report.vocabulary import METRICS

NumberRow = Mapping[str, Any]

_STATES = {
    "ok": "on target",
    "approaching": "close to its target",
    "breach": "in breach",
    "enforcement": "past the enforcement line",
    "insufficient_volume": "too few to judge",
    "no_data": "without a value",
}
_LISTED = 4


@dataclass(frozen=True)
class RuleChange:
    """One rule that differs from the version that was in force, values as people read them."""

    rule: str
    in_force: str
    what_if: str


def render_what_if(
    version: str,
    days: Sequence[date],
    comparison: pl.DataFrame,
    changes: Mapping[str, Sequence[RuleChange]],
    context: ReportContext,
) -> bytes:
    """The page as bytes.

    comparison: `flows.warehouse.what_if.compare` of the days. changes: by version that was in force
    in the range, how the what-if's version differs from it. Shown are the rows by which the
    platform judges, at the end of each week and of the range; `comparison.csv` holds all.
    """
    ends = [day for day in days if day.isoweekday() == 7 or day == days[-1]]
    order = {metric: place for place, metric in enumerate(METRICS)}
    rows = sorted(
        comparison.filter(pl.col("is_evaluated") & pl.col("as_of_on").is_in(ends)).to_dicts(),
        key=lambda row: (row["shop_id"], row["as_of_on"], order[row["metric"]]),
    )
    shops = sorted(shop.shop_id for shop in context.shops)
    sections = [
        _shop(shop, place, [row for row in rows if row["shop_id"] == shop])
        for place, shop in enumerate(shops, 1)
    ]
    sections.append(_rules(version, changes))
    first, last = (format_date(day, year=True, weekday=False) for day in (days[0], days[-1]))
    return html(
        "what_if.html.j2",
        title=_verdict(version, rows),
        eyebrow=["What-if", f"policy {version}", first if first == last else f"{first} to {last}"],
        context=context,
        sections=sections,
    )


def _verdict(version: str, rows: Sequence[NumberRow]) -> str:
    known = [row for row in rows if row["is_changed"] is not None]
    if not known:
        return f"Nothing is published to compare {version} with."
    other = sum(_is_judged_differently(row) for row in known)
    if other:
        return f"Under {version}, {other} of {len(known)} judgements would have been different."
    counts = sum(bool(row["is_changed"]) for row in known)
    if counts:
        return f"Under {version}, no judgement would have been different, {counts} counts would."
    return f"Under {version}, no rate would have changed."


def _is_judged_differently(row: NumberRow) -> bool:
    return row["is_changed"] is not None and row["published_status"] != row["what_if_status"]


def _shop(shop: str, place: int, rows: Sequence[NumberRow]) -> Section:
    section = Section(f"shop-{place}", f"What would have changed for {shop}?")
    same: list[str] = []
    for metric in METRICS:
        mine = [row for row in rows if row["metric"] == metric and row["is_changed"] is not None]
        if any(row["is_changed"] for row in mine):
            section.answers.append(_rate_sentence(metric, mine))
        elif mine:
            same.append(METRICS[metric].lower)
    if same:
        section.answers.append(f"The same: {', '.join(same)}.")
    if unknown := sum(row["is_changed"] is None for row in rows):
        section.notes.append(
            f"{plural(unknown, 'number')} of these days {'was' if unknown == 1 else 'were'} never "
            "published: there is nothing to compare with."
        )
    if rows:
        section.tables.append(_table(rows))
    else:
        section.answers.append("No order of these days is known.")
    return section


def _rate_sentence(metric: str, rows: Sequence[NumberRow]) -> str:
    """How a rate would have differed: the weeks of another status, else the newest other number."""
    label = METRICS[metric].label
    other = [row for row in rows if _is_judged_differently(row)]
    changed = [row for row in rows if row["is_changed"]]
    if other:
        parts = [
            f"{_state(row, 'what_if')} instead of {_state(row, 'published')} in the week to "
            f"{_day(row)}"
            for row in other[: -_LISTED - 1 : -1]
        ]
        more = len(other) - len(parts)
        listed = "; ".join(parts) + (f"; and {plural(more, 'earlier week')}" if more else "")
        return f"{label} would have been {listed}."
    newest = changed[-1]
    return (
        f"{label} would have had the same status and other counts in {len(changed)} of "
        f"{plural(len(rows), 'week')}: {_number(newest, 'what_if')} instead of "
        f"{_number(newest, 'published')} in the week to {_day(newest)}."
    )


def _state(row: NumberRow, side: str) -> str:
    """`in breach at 4.5% (11 of 245)`, `too few to judge (0 of 8)`."""
    name = row[f"{side}_status"]
    if name == "no_data":
        return _STATES[name]
    if name == "insufficient_volume":
        return f"{_STATES[name]} ({_counts(row, side)})"
    return f"{_STATES[name]} at {_number(row, side)}"


def _table(rows: Sequence[NumberRow]) -> Table:
    newest_first = sorted(rows, key=lambda row: row["as_of_on"], reverse=True)
    return Table(
        f"{plural(len(rows), 'judgement')}, newest week first.",
        [
            Column("Week to"),
            Column("Rate"),
            Column("Published"),
            Column("Number", is_number=True),
            Column("What-if"),
            Column("Number", is_number=True),
        ],
        [
            Row(
                [
                    Cell(_day(row), sort=row["as_of_on"].isoformat()),
                    words(METRICS[row["metric"]].label),
                    *_side(row, "published"),
                    *_side(row, "what_if"),
                ]
            )
            for row in newest_first
        ],
    )


def _side(row: NumberRow, side: str) -> list[Cell]:
    state = row[f"{side}_status"]
    if state is None:
        return [Cell("Not published"), Cell(MISSING)]
    value = row[f"{side}_value"]
    return [status(state), Cell(_number(row, side), sort="" if value is None else f"{value:.6g}")]


def _number(row: NumberRow, side: str) -> str:
    """`4.5% (11 of 245)`."""
    lines = (row[f"{side}_target"], row[f"{side}_enforcement"])
    return f"{format_rate(row[f'{side}_value'], lines)} ({_counts(row, side)})"


def _counts(row: NumberRow, side: str) -> str:
    return f"{row[f'{side}_numerator']:,} of {row[f'{side}_denominator']:,}"


def _day(row: NumberRow) -> str:
    return format_date(row["as_of_on"])


def _rules(version: str, changes: Mapping[str, Sequence[RuleChange]]) -> Section:
    section = Section("rules", "Which rules differ?")
    section.answers.append(
        f"Every order and every day was judged by `{version}`, whatever was in force."
    )
    for before, found in changes.items():
        if found:
            section.tables.append(
                Table(
                    f"{plural(len(found), 'rule')} in which {version} differs from {before}.",
                    [Column("Rule"), Column(before), Column(version)],
                    [
                        Row(
                            [
                                words(capital(change.rule)),
                                words(change.in_force),
                                words(change.what_if),
                            ]
                        )
                        for change in found
                    ],
                )
            )
        elif before != version:
            section.notes.append(f"`{version}` and `{before}` have the same rules.")
    return section
