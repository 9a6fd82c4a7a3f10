"""Numbers that changed after they were published, and the state of the rules behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from flows.report.formats import MISSING, format_date, format_rate
from flows.report.index.model import made_words
from flows.report.marts.rules import SHOWN
from flows.report.model import Cell, Column, Download, Page, Row, Table, list_caption, words
from flows.report.policy import VERIFIED_DAYS, unverified
from flows.report.rule_words import CHANGE_WORDS, words_of
from flows.report.sentences.trust import (
    edition_sentence,
    older_sentence,
    restated_day_sentence,
    restated_sentence,
    unverified_sentence,
)
from flows.report.vocabulary import METRICS


def restated(page: Page) -> pl.DataFrame:
    """Judged numbers that were published as complete and changed since, the newest first."""
    frame = _changed(page)
    return frame if frame.is_empty() else frame.filter(pl.col("was_complete"))


def _changed(page: Page) -> pl.DataFrame:
    """Judged numbers that changed after they were published, complete or not, the newest first."""
    frame = page.day.rules.restatements
    if frame.is_empty():
        return frame
    judged = pl.DataFrame(
        [(r["metric"], r["basis"], r["window_name"]) for r in page.day.headline],
        schema=["metric", "basis", "window_name"],
        orient="row",
    )
    return frame.join(judged, on=["metric", "basis", "window_name"], maintain_order="left")


def restated_words(page: Page) -> str:
    """How many judged numbers changed after publication; empty in an older warehouse."""
    if not page.day.rules.has("kpi_restatements") or not page.day.headline:
        return ""
    frame = restated(page)
    if frame.is_empty():
        return restated_sentence(0, 0, None)
    days = frame["as_of_on"]
    newest: date = max(days.to_list())
    return restated_sentence(frame.height, days.n_unique(), newest)


def edition_words(page: Page) -> str:
    """Why this report was written anew, and when before; empty for its first edition."""
    if not page.context.earlier:
        return ""
    made = [made_words(run) for run in page.context.earlier]
    return edition_sentence(*_of_this_report(page), made)


def restated_note(page: Page) -> str:
    """Says at the top of a restated report that its numbers are not those of its first edition."""
    numbers, causes = _of_this_report(page)
    return restated_day_sentence(numbers, causes) if numbers else ""


def editions_link(page: Page) -> list[Download]:
    """The place in the index of all reports that links the earlier editions of this one.

    The index and not the editions: what people keep of those changes, and the page does not.
    """
    context = page.context
    if not context.earlier or not context.index:
        return []
    anchor = context.report.partition("/")[2]
    return [Download(f"{context.index}#{anchor}", "Earlier editions of this report")]


def _of_this_report(page: Page) -> tuple[int, list[str]]:
    """How many rates of the report's day changed since its oldest edition, and why."""
    frame = _changed(page)
    earlier = page.context.earlier
    if frame.is_empty() or not earlier:
        return 0, []
    mine = frame.filter(
        (pl.col("as_of_on") == page.day.as_of_on) & (pl.col("run_id") > min(earlier))
    )
    causes = mine["cause"].unique().sort().to_list()
    return mine["metric"].n_unique(), [words_of(CHANGE_WORDS, cause).lower() for cause in causes]


def rule_words(page: Page) -> list[str]:
    """What an older release lacks, and the rules that nobody has verified of late."""
    day = page.day
    if not day.headline:
        return []
    version = str(day.headline[0]["policy_version"])
    old = unverified(version, day.as_of_on)
    return [
        older_sentence(day.rules.missing),
        unverified_sentence(version, old.rows, VERIFIED_DAYS, old.oldest_on),
    ]


def restated_table(page: Page) -> list[Table]:
    """The numbers that changed: what each was, what it is, why, and which files did it."""
    frame = restated(page)
    if frame.is_empty():
        return []
    rows = [
        Row(
            [
                Cell(format_date(row["as_of_on"]), sort=row["as_of_on"].isoformat()),
                Cell(METRICS[row["metric"]].label),
                _was(row, "was"),
                _was(row, "is"),
                Cell(words_of(CHANGE_WORDS, row["cause"])),
                words(row["files"]),
            ]
        )
        for row in frame.head(SHOWN).iter_rows(named=True)
    ]
    return [
        Table(
            list_caption(
                "judged number that changed",
                len(rows),
                frame.height,
                "the last change first",
                "judged numbers that changed",
            ),
            [
                Column("Day"),
                Column("Rate"),
                Column("Was", True),
                Column("Is", True),
                Column("Why"),
                Column("Files"),
            ],
            rows,
        )
    ]


def _was(row: dict[str, Any], which: str) -> Cell:
    value, top, total = (row[f"{which}_{part}"] for part in ("value", "numerator", "denominator"))
    if value is None:
        return Cell(MISSING)
    return Cell(f"{format_rate(value)} ({top:,} of {total:,})", sort=f"{value:.6g}")
