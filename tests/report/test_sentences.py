"""Every sentence of the reports and alerts, against the examples it was designed from."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import Any

import pytest

from flows.report.sentences.rates import (
    METRICS,
    STATUSES,
    VERDICT_LENGTH,
    change_sentence,
    due_sentence,
    incomplete_sentence,
    not_judged_sentence,
    overdue_sentence,
    projected_sentence,
    rate_sentence,
    verdict,
    worst_first,
)
from flows.report.vocabulary import DEFECT_MENDS, DEFECT_WORDS

LATE, VALID = "late_dispatch_rate", "valid_tracking_rate"
FAULT, TIMELY = "seller_fault_cancellation_rate", "on_time_delivery_rate"
LINES: dict[str, tuple[float, float | None]] = {
    LATE: (0.04, 0.10),
    VALID: (0.95, None),
    FAULT: (0.025, None),
    TIMELY: (0.80, None),
}
PT = "America/Los_Angeles"


def say(
    metric: str,
    status: str,
    numerator: int,
    denominator: int,
    headroom: int,
    least: int | None = None,
    window: str = "week",
) -> str:
    value = numerator / denominator if denominator else None
    target, enforcement = LINES[metric]
    return rate_sentence(
        metric,
        status,
        numerator,
        denominator,
        value,
        target,
        enforcement,
        headroom,
        least,
        window=window,
    )


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            say(LATE, "ok", 21, 1000, 19),
            "Late dispatch is 2.1% (21 of 1,000), on target (4.0% at most), with room for 19 more "
            "late orders.",
        ),
        (
            say(LATE, "approaching", 38, 1000, 2),
            "Late dispatch is 3.8% (38 of 1,000), close to 4.0%, with room for 2 more late orders.",
        ),
        (
            say(LATE, "approaching", 39, 1000, 1),
            "Late dispatch is 3.9% (39 of 1,000), close to 4.0%, with room for 1 more late order.",
        ),
        (
            say(LATE, "approaching", 40, 1000, 0),
            "Late dispatch is 4.0% (40 of 1,000), close to 4.0%, with no room for another late "
            "order.",
        ),
        (
            say(FAULT, "breach", 29, 1000, -4),
            "Seller-fault cancellation is 2.9% (29 of 1,000), past 2.5% by 4 orders.",
        ),
        (
            say(LATE, "breach", 404, 10000, -4),
            "Late dispatch is 4.04% (404 of 10,000), past 4.0% by 4 orders.",
        ),
        (
            say(LATE, "enforcement", 112, 1000, -72),
            "Late dispatch is 11.2% (112 of 1,000), past the 10% enforcement line.",
        ),
        (
            say(TIMELY, "insufficient_volume", 6, 8, -1, 10),
            "On-time delivery cannot be judged: 8 orders, 10 needed. 6 of 8 were on time.",
        ),
        (
            say(LATE, "insufficient_volume", 1, 1, -1, 25),
            "Late dispatch cannot be judged: 1 order, 25 needed. 1 of 1 was late.",
        ),
        (
            say(FAULT, "insufficient_volume", 0, 12, 0),
            "Seller-fault cancellation cannot be judged: 12 orders, too few. 0 of 12 were "
            "cancelled through the seller's fault.",
        ),
        (
            say(VALID, "no_data", 0, 0, 0),
            "No package was shipped this week, so valid tracking has no value.",
        ),
        (
            say(TIMELY, "no_data", 0, 0, 0, window="rolling_30d"),
            "No order had its deliver-by date in the last 30 days, so on-time delivery has no "
            "value.",
        ),
        (
            say(VALID, "ok", 971, 1000, 21),
            "Valid tracking is 97.1% (971 of 1,000), on target (95.0% at least), with room for 21 "
            "more invalid packages.",
        ),
        (
            say(VALID, "breach", 920, 1000, -30),
            "Valid tracking is 92.0% (920 of 1,000), below 95.0% by 30 packages.",
        ),
        (
            say(TIMELY, "breach", 79, 100, -1),
            "On-time delivery is 79.0% (79 of 100), below 80.0% by 1 order.",
        ),
    ],
)
def test_rate_sentence(said: str, text: str) -> None:
    assert said == text


def test_every_metric_has_a_sentence_for_every_status() -> None:
    for metric, status in itertools.product(METRICS, STATUSES):
        text = say(metric, status, 30, 1000, -5 if status in ("breach", "enforcement") else 5)
        assert text.endswith(".")
        assert METRICS[metric].lower in text.lower()


def test_unknown_words_are_refused() -> None:
    with pytest.raises(KeyError):
        say(LATE, "fine", 1, 10, 0)


def row(metric: str, status: str, value: float | None, headroom: int = 0) -> dict[str, Any]:
    target, enforcement = LINES[metric]
    return {
        "metric": metric,
        "status": status,
        "value": value,
        "target": target,
        "enforcement": enforcement,
        "headroom": headroom,
    }


def test_verdict_examples() -> None:
    good = [row(VALID, "ok", 0.971, 21), row(TIMELY, "ok", 0.9, 50)]
    assert (
        verdict([row(LATE, "approaching", 0.038, 2), row(FAULT, "breach", 0.029, -4), *good])
        == "One of four rates is in breach: seller-fault cancellation, 2.9%."
    )
    assert (
        verdict([row(LATE, "ok", 0.021, 19), row(FAULT, "ok", 0.01, 40), *good])
        == "All four rates are on target; closest: late dispatch, 19 left."
    )
    assert (
        verdict([row(LATE, "ok", 0.021, 19), row(FAULT, "no_data", None), *good])
        == "Three of four rates are on target; not judged: seller-fault cancellation."
    )
    assert (
        verdict([row(metric, "insufficient_volume", 0.5) for metric in LINES])
        == "None of four rates can be judged: too few orders."
    )
    assert (
        verdict([row(metric, "no_data", None) for metric in LINES])
        == "None of four rates can be judged: no data this week."
    )
    assert (
        verdict([row(LATE, "enforcement", 0.112, -72), row(FAULT, "breach", 0.029, -4), *good])
        == "One of four rates is past the enforcement line: late dispatch, 11.2%; 1 in breach."
    )
    assert verdict([]) == "No order is known yet, so no rate can be judged."


def test_verdict_fits_and_names_what_is_not_judged() -> None:
    values = {"ok": 0.5, "no_data": None}
    for states in itertools.product(STATUSES, repeat=4):
        rows = [
            row(metric, state, values.get(state, 0.111111), 12345)
            for metric, state in zip(LINES, states, strict=True)
        ]
        text = verdict(rows)
        assert len(text) <= VERDICT_LENGTH, text
        judged = [r for r in rows if r["status"] not in ("no_data", "insufficient_volume")]
        if judged:
            for r in rows:
                if r not in judged:
                    assert METRICS[r["metric"]].short in text, text
        if "breach" in states or "enforcement" in states:
            assert "on target" not in text


def test_worst_first_puts_unjudged_before_good() -> None:
    rows = [
        row(LATE, "ok", 0.02, 3),
        row(VALID, "no_data", None),
        row(FAULT, "approaching", 0.02, 1),
        row(TIMELY, "ok", 0.9, 1),
    ]
    assert [r["metric"] for r in worst_first(rows)] == [FAULT, VALID, TIMELY, LATE]


def test_incomplete() -> None:
    end = datetime(2026, 11, 24, 8)
    assert (
        incomplete_sentence(datetime(2026, 11, 24, 7, 10), end, PT)
        == "Data reach Nov 23, 23:10, 50 min short of the day: this can change."
    )
    assert incomplete_sentence(end, end, PT) == ""
    assert "not known" in incomplete_sentence(None, end, PT)


def test_not_judged() -> None:
    assert (
        not_judged_sentence("scans", "no tracking feed", "carriers/tracking_events")
        == "Scans were not judged: no tracking feed. Add `carriers/tracking_events`."
    )
    assert (
        not_judged_sentence("pre-orders", "The closing date is in no export.", None)
        == "Pre-orders were not judged: the closing date is in no export."
    )
    assert (
        not_judged_sentence("shop", "The shop is not declared.", "reference/shops")
        == "The shop is not declared. Add `reference/shops`."
    )


def test_overdue_and_projected() -> None:
    day = date(2026, 11, 23)
    assert (
        overdue_sentence(12, day, "NJ-1", 7)
        == "12 orders passed their dispatch deadline, 7 at NJ-1."
    )
    assert overdue_sentence(2, day, "LA-2", 2).endswith("dispatch deadline, all at LA-2.")
    assert overdue_sentence(1, day) == "1 order passed its dispatch deadline."
    assert overdue_sentence(0, day) == "Nothing overdue as of Nov 23."
    assert (
        projected_sentence(12, 0.038, 0.0494, 0.04, 0.10)
        == "With them late dispatch is 4.9%, not 3.8% (target 4.0%)."
    )
    assert projected_sentence(1, None, 0.05, 0.04) == "With it late dispatch is 5.0% (target 4.0%)."
    assert projected_sentence(0, 0.03, 0.03, 0.04) == ""


def test_due() -> None:
    deadline = datetime(2026, 11, 25, 7, 59, 59)
    assert (
        due_sentence(31, deadline, PT)
        == "31 orders are due by Tue Nov 24, 23:59 PT, not yet dispatched."
    )
    assert due_sentence(0, None, PT) == ""


def test_change() -> None:
    assert (
        change_sentence(LATE, 0.030, [0.021, 0.024, 0.02, 0.022])
        == "Late dispatch rose 0.8 points to 3.0%, the highest of five weeks."
    )
    assert (
        change_sentence(VALID, 0.95, [0.97, 0.96])
        == "Valid tracking fell 1.0 points to 95.0%, the "
        "lowest of three weeks."
    )
    assert change_sentence(LATE, 0.03, [0.03]) == "Late dispatch held at 3.0%."
    assert change_sentence(LATE, 0.03, [None]).endswith("the week before has no value.")
    assert change_sentence(LATE, None, [0.03]) == "Late dispatch has no value this week."


def test_every_defect_has_words_and_a_mend() -> None:
    assert DEFECT_WORDS.keys() == DEFECT_MENDS.keys()
