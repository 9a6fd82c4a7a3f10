"""The seven indicators, what changed in a week, and what the evidence points to."""

from __future__ import annotations

from typing import Any

from flows.report.formats import MISSING, format_points
from flows.report.indicator_sentences import diagnosis_sentence, indicators_sentence
from flows.report.model import Cell, Column, Page, Row, Section, Table, rate, words
from flows.report.rule_words import INDICATOR_FEEDS, INDICATOR_WORDS, words_of


def indicators(page: Page) -> Section | None:
    """Which indicators got worse? None where the warehouse is older than the question."""
    rows = page.day.rules.indicators
    if not rows:
        return None
    section = Section("indicators", "Which of the seven indicators got worse?", "Indicators")
    section.answers.append(indicators_sentence(rows))
    section.answers += [diagnosis_sentence(row) for row in page.day.rules.diagnoses]
    section.tables.append(_table(rows))
    section.downloads = [page.download("indicators.csv", "The seven indicators (CSV)")]
    return section


def _table(rows: list[dict[str, Any]]) -> Table:
    return Table(
        "The seven indicators today and 7 days before.",
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
    tally = MISSING if row["value"] is None else f"{row['numerator']:,} of {row['denominator']:,}"
    return Row(
        [
            Cell(words_of(INDICATOR_WORDS, row["indicator"])),
            rate(row["value"]),
            Cell(tally, sort=str(row["numerator"] or 0)),
            rate(row["previous_value"]),
            _change(row),
            _evidence(row),
        ]
    )


def _change(row: dict[str, Any]) -> Cell:
    change = row["change"]
    if change is None:
        return Cell(MISSING)
    points = format_points(change)
    if points.startswith("0.0 "):
        return Cell("±0.0", sort=f"{change:.6g}")
    worse = ", worse" if row["is_worse"] else ""
    return Cell(f"{'+' if change > 0 else '−'}{points}{worse}", sort=f"{change:.6g}")


def _evidence(row: dict[str, Any]) -> Cell:
    if row["value"] is None and row["indicator"] in INDICATOR_FEEDS:
        return Cell(f"Needs {INDICATOR_FEEDS[row['indicator']]}.")
    return words(row["evidence"])
