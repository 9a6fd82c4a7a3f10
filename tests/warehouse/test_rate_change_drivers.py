"""What moved a rate, held against exact fractions of orders drawn at random."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models

SUNDAY = date(2026, 4, 26)
BEFORE = SUNDAY - timedelta(days=7)
METRIC = "late_dispatch_rate"

# Segment, whether it is this week's, whether it is counted: one order a triple.
orders_of_two_weeks = st.lists(
    st.tuples(
        st.sampled_from(["NJ", "CA", "(unknown)", "=1+1", "TX"]), st.booleans(), st.booleans()
    ),
    max_size=60,
)
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def on_a_sunday(models: Models) -> Models:
    """The build's moment moved to the end of a full week."""
    models.fill(
        "inputs.as_of",
        [
            {"shop_id": "us", "as_of_on": day, "is_current": day == SUNDAY}
            for day in (SUNDAY, SUNDAY - timedelta(days=1))
        ],
    )
    return models


def fill(models: Models, orders: Sequence[tuple[str, bool, bool]], metric: str = METRIC) -> None:
    counted: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for segment, is_now, is_counted in orders:
        counted[segment, is_now][0] += is_counted
        counted[segment, is_now][1] += 1
    models.fill(
        "intermediate.int_weekly_segments",
        [
            {
                "shop_id": "us",
                "week_ends_on": SUNDAY if is_now else BEFORE,
                "metric": metric,
                "basis": "platform",
                "dimension": "warehouse",
                "segment": segment,
                "numerator": numerator,
                "denominator": denominator,
            }
            for (segment, is_now), (numerator, denominator) in counted.items()
        ],
    )


def effects(
    orders: Sequence[tuple[str, bool, bool]],
) -> dict[str, tuple[Fraction, Fraction]] | None:
    """Rate and mix effect by segment, from the orders one by one; None without a week."""
    weeks = [[o for o in orders if not o[1]], [o for o in orders if o[1]]]
    if not all(weeks):
        return None
    shop = [Fraction(sum(o[2] for o in week), len(week)) for week in weeks]
    found = {}
    for segment in {o[0] for o in orders}:
        mine = [[o for o in week if o[0] == segment] for week in weeks]
        share = [Fraction(len(m), len(week)) for m, week in zip(mine, weeks, strict=True)]
        rates = [Fraction(sum(o[2] for o in m), len(m)) if m else None for m in mine]
        before, now = (
            next(r for r in (rate, *rates) if r is not None) for rate in (rates[0], rates[1])
        )
        found[segment] = (
            (share[0] + share[1]) / 2 * (now - before),
            (share[1] - share[0]) * ((before + now) / 2 - (shop[0] + shop[1]) / 2),
        )
    return found


@few
@given(orders=orders_of_two_weeks)
def test_effects_are_those_of_the_orders_one_by_one(
    on_a_sunday: Models, orders: list[tuple[str, bool, bool]]
) -> None:
    fill(on_a_sunday, orders)
    on_a_sunday.run("rate_change_drivers")
    rows = on_a_sunday.connection.execute(
        "select segment, rate_effect, mix_effect, shop_value - shop_previous_value, as_of_on "
        "from marts.rate_change_drivers"
    ).fetchall()
    expected = effects(orders)
    assert {row[0] for row in rows} == {order[0] for order in orders}
    assert {row[4] for row in rows} <= {SUNDAY}
    if expected is None:
        assert all(row[1:4] == (None, None, None) for row in rows)
        return
    for segment, rate_effect, mix_effect, change, _ in rows:
        assert rate_effect == pytest.approx(float(expected[segment][0]), abs=1e-12)
        assert mix_effect == pytest.approx(float(expected[segment][1]), abs=1e-12)
        parts = sum((sum(pair) for pair in expected.values()), Fraction())
        assert change == pytest.approx(float(parts), abs=1e-12)
    assert sum(row[1] + row[2] for row in rows) == pytest.approx(rows[0][3], abs=1e-12)


def test_a_day_within_a_week_compares_nothing(on_a_sunday: Models) -> None:
    fill(on_a_sunday, [("NJ", True, True), ("NJ", False, False)])
    monday = SUNDAY + timedelta(days=1)
    on_a_sunday.fill("inputs.as_of", [{"shop_id": "us", "as_of_on": monday, "is_current": True}])
    on_a_sunday.run("int_weekly_parts", "rate_change_drivers")
    (rows,) = on_a_sunday.connection.execute(
        "select count(*) from marts.rate_change_drivers"
    ).fetchall()
    assert rows == (0,)
