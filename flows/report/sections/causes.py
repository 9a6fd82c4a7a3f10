"""Why was it late? Causes, the worst segments, and what can be appealed."""

from __future__ import annotations

from typing import Any

from flows.report.charts.rows import Bar, bars
from flows.report.formats import format_rate, plural
from flows.report.marts.rules import LEAST_SEGMENT, SHOWN
from flows.report.model import Cell, Column, Page, Row, Section, Table, count, rate, words
from flows.report.rule_words import CAUSE_WORDS, DIMENSION_WORDS, words_of
from flows.report.sections.details import stage_fold
from flows.report.sections.rates import lists_elsewhere
from flows.report.sentences.causes import appeal_sentence, cause_sentence, segment_sentence

FEED = "third_party_logistics/shipments"


def causes(page: Page) -> Section | None:
    """Why was it late? None where the warehouse is older than the question."""
    rules = page.day.rules
    if not rules.has("late_dispatch_segments"):
        return None
    section = Section("causes", "Why was it late?", "Causes")
    if not page.day.has_lists:
        section.answers.append(lists_elsewhere(page))
        return section
    found = [(row["primary_cause"], row["late_orders"]) for row in rules.causes]
    section.answers.append(cause_sentence(found))
    if not found:
        return section
    if all(cause == "unknown" for cause, _ in found):
        section.notes += page.not_judged(FEED)[:1]
    if rules.segments:
        worst = rules.segments[0]
        section.answers.append(
            segment_sentence(
                words_of(DIMENSION_WORDS, worst["dimension"]).lower().replace("sku", "SKU"),
                worst["segment"] or "(none)",
                worst["value"],
                worst["late_orders"],
                worst["orders"],
            )
        )
    total = sum(orders for _, orders in found)
    section.figures.append(
        bars(
            page.ids,
            "Late orders by cause, due in the last 30 days",
            [
                Bar(
                    words_of(CAUSE_WORDS, cause),
                    orders,
                    f"{orders:,}, {format_rate(orders / total)}",
                )
                for cause, orders in found
            ],
            "Each late order is counted once, under the stage that cost it most extra time.",
        )
    )
    section.tables.append(_causes(found, total))
    section.folds += stage_fold(page)
    if rules.segments:
        section.tables.append(_segments(rules.segments))
    section.downloads = [
        page.download("late_causes.csv", "Late orders with their timeline (CSV)"),
        page.download("late_segments.csv", "Every segment (CSV)"),
    ]
    if rules.appeals:
        section.answers.append(appeal_sentence(rules.appeals))
        section.downloads.append(
            page.download("appeal_pack.csv", f"Appeal pack, {rules.appeals:,} (CSV)")
        )
    return section


def _causes(found: list[tuple[str, int]], total: int) -> Table:
    rows = [
        Row([Cell(words_of(CAUSE_WORDS, cause)), count(orders), rate(orders / total)])
        for cause, orders in found
    ]
    return Table(
        f"{plural(total, 'late order')} due in the last 30 days by primary cause, most first.",
        [Column("Cause"), Column("Orders", True), Column("Share", True)],
        rows,
    )


def _segments(segments: list[dict[str, Any]]) -> Table:
    rows = [
        Row(
            [
                words(row["segment"] or "(none)"),
                Cell(words_of(DIMENSION_WORDS, row["dimension"])),
                count(row["late_orders"]),
                count(row["orders"]),
                rate(row["value"]),
                Cell(words_of(CAUSE_WORDS, row["main_cause"])),
            ]
        )
        for row in segments[:SHOWN]
    ]
    return Table(
        f"{plural(len(rows), 'segment')} with more late orders than the shop's rate would give, "
        f"the most above it first; at least {LEAST_SEGMENT} orders each.",
        [
            Column("Segment"),
            Column("Of"),
            Column("Late", True),
            Column("Orders", True),
            Column("Rate", True),
            Column("Main cause"),
        ],
        rows,
    )
