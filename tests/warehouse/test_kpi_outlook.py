"""Slopes against numpy, and the walk through the open orders against a walk order by order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models

FIRST = date(2026, 4, 6)
TARGET = Fraction(4, 100)
LEAST_VOLUME = 25


def rate(day: int, value: float | None, **changes: object) -> dict[str, object]:
    """A row of `kpi_daily`: the late dispatch rate of 1,000 orders in the last seven days."""
    status = "breach" if value is not None and value > float(TARGET) else "ok"
    return {
        "shop_id": "us",
        "as_of_on": FIRST + timedelta(days=day),
        "metric": "late_dispatch_rate",
        "basis": "platform",
        "window_name": "rolling_7d",
        "numerator": 0,
        "denominator": 0 if value is None else 1000,
        "value": value,
        "target": 0.04,
        "enforcement": 0.10,
        "status": "no_data" if value is None else status,
        "min_denominator": LEAST_VOLUME,
        "policy_version": "US-2026-04-01",
        **changes,
    }


def outlook(models: Models, rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Slope and days to breach and to enforcement of each of the rows, in the order of days."""
    models.fill("marts.kpi_daily", rows)
    models.run("kpi_outlook")
    return models.connection.execute(
        "select slope_points_per_day, days_to_breach, days_to_enforcement from marts.kpi_outlook "
        "order by as_of_on, window_name"
    ).fetchall()


RISING = [0.9, 0.010, 0.012, 0.014, 0.016, 0.018, 0.020, 0.022]


@pytest.mark.parametrize(
    ("values", "slope", "breach", "enforcement"),
    [
        # The 90 % of the day before the seven are not seen.
        pytest.param(RISING, 0.2, 9, 39, id="rising"),
        pytest.param([0.9, *RISING[:0:-1]], -0.2, None, None, id="falling"),
        pytest.param([0.9] + [0.03] * 7, 0, None, None, id="flat"),
        pytest.param([v + 0.025 for v in RISING], 0.2, 0, 26.5, id="past the target"),
        pytest.param([v + 0.1 for v in RISING], 0.2, 0, 0, id="past the enforcement line"),
        pytest.param([0.9, None, 0.01, None, 0.014, None, 0.018, 0.02], 0.2, 10, 40, id="four"),
        pytest.param(
            [0.9, None, None, None, 0.014, None, 0.018, 0.02], None, None, None, id="three"
        ),
        pytest.param([0.02] * 3, None, None, None, id="three days old"),
    ],
)
def test_a_slope_says_when_a_line_is_met(
    models: Models,
    values: list[float | None],
    slope: float | None,
    breach: float | None,
    enforcement: float | None,
) -> None:
    rows = [rate(day, value) for day, value in enumerate(values)]
    if enforcement == 0:
        rows[-1]["status"] = "enforcement"
    assert outlook(models, rows)[-1] == pytest.approx((slope, breach, enforcement))


def test_a_week_to_date_takes_the_slope_of_seven_days(models: Models) -> None:
    rows = [rate(day, value) for day, value in enumerate(RISING)]
    week = [rate(day, 0.03, window_name="week") for day in range(len(RISING))]
    assert outlook(models, rows + week)[-1] == pytest.approx((0.2, 5, 35))


def test_a_rate_that_must_stay_high_meets_its_line_downwards(models: Models) -> None:
    valid = {"metric": "valid_tracking_rate", "target": 0.95, "enforcement": None, "status": "ok"}
    sinking = [rate(day, 0.99 - 0.005 * day, **valid) for day in range(7)]
    assert outlook(models, sinking)[-1] == pytest.approx((-0.5, 2, None))
    rising = [rate(day, 0.96 + 0.005 * day, **valid) for day in range(7)]
    assert outlook(models, rising)[-1] == pytest.approx((0.5, None, None))


def test_below_its_minimum_volume_nothing_is_foretold(models: Models) -> None:
    rows = [rate(day, value, denominator=24) for day, value in enumerate(RISING)]
    assert outlook(models, rows)[-1] == pytest.approx((0.2, None, None))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(st.none(), st.integers(0, 1000)), min_size=1, max_size=12))
def test_slopes_are_those_of_least_squares(models: Models, late: list[int | None]) -> None:
    values = [None if n is None else n / 1000 for n in late]
    found = outlook(models, [rate(day, value) for day, value in enumerate(values)])
    for day, row in enumerate(found):
        seen = [(d, v) for d, v in enumerate(values) if v is not None and day - 7 < d <= day]
        if len(seen) < 4:
            assert row[0] is None
        else:
            slope = np.polyfit([d for d, _ in seen], [v for _, v in seen], 1)[0]
            assert row[0] == pytest.approx(100 * slope, abs=1e-6)


@dataclass(frozen=True)
class Order:
    """An order by days from the first: when it counts, is due, leaves and is cancelled."""

    counts: int
    due: int
    dispatched: int | None
    cancelled: int | None

    def is_open(self, day: int) -> bool:
        left = [on for on in (self.dispatched, self.cancelled) if on is not None and on <= day]
        return self.counts <= day and not left

    def row(self, key: int) -> dict[str, object]:
        on = {
            "counts_from_on": self.counts,
            "valid_from_on": self.counts,
            "dispatch_due_on": self.due,
            "dispatched_on": self.dispatched,
            "cancelled_on": self.cancelled,
        }
        days = {k: None if v is None else FIRST + timedelta(days=v) for k, v in on.items()}
        return {"order_key": key, "shop_id": "us", "is_rated": True, "is_fbt": False, **days}


ORDERS = st.lists(
    st.builds(
        lambda counts, due, dispatched, cancelled: Order(
            counts,
            counts + due,
            None if dispatched is None else counts + dispatched,
            None if cancelled is None else counts + cancelled,
        ),
        st.integers(0, 5),
        st.integers(0, 5),
        st.one_of(st.none(), st.integers(0, 6)),
        st.one_of(st.none(), st.none(), st.integers(0, 6)),
    ),
    max_size=12,
)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ORDERS, st.integers(15, 200), st.integers(0, 8))
def test_the_walk_through_the_open_orders(
    models: Models, orders: list[Order], dispatched: int, late: int
) -> None:
    models.fill("intermediate.int_order_states", [o.row(key) for key, o in enumerate(orders)])
    models.run("int_open_order_spans")
    models.fill(
        "marts.kpi_daily",
        [
            rate(day, late / dispatched, basis="due", numerator=late, denominator=dispatched)
            for day in range(12)
        ],
    )
    models.run("kpi_outlook")
    found = models.connection.execute(
        "select as_of_on, breach_on_open_orders_on from marts.kpi_outlook order by 1"
    ).fetchall()
    for day, (as_of_on, broken_on) in enumerate(found):
        expected = None
        for due in range(day, 20):
            falling = sum(o.is_open(day) and day < o.due <= due for o in orders)
            counted = dispatched + falling
            if counted >= LEAST_VOLUME and Fraction(late + falling, counted) > TARGET:
                expected = FIRST + timedelta(days=due)
                break
        assert (as_of_on, broken_on) == (FIRST + timedelta(days=day), expected)
