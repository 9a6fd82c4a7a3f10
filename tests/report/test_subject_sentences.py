"""The sentences on returns, costs, coverage, stock, routes, settlement and details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from flows.report.sentences.costs import (
    contribution_sentence,
    dearest_sentence,
    negative_sentence,
    return_cost_sentence,
    review_sentence,
    supplier_sentence,
    traps_sentence,
)
from flows.report.sentences.details import outcome_sentence, scan_sentence, volume_sentence
from flows.report.sentences.returns import (
    auto_sentence,
    dispute_sentence,
    due_sentence,
    grade_sentence,
    misrouted_sentence,
    odd_sentence,
    reason_sentence,
    unmapped_sentence,
)
from flows.report.sentences.settlement import (
    fee_sentence,
    residual_sentence,
    settlement_sentence,
    unmatched_sentence,
    waiting_sentence,
)
from flows.report.sentences.stock import (
    content_sentence,
    hero_sentence,
    replenishment_sentence,
    scattered_sentence,
    stale_sentence,
)

PT = "America/Los_Angeles"
SOON = datetime(2026, 11, 24, 18)


@pytest.mark.parametrize(
    ("past", "near", "at", "said"),
    [
        (0, 0, None, "No return is near or past a deadline."),
        (1, 0, None, "1 return is past its deadline."),
        (
            3,
            5,
            SOON,
            "3 returns are past their deadline; 5 more are due soon, the first by "
            "Tue Nov 24, 10:00 PT.",
        ),
        (2, 1, None, "2 returns are past their deadline; 1 more is due soon."),
        (0, 1, SOON, "1 return is due soon, the first by Tue Nov 24, 10:00 PT."),
    ],
)
def test_returns_due(past: int, near: int, at: datetime | None, said: str) -> None:
    assert due_sentence(past, near, at, PT) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0), ""),
        ((1, 0, 0), "1 return is in dispute."),
        (
            (4, 1, 2),
            "4 returns are in dispute, 1 of them because nobody answered in time; 2 were appealed.",
        ),
        ((0, 0, 1), "1 return was appealed."),
    ],
)
def test_disputes(counts: tuple[int, int, int], said: str) -> None:
    assert dispute_sentence(*counts) == said


def test_goods_that_do_not_fit() -> None:
    none = {"unreceived": 0, "short": 0, "over_returned": 0}
    assert odd_sentence(none) == ""
    assert odd_sentence(none | {"short": 1}) == "1 return came back with units missing."
    assert odd_sentence({"unreceived": 2, "short": 1, "over_returned": 3}) == (
        "2 returns were refunded and never received, 1 came back with units missing and 3 hold "
        "more units than were bought."
    )


def test_approved_at_once() -> None:
    assert auto_sentence(0, 400) == ""
    assert auto_sentence(320, 400) == (
        "320 of 400 returns were approved at once, before anybody could look at them."
    )


def test_reasons_skip_what_is_in_no_group() -> None:
    groups = [
        {"reason_group": "unmapped", "returns": 130, "share_of_returns": 0.325},
        {"reason_group": "not_as_described", "returns": 120, "share_of_returns": 0.3},
    ]
    assert reason_sentence(groups) == (
        "The most frequent reason of 30 days: not as described, 120 returns (30.0%)."
    )
    assert reason_sentence(groups[:1]) == ""
    assert unmapped_sentence([]) == ""
    assert unmapped_sentence(["Foo"]) == "1 return reason is in no group: Foo."
    assert unmapped_sentence(["a", "b", "c", "d"]) == (
        "4 return reasons are in no group: a, b and c and others."
    )


def grade(**changes: Any) -> dict[str, Any]:
    row = {"grade": "A", "best_route": "resell", "lost_recovery": Decimal("340.00")}
    return {**row, "currency": "USD", "is_assumed": True, **changes}


def test_grades() -> None:
    assert grade_sentence([]) == "No returned unit was graded in the last 90 days."
    assert grade_sentence([grade()]) == (
        "Units of grade A that were not sent to resale lost $340 (assumed) in 90 days."
    )
    assert grade_sentence([grade(is_assumed=False)]).endswith("lost $340 in 90 days.")
    calm = "Returned units took the route that recovers most."
    assert grade_sentence([grade(lost_recovery=Decimal(0))]) == calm
    assert grade_sentence([grade(lost_recovery=None)]) == (
        "What other routes would have recovered is not known."
    )
    assert misrouted_sentence(0) == "Every graded return took the route of its grade."
    assert misrouted_sentence(1) == "1 received return took another route than its grade's."


def test_the_worked_example_of_a_month() -> None:
    said = return_cost_sentence(Decimal("12577.50"), 9.75, 0.0419, "USD", True)
    assert said == (
        "Returns cost $12,578 (assumed) in 90 days, refunds apart: $9.75 a return, 4.2% of sales."
    )
    assert "(assumed)" not in return_cost_sentence(Decimal(10), None, None, "USD", False)
    assert return_cost_sentence(None, None, None, "THB", None) == (
        "What returns cost was not judged: there are no costs in this currency."
    )
    assert dearest_sentence("return_shipping", Decimal(6450), "USD") == (
        "Most of it is return shipping, $6,450."
    )
    assert dearest_sentence("markdown", Decimal(0), "USD") == ""


def test_contribution() -> None:
    row = {
        "contribution_before_returns": Decimal("106278.9"),
        "contribution_after_returns": Decimal("51260.4"),
        "orders": 8571,
        "currency": "USD",
        "per_order": 5.98,
        "is_assumed": True,
    }
    assert contribution_sentence(row) == (
        "8,571 orders of 90 days leave $51,260 (assumed) after returns, $5.98 an order; before "
        "them $106,279."
    )
    assert contribution_sentence({**row, "contribution_after_returns": None}) == (
        "What an order leaves was not judged: there are no costs in this currency."
    )
    assert negative_sentence([], "creator") == ""
    assert negative_sentence(["ana"], "creator") == "1 creator leaves nothing after returns: ana."
    assert negative_sentence(["a", "b"], "seller_sku") == (
        "2 SKUs leave nothing after returns: a and b."
    )


def trap(kind: str, segment: str, **changes: Any) -> dict[str, Any]:
    row = {"kind": kind, "segment": segment, "value": 0.3333, "excess_cost": Decimal(741)}
    return {**row, "currency": "USD", "is_assumed": True, **changes}


def test_traps() -> None:
    assert traps_sentence([]) == (
        "No SKU, creator, category or buyer returns surely more than the rest."
    )
    assert traps_sentence([trap("sku_margin_trap", "SKU-104")]) == (
        "1 SKU loses money through returns; first: SKU-104, 33.3% returned, $741 (assumed) too "
        "much."
    )
    rows = [
        trap("creator_outlier", "ana", is_assumed=False),
        trap("sku_margin_trap", "A"),
        trap("sku_margin_trap", "B"),
        trap("repeat_returner", "9f2c", value=None),
    ]
    assert traps_sentence(rows) == (
        "2 SKUs, 1 creator and 1 buyer lose money through returns; first: creator ana, 33.3% "
        "returned, $741 too much."
    )
    assert traps_sentence([trap("repeat_returner", "9f2c", value=None, excess_cost=None)]) == (
        "1 buyer loses money through returns; first: buyer 9f2c."
    )
    assert review_sentence(0) == "No SKU, creator or campaign had enough units to be reviewed."
    assert review_sentence(1).startswith("1 row of SKUs")


def test_suppliers() -> None:
    assert supplier_sentence([]) == ""
    assert supplier_sentence([{"supplier": "Acme"}]) == "There is one supplier: Acme."
    assert supplier_sentence([{"supplier": "Acme"}, {"supplier": "Bolt"}]) == (
        "Of 2 suppliers, Acme ranks first and Bolt last."
    )


@pytest.mark.parametrize(
    ("live", "short", "at", "said"),
    [
        (0, 0, None, "No content goes live in the next 14 days."),
        (1, 0, None, "The one SKU that goes live in the next 14 days has the stock it needs."),
        (3, 0, None, "All 3 SKUs that go live in the next 14 days have the stock they need."),
        (1, 1, None, "The one SKU that goes live in the next 14 days is short of stock."),
        (
            7,
            2,
            SOON,
            "2 of 7 SKUs that go live in the next 14 days are short of stock, the first on "
            "Tue Nov 24, 10:00 PT.",
        ),
    ],
)
def test_content(live: int, short: int, at: datetime | None, said: str) -> None:
    assert content_sentence(live, short, at, PT) == said


def test_heroes() -> None:
    def gap(sku: str, site: str) -> Mapping[str, Any]:
        return {"seller_sku": sku, "warehouse_id": site}

    assert hero_sentence(0, []) == ""
    assert hero_sentence(1, []) == "The hero SKU is at every active site."
    assert hero_sentence(5, []) == "All 5 hero SKUs are at every active site."
    assert hero_sentence(5, [gap("A", "LA-2"), gap("A", "NJ-1")]) == (
        "1 of 5 hero SKUs is missing at an active site: A at LA-2 and A at NJ-1."
    )
    four = [gap(sku, "LA-2") for sku in "ABCD"]
    assert hero_sentence(5, four).endswith("A at LA-2, B at LA-2 and C at LA-2 and others.")
    assert stale_sentence(45, True) == (
        "The hero list is 45 days old: name the heroes of the next weeks."
    )
    assert stale_sentence(45, False) == stale_sentence(None, None) == ""
    assert scattered_sentence([]) == ""
    assert scattered_sentence(["A"]) == "1 SKU of the long tail lies in more than one site."


def test_replenishment() -> None:
    due = [{"seller_sku": "SKU-1", "days_of_cover": 4.0}]
    assert replenishment_sentence([], 0) == ""
    assert replenishment_sentence([], 9) == (
        "No SKU in TikTok's warehouse needs a shipment now (9 there)."
    )
    assert replenishment_sentence(due, 9) == (
        "1 of 9 SKUs in TikTok's warehouse needs a shipment now, SKU-1 first: 4.0 days of cover."
    )
    assert replenishment_sentence([{"seller_sku": "A", "days_of_cover": None}] * 2, 9).endswith(
        "2 of 9 SKUs in TikTok's warehouse need a shipment now, A first."
    )


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({}, "No order has been settled yet."),
        ({"not_settled_yet": 4}, "No order has been settled yet."),
        ({"tied": 1}, "The one settled order ties out to the payout."),
        ({"tied": 90, "sample": 10}, "All 100 settled orders tie out to the payout."),
        (
            {"tied": 3900, "sample": 80, "differs": 12, "missing": 3},
            "Of 3,995 orders to settle, 3,980 tie out, 12 differ and 3 delivered ones are in no "
            "statement.",
        ),
        (
            {"tied": 1, "missing": 1},
            "Of 2 orders to settle, 1 ties out and 1 delivered one is in no statement.",
        ),
        ({"tied": 8, "differs": 1}, "Of 9 orders to settle, 8 tie out and 1 differs."),
    ],
)
def test_settlement(states: dict[str, int], said: str) -> None:
    assert settlement_sentence(states) == said


def test_what_waits_and_what_nothing_explains() -> None:
    assert waiting_sentence({"tied": 9}) == ""
    assert waiting_sentence({"not_settled_yet": 1}) == "1 order is not settled yet."
    assert waiting_sentence({"refund_pending": 4}) == "The refund of 4 orders is pending."
    assert waiting_sentence({"not_settled_yet": 120, "refund_pending": 4}) == (
        "120 orders are not settled yet; the refund of 4 is pending."
    )
    row = {"age_bucket": "15_to_30_days", "orders": 2, "amount": Decimal("-5.50")}
    calm = {"age_bucket": "0_to_14_days", "orders": 0, "amount": Decimal(0), "currency": "USD"}
    assert residual_sentence([calm]) == ""
    assert residual_sentence([calm, {**row, "currency": "USD"}]) == (
        "Unexplained: −$5.50 of 2 orders (15 to 30 days)."
    )
    assert fee_sentence(0) == unmatched_sentence(0) == ""
    assert fee_sentence(1) == "1 fee is not what its rate gives."
    assert unmatched_sentence(2) == "2 rows of the statements belong to no known order."


def test_details() -> None:
    assert volume_sentence({"volume_correlation": None}) == ""
    assert volume_sentence({"volume_correlation": 0.62}) == (
        "More orders are late on days with more orders (correlation 0.62)."
    )
    assert volume_sentence({"volume_correlation": -0.62}).startswith("Fewer orders are late")
    assert volume_sentence({"volume_correlation": 0.1}).startswith("Lateness hardly moves")

    def scan(window: str, p90: float | None) -> dict[str, Any]:
        return {"carrier": "USPS", "pickup_window": window, "p90_hours": p90, "orders": 9}

    assert scan_sentence([scan("(all)", 28), scan("18-24", 30.5)]) == ""
    assert scan_sentence([scan("(all)", 40), scan("15-18", 22), scan("18-24", 30.5)]) == (
        "Slowest: USPS after a hand-over at 18-24 h, nine in ten scanned within 30.5 hours."
    )
    row = {
        "error": "late_delivery",
        "outcome": "refund",
        "lift": 3.2,
        "value_with_error": 0.12,
        "orders_with_error": 400,
    }
    assert outcome_sentence(row) == (
        "Late delivery: refund follows 3.2 times as often, after 12.0% of 400 orders."
    )
    assert outcome_sentence({**row, "lift": None}) == ""
