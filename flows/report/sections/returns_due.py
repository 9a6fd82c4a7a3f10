"""Which returns need an answer today, and where the others stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.report.formats import MISSING, format_duration
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Field,
    Fold,
    Page,
    Section,
    Table,
    code,
    count,
    day_cell,
    list_caption,
    moment,
    money,
    table_of,
    words,
)
from flows.report.return_words import DUE_WORDS, STATE_WORDS
from flows.report.rule_words import words_of
from flows.report.sentences.returns import (
    auto_sentence,
    dispute_sentence,
    due_sentence,
    odd_sentence,
)

FEED = "seller_center/returns"


def returns_due(page: Page) -> Section | None:
    """Which returns need an answer? None without returns or in an older warehouse."""
    returns = page.day.of.returns
    tally = returns.tally
    if tally is None:
        return None
    section = Section("returns-due", "Which returns need an answer?", "Returns due")
    section.answers.append(
        due_sentence(tally["past_due"], tally["near_due"], tally["next_due_at"], page.zone)
    )
    if returns.due.height:
        section.tables.append(_due_table(page))
        section.downloads.append(page.download("returns_due.csv", "Returns near a deadline (CSV)"))
    if returns.triage:
        section.folds.append(
            Fold(
                "Where the returns stand",
                [_triage(returns.triage)],
                [
                    said
                    for said in (
                        dispute_sentence(tally["disputes"], tally["timeouts"], tally["appeals"]),
                        auto_sentence(tally["auto_approved"], tally["returns"]),
                        odd_sentence(tally),
                    )
                    if said
                ],
            )
        )
    if returns.compensations:
        section.folds.append(Fold("Compensation claimed", [_claims(returns.compensations)]))
    return section


def _due_table(page: Page) -> Table:
    due = page.day.of.returns.due
    rows = due.head(SHOWN).to_dicts()
    return table_of(
        list_caption(
            "return with a deadline",
            len(rows),
            due.height,
            "the earliest first",
            "returns with a deadline",
        ),
        [
            Field("Return", lambda r: code(r["return_order_id"])),
            Field("To do", lambda r: Cell(words_of(DUE_WORDS, r["due_kind"]))),
            Field("Due", lambda r: moment(r["due_at"], page.zone)),
            Field("Time left", lambda r: _time_left(r["hours_left"])),
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("State", lambda r: Cell(words_of(STATE_WORDS, r["state"]))),
            Field("Reason", lambda r: words(r["return_reason"])),
            Field("Refund", lambda r: money(r["refund_amount"], r["currency"]), is_number=True),
        ],
        rows,
    )


def _time_left(hours: float | None) -> Cell:
    if hours is None:
        return Cell(MISSING)
    span = format_duration(timedelta(hours=abs(hours)))
    return Cell(f"{span} late" if hours < 0 else span, sort=f"{hours:.6g}")


def _triage(rows: list[dict[str, Any]]) -> Table:
    return table_of(
        "Return lines by where they stand and for how long.",
        [
            Field("State", lambda r: Cell(words_of(STATE_WORDS, r["state"]))),
            Field("Age", lambda r: Cell(str(r["age_bucket"] or MISSING).replace("_", " "))),
            Field("Returns", lambda r: count(r["returns"]), is_number=True),
            Field("Oldest", lambda r: day_cell(r["oldest_on"])),
            Field("Refunds", lambda r: money(r["refund_amount"], r.get("currency")), True),
        ],
        rows,
    )


def _claims(rows: list[dict[str, Any]]) -> Table:
    return table_of(
        "Return lines by the state of their claim.",
        [
            Field("Claim", lambda r: Cell(str(r["compensation_state"]).capitalize())),
            Field("Returns", lambda r: count(r["returns"]), is_number=True),
        ],
        rows,
    )
