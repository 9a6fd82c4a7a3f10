"""Details of the rule book's sections, folded until somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.report.formats import MISSING
from flows.report.marts.rules import FOLDED
from flows.report.model import (
    Cell,
    Field,
    Fold,
    Page,
    count,
    day_cell,
    list_caption,
    number,
    rate,
    table_of,
    words,
)
from flows.report.return_words import ERROR_WORDS, STAGE_WORDS
from flows.report.rule_words import words_of
from flows.report.sentences.details import outcome_sentence, scan_sentence, volume_sentence

_OUTCOMES = {
    "late_orders": "Orders past their deadline",
    "incorrect_tracking": "Tracking that is no good",
    "refund_demands": "Refunds asked for",
    "account_points": "Points lost",
}


def _plain(name: str | None) -> Cell:
    return Cell(words_of({}, name) if name else MISSING)


def volume_fold(page: Page) -> list[Fold]:
    """Does dispatch keep up with the orders? Of the section on dispatch."""
    rows = page.day.of.details.volume
    if not rows:
        return []
    table = table_of(
        "Orders that the seller ships, by day, the newest first.",
        [
            Field("Day", lambda r: day_cell(r["day_on"])),
            Field("Made", lambda r: count(r["orders_created"]), is_number=True),
            Field("Due", lambda r: count(r["orders_due"]), is_number=True),
            Field("Dispatched", lambda r: count(r["orders_dispatched"]), is_number=True),
            Field("Late of those made", lambda r: rate(r["value"]), is_number=True),
            Field("Past capacity", lambda r: count(r["late_at_capacity"]), is_number=True),
        ],
        rows,
    )
    said = volume_sentence(rows[0])
    return [Fold("Does dispatch keep up with the orders?", [table], [said] if said else [])]


def schedule_fold(page: Page) -> list[Fold]:
    """By when the backlog is due. Of the section on what is ahead."""
    rows = page.day.of.details.schedule
    if not rows:
        return []
    table = table_of(
        list_caption("due day", len(rows[:FOLDED]), len(rows), "the nearest first"),
        [
            Field("Due", lambda r: day_cell(r["due_on"])),
            Field("Orders", lambda r: count(r["orders_due"]), is_number=True),
            Field("By then", lambda r: count(r["orders_due_by_then"]), is_number=True),
            Field("Business days", lambda r: count(r["dispatch_days"]), is_number=True),
            Field("Can leave", lambda r: count(r["capacity_by_then"]), is_number=True),
            Field("Cannot", lambda r: count(r["late_at_capacity"]), is_number=True),
        ],
        rows[:FOLDED],
    )
    return [Fold("By when is the backlog due?", [table])]


def stage_fold(page: Page) -> list[Fold]:
    """In which stage late orders lose their time. Of the section on causes."""
    rows = page.day.of.details.stages
    if not rows:
        return []
    table = table_of(
        "Hours of late orders by stage, and what orders on time need.",
        [
            Field("Stage", lambda r: Cell(words_of(STAGE_WORDS, r["stage"]))),
            Field("Late orders", lambda r: count(r["stage_orders"]), is_number=True),
            Field("Hours p50", lambda r: number(r["p50_hours"]), is_number=True),
            Field("Usual p50", lambda r: number(r["usual_p50_hours"]), is_number=True),
            Field("Usual p90", lambda r: number(r["usual_p90_hours"]), is_number=True),
            Field("Of their hours", lambda r: rate(r["share_of_hours"]), is_number=True),
        ],
        rows,
    )
    return [Fold("In which stage is the time lost?", [table])]


def scan_fold(page: Page) -> list[Fold]:
    """How long carriers take to scan, and who asks meanwhile. Of the section on tracking."""
    details = page.day.of.details
    tables = []
    if details.scan_latency:
        rows = details.scan_latency
        tables.append(
            table_of(
                list_caption(
                    "carrier and hour of hand-over",
                    len(rows[:FOLDED]),
                    len(rows),
                    "the largest carrier first",
                    "carriers and hours of hand-over",
                ),
                [
                    Field("Carrier", lambda r: words(r["carrier"])),
                    Field("Handed over", lambda r: Cell(_window(r))),
                    Field("Orders", lambda r: count(r["orders"]), is_number=True),
                    Field("Hours p50", lambda r: number(r["p50_hours"]), is_number=True),
                    Field("Hours p90", lambda r: number(r["p90_hours"]), is_number=True),
                    Field("Over 24 h", lambda r: rate(r["share_over_24_hours"]), is_number=True),
                    Field("Late by it", lambda r: count(r["late_scans"]), is_number=True),
                ],
                rows[:FOLDED],
            )
        )
    if details.scan_tickets:
        tables.append(
            table_of(
                "Tickets on shipping by the hours to the first scan.",
                [
                    Field("Hours", lambda r: words(r["scan_gap"])),
                    Field("Orders", lambda r: count(r["orders"]), is_number=True),
                    Field("Tickets", lambda r: count(r["tickets"]), is_number=True),
                    Field("Per 100", lambda r: number(r["tickets_per_100_orders"]), True),
                ],
                details.scan_tickets,
            )
        )
    if not tables:
        return []
    said = scan_sentence(details.scan_latency)
    return [Fold("How long does the first scan take?", tables, [said] if said else [])]


def _window(row: Mapping[str, Any]) -> str:
    name = row["pickup_window"]
    return {"(all)": "At any hour", "(unknown)": "Not known"}.get(name, f"{name} h")


def outcome_folds(page: Page) -> list[Fold]:
    """What the day did to the shop, and what errors cost. Of the section on the indicators."""
    details = page.day.of.details
    folds = []
    if details.outcomes:
        table = table_of(
            "What weak fulfilment did on the day, and on the seven days before.",
            [
                Field("What", lambda r: Cell(words_of(_OUTCOMES, r["outcome"]))),
                Field("On the day", lambda r: count(r["counted"]), is_number=True),
                Field("Usual", lambda r: number(r["usual"]), is_number=True),
            ],
            details.outcomes,
        )
        folds.append(Fold("What did the day cost us?", [table]))
    if details.error_outcomes:
        rows = details.error_outcomes
        table = table_of(
            list_caption(
                "error and outcome",
                len(rows[:FOLDED]),
                len(rows),
                "the strongest first",
                "errors and outcomes",
            ),
            [
                Field("Error", lambda r: Cell(words_of(ERROR_WORDS, r["error"]))),
                Field("Outcome", lambda r: _plain(r["outcome"])),
                Field("With the error", lambda r: rate(r["value_with_error"]), is_number=True),
                Field("Without", lambda r: rate(r["value_without_error"]), is_number=True),
                Field("Times as often", lambda r: number(r["lift"]), is_number=True),
                Field("Orders", lambda r: count(r["outcomes_with_error"]), is_number=True),
            ],
            rows[:FOLDED],
        )
        said = outcome_sentence(rows[0])
        folds.append(Fold("What does an error lead to?", [table], [said] if said else []))
    return folds


def incident_fold(page: Page) -> list[Fold]:
    """SKUs sold without stock. Of the section on cancellations."""
    rows = page.day.of.stock.incidents
    if not rows:
        return []
    table = table_of(
        list_caption(
            "SKU sold without stock",
            len(rows[:FOLDED]),
            len(rows),
            "the most orders first",
            "times that a SKU was sold without stock",
        ),
        [
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("From", lambda r: day_cell(r["started_on"])),
            Field("To", lambda r: day_cell(r["ended_on"])),
            Field("Cancelled", lambda r: count(r["cancelled_orders"]), is_number=True),
            Field("Points lost", lambda r: count(r["points_lost_for_its_orders"]), is_number=True),
        ],
        rows[:FOLDED],
    )
    return [Fold("Which SKUs were sold without stock?", [table])]
