"""The seven indicators, what changed in a week, and what the evidence points to."""

from __future__ import annotations

from typing import Any

from flows.report.formats import MISSING, format_points
from flows.report.model import Cell, Column, Page, Row, Section, Table, rate, words
from flows.report.rule_words import INDICATOR_WORDS, words_of
from flows.report.sections.details import outcome_folds
from flows.report.sentences.indicators import (
    diagnosis_sentence,
    evidence_words,
    indicators_sentence,
    tickets_sentence,
)


def indicators(page: Page) -> Section | None:
    """Which indicators got worse? None where the warehouse is older than the question."""
    rules = page.day.rules
    rows = rules.indicators
    if not rows:
        return None
    section = Section("indicators", "Which of the seven indicators got worse?", "Indicators")
    section.answers.append(indicators_sentence(rows))
    section.answers += [
        diagnosis_sentence(row, has_tickets=rules.has_tickets) for row in rules.diagnoses
    ]
    known = {row["tickets_through_on"] for row in rows} - {None}
    section.notes += filter(None, [tickets_sentence(max(known, default=None), page.day.as_of_on)])
    section.tables.append(_table(rows))
    section.folds += outcome_folds(page)
    section.downloads = [page.download("indicators.csv", "The seven indicators (CSV)")]
    return section


def _table(rows: list[dict[str, Any]]) -> Table:
    return Table(
        "The seven indicators over 7 days, and over the 7 before.",
        [
            Column("Indicator"),
            Column("Value", True),
            Column("Count", True),
            Column("7 days before", True),
            Column("Change", True),
            Column("Evidence"),
        ],
        [_row(row) for row in rows],
    )


def _row(row: dict[str, Any]) -> Row:
    is_share = row["unit"] == "share"
    tally = MISSING
    if row["value"] is not None:
        tally = f"{row['numerator']:,} of {row['denominator']:,}"
    return Row(
        [
            Cell(words_of(INDICATOR_WORDS, row["indicator"])),
            _value(row["value"], is_share),
            Cell(tally, sort=str(row["numerator"] or 0)),
            _value(row["previous_value"], is_share),
            _change(row, is_share),
            _evidence(row),
        ]
    )


def _value(value: float | None, is_share: bool) -> Cell:
    if value is None or is_share:
        return rate(value)
    return Cell(f"{value:,.1f} per 100", sort=f"{value:.6g}")


def _change(row: dict[str, Any], is_share: bool) -> Cell:
    change = row["change"]
    if change is None:
        return Cell(MISSING)
    size = format_points(change) if is_share else f"{abs(change):,.1f} per 100"
    if size.startswith("0.0 "):
        return Cell("±0.0", sort=f"{change:.6g}")
    worse = ", worse" if row["is_worse"] else ""
    return Cell(f"{'+' if change > 0 else '−'}{size}{worse}", sort=f"{change:.6g}")


def _evidence(row: dict[str, Any]) -> Cell:
    if row["value"] is None and row["mend_feed"]:
        return Cell(f"Needs {row['mend_feed']}.")
    return words(evidence_words(row["top_dimension"], row["top_reason"], row["top_count"]))
