"""The sentences of the rule book: causes, account health, indicators, rules, restatements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flows.report.rule_words import HYPOTHESIS_WORDS, INDICATOR_WORDS, SYMPTOM_WORDS
from flows.report.sentences.causes import appeal_sentence, cause_sentence, segment_sentence
from flows.report.sentences.health import (
    difference_sentence,
    health_sentence,
    milestone_sentence,
    promotion_sentence,
    reached_sentence,
    recovery_sentence,
)
from flows.report.sentences.indicators import (
    diagnosis_sentence,
    evidence_words,
    fulfillment_sentence,
    indicators_sentence,
    product_sentence,
    tickets_sentence,
)
from flows.report.sentences.rates import rate_sentence, target_words
from flows.report.sentences.trust import (
    assumed_sentence,
    older_sentence,
    policy_sentence,
    restated_sentence,
    unverified_sentence,
)

LATE, VALID = "late_dispatch_rate", "valid_tracking_rate"
FAULT, TIMELY = "seller_fault_cancellation_rate", "on_time_delivery_rate"


def test_a_rate_on_its_target_has_missed_a_strict_one() -> None:
    assert target_words(LATE, 0.04) == "4.0% at most"
    assert target_words(VALID, 0.95) == "95.0% at least"
    assert target_words(LATE, 0.04, is_strict=True) == "below 4.0%"
    assert (
        rate_sentence(LATE, "ok", 21, 1000, 0.021, 0.04, 0.10, 18, is_strict=True)
        == "Late dispatch is 2.1% (21 of 1,000), on target (below 4.0%), with room for 18 more "
        "late orders."
    )
    assert (
        rate_sentence(LATE, "breach", 40, 1000, 0.04, 0.04, 0.10, -1)
        == "Late dispatch is 4.0% (40 of 1,000), not below 4.0%: 1 order too many."
    )
    assert (
        rate_sentence(LATE, "enforcement", 100, 1000, 0.1, 0.04, 0.10, -61)
        == "Late dispatch is 10.0% (100 of 1,000), at the 10% enforcement line."
    )


def test_no_data_is_said_by_basis_and_window() -> None:
    assert (
        rate_sentence(LATE, "no_data", 0, 0, None, 0.04, 0.10, 0, window="rolling_7d", basis="due")
        == "No order was due for dispatch in the last 7 days, so late dispatch has no value."
    )


def test_causes() -> None:
    assert (
        cause_sentence([("carrier_scan", 80), ("picking", 75)])
        == "80 of 155 late orders (51.6%) were held up most by a late carrier scan."
    )
    assert (
        cause_sentence([("unknown", 5), ("stock", 1)])
        == "1 of 6 late orders (16.7%) was held up most by missing stock; of 5 the cause is not "
        "known."
    )
    assert (
        cause_sentence([("unknown", 1)])
        == "What held 1 late order up is not known: no stage of it was timed."
    )
    assert cause_sentence([]) == "No order that was due in the last 30 days was late."
    assert (
        segment_sentence("carrier", "USPS", 0.091, 91, 1000)
        == "Worst: carrier USPS, 9.1% late (91 of 1,000 orders)."
    )
    assert (
        appeal_sentence(12)
        == "12 late orders were handed over in time and scanned too late: they can be appealed."
    )
    assert appeal_sentence(1).startswith("1 late order was handed over in time")
    assert appeal_sentence(0) == ""


def health(score: int = 187, zone: str | None = "orange", **changes: Any) -> dict[str, Any]:
    """A row of account health."""
    known = {
        "score": score,
        "zone": zone,
        "points_kind": "score",
        "zone_48h_ago": zone,
        "is_zone_changed": False,
        "next_milestone": 150,
        "points_to_next_milestone": 37,
        "is_near_milestone": False,
        "days_to_recover": 26,
        "platform_score": 187,
        "platform_difference": 0,
    }
    return known | changes


def test_account_health() -> None:
    assert (
        health_sentence(health())
        == "The account health rating is 187 of 1,000, in the orange zone."
    )
    assert (
        health_sentence(health(zone_48h_ago="green", is_zone_changed=True))
        == "The account health rating is 187 of 1,000, in the orange zone; 48 hours ago it was in "
        "the green one."
    )
    points = {"points_kind": "violation_points", "zone": None}
    assert health_sentence(health(14, **points)) == "The shop has 14 violation points."
    assert health_sentence(health(1, **points)) == "The shop has 1 violation point."
    assert health_sentence(health(0, **points)) == "The shop has no violation point."


def test_milestones_and_the_way_back() -> None:
    assert milestone_sentence(health()) == "37 points are left before the milestone of 150."
    assert (
        milestone_sentence(health(points_to_next_milestone=1, is_near_milestone=True))
        == "1 point is left before the milestone of 150, which is near."
    )
    assert milestone_sentence(health(next_milestone=None)) == ""
    assert (
        reached_sentence(150, "No new listings for 7 days.")
        == "The milestone of 150 is reached: no new listings for 7 days."
    )
    assert reached_sentence(12, None) == "The milestone of 12 is reached."
    assert reached_sentence(None, "x") == ""
    assert (
        recovery_sentence(health())
        == "At the present rate it is back in the green zone in 26 days."
    )
    assert recovery_sentence(health(days_to_recover=1)).endswith("in 1 day.")
    assert (
        recovery_sentence(health(days_to_recover=None))
        == "At the present rate it does not come back to the green zone."
    )
    assert recovery_sentence(health(200, "green")) == ""
    assert recovery_sentence(health(14, None)) == ""
    assert (
        difference_sentence(health(platform_score=180, platform_difference=-7))
        == "The platform last said 180, 7 less than the ledger adds up to."
    )
    assert "7 more than" in difference_sentence(health(platform_difference=7))
    assert difference_sentence(health()) == ""
    assert difference_sentence(health(platform_score=None, platform_difference=None)) == ""


def test_promotions() -> None:
    first = date(2026, 11, 27)
    assert (
        promotion_sentence(["Black Friday"], 3, first)
        == "1 of 3 promotions of the next 30 days is at risk: Black Friday, from Fri Nov 27."
    )
    assert (
        promotion_sentence(["a", "b", "c", "d"], 4, first)
        == "4 of 4 promotions of the next 30 days are at risk: a, b and c and others, from Fri Nov "
        "27."
    )
    assert promotion_sentence([], 2, None) == "None of 2 promotions of the next 30 days is at risk."
    assert (
        promotion_sentence([], 1, None) == "The one promotion of the next 30 days is not at risk."
    )
    assert promotion_sentence([], 0, None) == ""


def indicator(name: str, value: float | None, is_worse: bool | None) -> dict[str, Any]:
    return {"indicator": name, "value": value, "is_worse": is_worse}


def test_seven_indicators() -> None:
    names = list(INDICATOR_WORDS)
    assert len(names) == 7
    rows = [indicator(name, 0.1, place < 2) for place, name in enumerate(names)]
    assert (
        indicators_sentence(rows)
        == "Two of seven indicators got worse in a week: late dispatch and valid tracking."
    )
    blind = [indicator(name, None, None) for name in names]
    assert (
        indicators_sentence(blind)
        == "None of seven indicators got worse in a week; 7 have no value."
    )
    assert indicators_sentence([*rows[:6], blind[6]]).endswith("; 1 has no value.")


def diagnosis(symptom: str, hypothesis: str | None, **changes: Any) -> dict[str, Any]:
    known = {
        "symptom": symptom,
        "hypothesis": hypothesis,
        "evidence_share": 80 / 155,
        "evidence_orders": 80,
        "other_hypothesis": "stock_readiness",
        "other_orders": 15,
        "symptom_orders": 155,
    }
    return known | changes


@pytest.mark.parametrize("symptom", SYMPTOM_WORDS)
@pytest.mark.parametrize("hypothesis", HYPOTHESIS_WORDS)
def test_a_diagnosis_names_hypothesis_and_evidence(symptom: str, hypothesis: str) -> None:
    assert diagnosis_sentence(diagnosis(symptom, hypothesis)) == (
        f"{SYMPTOM_WORDS[symptom]}: 80 of 155 orders (51.6%) point to "
        f"{HYPOTHESIS_WORDS[hypothesis]}, 15 to stock readiness."
    )


def test_a_diagnosis_without_evidence_or_without_another_explanation() -> None:
    alone = {"other_hypothesis": None, "evidence_orders": 1, "symptom_orders": 1}
    assert (
        diagnosis_sentence(diagnosis("late_dispatch", "stock_readiness", evidence_share=1, **alone))
        == "Late dispatch rises: 1 of 1 order (100.0%) points to stock readiness."
    )
    assert (
        diagnosis_sentence(diagnosis("late_dispatch", None, evidence_orders=0))
        == "Late dispatch rises; what its orders have in common is not known."
    )


def test_without_tickets_nobody_complained() -> None:
    row = diagnosis("tracking_complaints", "route_quality")
    assert diagnosis_sentence(row).startswith("Complaints about tracking rise: 80 of 155")
    assert diagnosis_sentence(row, has_tickets=False).startswith("Valid tracking falls: 80 of 155")


def test_evidence_of_an_indicator() -> None:
    assert evidence_words("tracking_defect", "no_scan", 29) == "No carrier scan: 29"
    assert evidence_words("warehouse", "NJ-1", 1200) == "Warehouse NJ-1: 1,200"
    assert evidence_words("topic", "shipping_status", 7) == "Shipping status: 7"
    assert evidence_words("return_reason", "too_small", 7) == "too_small: 7"
    assert evidence_words(None, None, None) == ""
    day = date(2026, 11, 23)
    assert tickets_sentence(date(2026, 11, 20), day) == "Tickets are known to Fri Nov 20."
    assert tickets_sentence(day, day) == tickets_sentence(None, day) == ""


def test_fulfillment_rates() -> None:
    row = {
        "metric": "out_of_stock_cancellation_rate",
        "window_name": "rolling_7d",
        "numerator": 8,
        "denominator": 1000,
        "value": 0.008,
    }
    assert (
        fulfillment_sentence(row)
        == "Out-of-stock cancellation is 0.8% (8 of 1,000) in the last 7 days."
    )
    unshipped = row | {"metric": "unshipped_order_rate", "window_name": "rolling_30d"}
    assert (
        fulfillment_sentence(unshipped)
        == "Unshipped orders are 0.8% (8 of 1,000) in the last 30 days."
    )
    none = {"value": None, "denominator": 0}
    assert fulfillment_sentence(row | none).endswith("has no value in the last 7 days.")
    assert fulfillment_sentence(unshipped | none).startswith("Unshipped orders have no value")


def test_product_level_rule() -> None:
    assert (
        product_sentence(["A"], 0.05, 0.10, True)
        == "1 SKU can be deactivated by the product-level rule (10% of its orders, 5% of the "
        "shop's): A."
    )
    assert (
        product_sentence(["A", "B"], 0.05, 0.10, False)
        == "2 SKUs have reached the lines of a product-level rule (10% of its orders, 5% of the "
        "shop's), which this market does not have: A and B."
    )
    assert product_sentence([], 0.05, 0.10, True).startswith("No SKU has reached")
    assert product_sentence([], 0.05, 0.10, False) == ""
    assert product_sentence(["A"], None, None, False) == ""


def test_rules() -> None:
    assert (
        policy_sentence("US-2026-04-01", "platform", "week", "carrier_first_scan")
        == "Judged by policy `US-2026-04-01` over the ISO week; late dispatch is counted among "
        "orders dispatched, and the carrier's first scan dispatches an order."
    )
    assert (
        policy_sentence("VN-2020", "due", "rolling_7d", None)
        == "Judged by policy `VN-2020` over the last 7 days; late dispatch is counted among orders "
        "due."
    )
    assert (
        assumed_sentence([TIMELY, VALID])
        == "Assumed, not from the platform's own text: the lines of valid tracking and on-time "
        "delivery."
    )
    assert assumed_sentence([VALID]).endswith("the line of valid tracking.")
    assert assumed_sentence([]) == ""


def test_rules_that_nobody_verified_of_late() -> None:
    oldest = date(2026, 3, 1)
    assert (
        unverified_sentence("US-2020", 12, 90, oldest)
        == "12 rules of `US-2020` were last held against the source more than 90 days ago, the "
        "oldest on Mar 1, 2026."
    )
    assert (
        unverified_sentence("US-2020", 1, 90, oldest)
        == "1 rule of `US-2020` was last held against the source more than 90 days ago, on Mar 1, "
        "2026."
    )
    assert (
        unverified_sentence("US-2020", 2, 90, None)
        == "2 rules of `US-2020` were never held against the source or not for 90 days."
    )
    assert unverified_sentence("US-2020", 0, 90, None) == ""


def test_numbers_that_changed() -> None:
    assert (
        restated_sentence(3, 2, date(2026, 11, 20))
        == "3 published numbers of 2 days have changed since, the newest of Fri Nov 20."
    )
    assert restated_sentence(1, 1, date(2026, 11, 20)).startswith("1 published number of 1 day has")
    assert (
        restated_sentence(0, 0, None)
        == "No published number of the last five weeks has changed since."
    )
    assert "lacks 2 tables" in older_sentence(["open_orders", "diagnoses"])
    assert older_sentence([]) == ""
