"""Coverage by warehouse and concentration by state, held against counts by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models

AS_OF = date(2026, 4, 30)
WAREHOUSES = {"NJ": "070", "CA": "917", "TX": "752", "GA": "300"}
# Where orders go: ZIP3s from coast to coast, with their states.
PLACES = {
    "100": "NY", "064": "CT", "190": "PA", "331": "FL", "303": "GA", "441": "OH", "606": "IL",
    "641": "MO", "701": "LA", "752": "TX", "770": "TX", "802": "CO", "850": "AZ", "900": "CA",
    "941": "CA", "972": "OR", "981": "WA", "995": "AK", "967": "HI", "006": "PR",
}  # fmt: skip

orders_by_place = st.dictionaries(
    st.sampled_from([*PLACES, None]), st.integers(1, 60), min_size=1, max_size=12
)
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def fill_orders(models: Models, orders: dict[str | None, int]) -> None:
    models.fill(
        "intermediate.int_destination_changes",
        [
            {
                "shop_id": "us",
                "ship_to_state": PLACES[zip3] if zip3 else "(unknown)",
                "zip3": zip3,
                "created_on": AS_OF - timedelta(days=3),
                "known_on": AS_OF - timedelta(days=3),
                "orders": count,
                "deliverable_orders": 0,
                "on_time_orders": 0,
            }
            for zip3, count in orders.items()
        ],
    )


@pytest.fixture(scope="module")
def with_warehouses(models: Models) -> Models:
    """Four warehouses, no scans: transit days are the rule's."""
    models.fill(
        "lake.reference__warehouses",
        [
            {"shop_id": "us", "warehouse_id": name, "zip3": zip3}
            for name, zip3 in WAREHOUSES.items()
        ],
    )
    models.run("int_zip3_zones", "int_zone_transit")
    return models


@few
@given(orders_by_place)
def test_shares_sum_to_one_and_more_warehouses_never_reach_less(
    with_warehouses: Models, orders: dict[str | None, int]
) -> None:
    fill_orders(with_warehouses, orders)
    with_warehouses.run("zone_coverage")
    rows = with_warehouses.connection.execute(
        "select origin_set, ship_to_state, share_of_orders, share_within_2_days, mean_zone, "
        "mean_transit_days from marts.zone_coverage"
    ).fetchall()
    shares: Counter[str] = Counter()
    for origins, state, share, *_ in rows:
        shares[origins] += share if state != "(all)" else 0
    assert set(shares) == {"(active)", *WAREHOUSES}
    assert all(share == pytest.approx(1) for share in shares.values())
    whole = {origins: rest for origins, state, _, *rest in rows if state == "(all)"}
    together = whole.pop("(active)")
    for alone in whole.values():
        if alone[0] is not None:
            assert together[0] >= alone[0]
            assert together[1] <= alone[1]
            assert together[2] <= alone[2]


@few
@given(orders_by_place)
def test_the_fewest_states_that_hold_most_orders(
    models: Models, orders: dict[str | None, int]
) -> None:
    """The same counts in plain Python: sort, add until enough."""
    fill_orders(models, orders)
    models.run("demand_by_state", "demand_concentration")
    by_state: Counter[str] = Counter()
    for zip3, count in orders.items():
        if zip3:
            by_state[PLACES[zip3]] += count
    whole = sum(by_state.values())
    row = models.connection.execute(
        "select orders, orders_without_state, states_60, states_70, herfindahl "
        "from marts.demand_concentration"
    ).fetchone()
    assert row is not None
    assert row[:2] == (whole, orders.get(None, 0))
    for found, share in ((row[2], Fraction(6, 10)), (row[3], Fraction(7, 10))):
        assert found == fewest(sorted(by_state.values(), reverse=True), share)
    if whole:
        exact = sum(Fraction(count, whole) ** 2 for count in by_state.values())
        assert row[4] == pytest.approx(float(exact))
        added = models.connection.execute("select sum(share) from marts.demand_by_state").fetchone()
        assert added is not None
        assert added[0] == pytest.approx(1)


def fewest(counts: list[int], share: Fraction) -> int | None:
    """How many of the counts, the largest first, make up the share of them all."""
    held = 0
    for place, count in enumerate(counts, start=1):
        held += count
        if held >= share * sum(counts):
            return place
    return None
