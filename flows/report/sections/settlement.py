"""Does the payout add up?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.report.formats import MISSING
from flows.report.marts.rules import SHOWN
from flows.report.model import (
    Cell,
    Download,
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
    price,
    table_of,
    words,
)
from flows.report.return_words import CHECK_WORDS, COMPONENT_WORDS, UNMATCHED_WORDS
from flows.report.rule_words import words_of
from flows.report.sentences.rates import capital
from flows.report.sentences.settlement import (
    fee_sentence,
    residual_sentence,
    settlement_sentence,
    unmatched_sentence,
    waiting_sentence,
)

FEED = "seller_center/settlements"
_LISTS = (
    ("missing", "settlement_missing.csv", "Delivered orders in no statement (CSV)"),
    ("differs", "settlement_differences.csv", "Orders that differ (CSV)"),
)
_NOUNS = {
    "missing": ("delivered order in no statement", "delivered orders in no statement"),
    "differs": ("order that differs", "orders that differ"),
}


def settlement(page: Page, *, is_review: bool = False) -> Section | None:
    """Does the payout add up? None in an older warehouse.

    ``is_review``: with the components by week, the residuals by age and the fee checks.
    """
    marts = page.day.of.settlement
    if not marts.has("settlement_orders"):
        return None
    section = Section("settlement", "Does the payout add up?", "Settlement")
    if not marts.states:
        missing = page.not_judged(FEED)[:1]
        section.answers += missing
        return section if missing else None
    section.answers.append(settlement_sentence(marts.states))
    found = [row for row in _LISTS if marts.states.get(row[0])]
    for place, (state, name, label) in enumerate(found):
        if place == 0:
            section.tables.append(_orders(page, state))
        else:
            section.folds.append(Fold(capital(_NOUNS[state][1]), [_orders(page, state)]))
        section.downloads.append(page.download(name, label))
    if is_review:
        section.answers += filter(
            None,
            [
                residual_sentence(marts.residuals),
                waiting_sentence(marts.states),
            ],
        )
        section.folds += _folds(page)
        section.downloads += _downloads(page)
    return section


def _downloads(page: Page) -> list[Download]:
    marts = page.day.of.settlement
    lists = (
        (marts.fee_checks, "settlement_fees.csv", "Fees off their rate (CSV)"),
        (marts.unmatched, "settlement_unmatched.csv", "Rows without an order (CSV)"),
    )
    return [page.download(name, label) for frame, name, label in lists if frame.height]


def _folds(page: Page) -> list[Fold]:
    marts = page.day.of.settlement
    folds = []
    if marts.components:
        folds.append(Fold("By component", [_components(marts.components)]))
    if marts.residuals:
        folds.append(Fold("What nothing explains, by age", [_residuals(marts.residuals)]))
    if marts.fee_checks.height:
        said = [fee_sentence(marts.fee_checks.height)]
        folds.append(Fold("Fees that are not what their rate gives", [_fees(page)], said))
    if marts.unmatched.height:
        said = [unmatched_sentence(marts.unmatched.height)]
        folds.append(Fold("Rows without an order", [_unmatched(page)], said))
    return folds


def _orders(page: Page, state: str) -> Table:
    frame = page.day.of.settlement.orders(state)
    rows = frame.head(SHOWN).to_dicts()
    one, many = _NOUNS[state]
    fields = [
        Field("Order", lambda r: code(r["order_id"])),
        Field("Made", lambda r: moment(r["created_at"], page.zone)),
        Field("Days", lambda r: count(r["age_days"]), is_number=True),
        Field("Expected", lambda r: price(r["expected_payout"], r["currency"]), is_number=True),
    ]
    if state != "missing":
        fields += [
            Field("Paid", lambda r: price(r["stated_payout"], r["currency"]), is_number=True),
            Field(
                "Unexplained",
                lambda r: price(r["unexplained_amount"], r["currency"]),
                is_number=True,
            ),
            Field("Settled", lambda r: day_cell(r["settled_on"])),
        ]
    return table_of(
        list_caption(
            one,
            len(rows),
            frame.height,
            "the largest amount first",
            many,
        ),
        fields,
        rows,
    )


def _components(rows: Sequence[Mapping[str, Any]]) -> Table:
    newest = rows[0]["statement_on"]
    mine = [row for row in rows if row["statement_on"] == newest]
    fields = [
        Field("Component", lambda r: Cell(words_of(COMPONENT_WORDS, r["component"]))),
        Field("Own", lambda r: price(r["own_amount"], r["currency"]), is_number=True),
        Field("Stated", lambda r: price(r["stated_amount"], r["currency"]), is_number=True),
        Field("Difference", lambda r: price(r["difference"], r["currency"]), is_number=True),
    ]
    return table_of("The newest week's statements by component.", fields, mine)


def _residuals(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        "What no component explains, by the age of the order.",
        [
            Field("Age", lambda r: Cell(str(r["age_bucket"] or MISSING).replace("_", " "))),
            Field("Orders", lambda r: count(r["orders"]), is_number=True),
            Field("Amount", lambda r: price(r["amount"], r["currency"]), is_number=True),
        ],
        rows,
    )


def _fees(page: Page) -> Table:
    frame = page.day.of.settlement.fee_checks
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption("fee", len(rows), frame.height, "the largest difference first"),
        [
            Field("Order", lambda r: code(r["order_id"])),
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("Fee", lambda r: Cell(words_of(CHECK_WORDS, r["check_name"]))),
            Field("By rate", lambda r: price(r["expected_amount"], r["currency"]), True),
            Field("Stated", lambda r: price(r["stated_amount"], r["currency"]), True),
            Field("Difference", lambda r: price(r["difference"], r["currency"]), True),
        ],
        rows,
    )


def _unmatched(page: Page) -> Table:
    frame = page.day.of.settlement.unmatched
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption(
            "row without an order", len(rows), frame.height, "by reason", "rows without an order"
        ),
        [
            Field("Order in the statement", lambda r: code(r["order_id"])),
            Field("Settled", lambda r: day_cell(r["settled_on"])),
            Field("Paid", lambda r: price(r["settlement_amount"], r["currency"]), is_number=True),
            Field("Why", lambda r: Cell(words_of(UNMATCHED_WORDS, r["reason"]))),
        ],
        rows,
    )
