"""Traps and control charts against the same definitions in plain Python, on made-up shops."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log, sqrt
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models

SHOP, TODAY = "us", date(2026, 4, 30)
LEAST_UNITS, LEAST_RETURNS, LEAST_RATIO = 30, 5, 1.5

# (SKU, creator) → units ordered and returned; `(none)` is a sale without a creator.
Sales = dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True)
class Segment:
    """Units ordered and returned of a SKU or a creator."""

    ordered: int
    returned: int

    @property
    def rate(self) -> float:
        return self.returned / self.ordered


def sure_lower_bound(segment: Segment, segments: int) -> float:
    """The Wilson bound whose z grows with how many segments are looked at."""
    n, p, z2 = segment.ordered, segment.rate, 3.841458820694124 + 3.5 * log(segments)
    if not segment.returned:
        return 0.0
    spread = sqrt(z2) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (p + z2 / (2 * n) - spread) / (1 + z2 / n)


def by(sales: Sales, part: int) -> dict[str, Segment]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, (ordered, returned) in sales.items():
        sums[key[part]][0] += ordered
        sums[key[part]][1] += returned
    return {key: Segment(*both) for key, both in sums.items() if both[0]}


def expected_of_creator(sales: Sales, creator: str, mean: float) -> float:
    """What the creator's SKUs bring back from others, thirty units at the mean added to each."""
    skus = by(sales, 0)
    own = {sku: both for (sku, name), both in sales.items() if name == creator and both[0]}
    total = 0.0
    for sku, (ordered, returned) in own.items():
        others = skus[sku].returned - returned
        total += ordered * (others + 30 * mean) / (skus[sku].ordered - ordered + 30)
    return total / sum(ordered for ordered, _ in own.values())


def traps_by_hand(sales: Sales) -> set[tuple[str, str]]:
    whole = Segment(*(sum(both[i] for both in sales.values()) for i in (0, 1)))
    found = set()
    skus = {k: s for k, s in by(sales, 0).items() if s.ordered >= LEAST_UNITS}
    if skus:
        place = floor(0.8 * (len(skus) - 1))
        volume_line = sorted(s.ordered for s in skus.values())[place]
        rate_line = sorted(s.rate for s in skus.values())[place]
        for sku, own in skus.items():
            others = Segment(whole.ordered - own.ordered, whole.returned - own.returned)
            if (
                others.ordered
                and own.ordered >= volume_line
                and own.rate >= rate_line
                and own.returned >= LEAST_RETURNS
                and sure_lower_bound(own, len(skus)) > LEAST_RATIO * others.rate
            ):
                found.add(("sku_margin_trap", sku))
    creators = {k: s for k, s in by(sales, 1).items() if s.ordered >= LEAST_UNITS}
    creators.pop("(none)", None)
    for creator, own in creators.items():
        compared = max(whole.rate, round(expected_of_creator(sales, creator, whole.rate), 6))
        if own.returned >= LEAST_RETURNS and sure_lower_bound(own, len(creators)) > compared:
            found.add(("creator_outlier", creator))
    return found


def rate_row(dimension: str, segment: str, own: Segment) -> dict[str, Any]:
    return {
        "shop_id": SHOP,
        "basis": "order_cohort",
        "window_name": "rolling_90d",
        "dimension": dimension,
        "segment": segment,
        "units_ordered": own.ordered,
        "units_returned": own.returned,
        "value": own.rate,
        "is_provisional": True,
        "is_small_volume": own.ordered < LEAST_UNITS,
        "currency": "USD",
    }


def find_traps(models: Models, sales: Sales, shuffle: int = 0) -> list[tuple[Any, ...]]:
    """The list as the models make it; `shuffle` changes the order of the rows that they read."""
    random = Random(shuffle)
    whole = Segment(*(sum(both[i] for both in sales.values()) for i in (0, 1)))
    rates = [rate_row("shop", "(all)", whole)]
    rates += [rate_row("seller_sku", key, own) for key, own in by(sales, 0).items()]
    rates += [rate_row("creator", key, own) for key, own in by(sales, 1).items()]
    facts = [
        {
            "shop_id": SHOP,
            "as_of_on": TODAY,
            "basis": "order_cohort",
            "window_name": "rolling_90d",
            "seller_sku": sku,
            "creator_handle": creator,
            "units_ordered": ordered,
            "units_returned": returned,
        }
        for (sku, creator), (ordered, returned) in sales.items()
    ]
    random.shuffle(rates)
    random.shuffle(facts)
    models.fill("marts.return_rates", rates)
    models.fill("intermediate.int_return_facts", facts)
    models.run("returns_review", "margin_traps")
    return models.connection.execute(
        "select kind, segment, place, excess_units, compared_with, sure_lower_bound "
        "from marts.margin_traps order by place"
    ).fetchall()


@st.composite
def shops(draw: st.DrawFn) -> Sales:
    sales: Sales = {}
    creators = ["(none)", *(f"creator{n}" for n in range(draw(st.integers(0, 4))))]
    for number in range(draw(st.integers(1, 6))):
        rate = draw(st.sampled_from([0.02, 0.05, 0.1, 0.4]))
        for creator in creators:
            ordered = draw(st.sampled_from([0, 3, 25, 60, 400]))
            extra = draw(st.sampled_from([0.0, 0.0, 0.3]))
            if ordered:
                returned = min(ordered, round(ordered * (rate + extra)))
                sales[f"SKU{number}", creator] = (ordered, returned)
    if not sales:
        sales["SKU0", "(none)"] = (1, 0)
    return sales


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sales=shops())
def test_the_list_is_the_one_by_hand(models: Models, sales: Sales) -> None:
    found = find_traps(models, sales)
    assert {(kind, segment) for kind, segment, *_ in found} == traps_by_hand(sales)
    assert [row[2] for row in found] == list(range(1, len(found) + 1))
    for _, _, _, excess, compared, sure in found:
        assert excess > 0 and sure > compared
    assert find_traps(models, sales, shuffle=1) == found


def test_of_four_skus_in_the_quadrant_one_is_a_trap(models: Models) -> None:
    sales: Sales = {
        ("MUCH-MUCH", "(none)"): (1000, 200),
        ("MUCH-FEW", "(none)"): (900, 27),
        ("FEW-MUCH", "(none)"): (50, 10),
        ("FEW-FEW", "(none)"): (40, 1),
    }
    assert [row[:2] for row in find_traps(models, sales)] == [("sku_margin_trap", "MUCH-MUCH")]


def test_a_creator_of_a_product_that_all_bring_back_is_not_to_blame(models: Models) -> None:
    """Everybody brings back a third of the chairs; ann alone brings back a third of the lamps."""
    sales: Sales = {
        ("CHAIR", "carl"): (300, 100),
        ("CHAIR", "(none)"): (300, 100),
        ("LAMP", "ann"): (300, 100),
        ("LAMP", "(none)"): (900, 30),
        ("MUG", "(none)"): (900, 30),
    }
    found = {row[:2] for row in find_traps(models, sales)}
    assert ("creator_outlier", "ann") in found
    assert ("creator_outlier", "carl") not in found


@pytest.mark.parametrize("seed", range(5))
def test_a_shop_without_trouble_has_an_empty_list(models: Models, seed: int) -> None:
    """Rates from 2 % to 7 % by SKU, none of them the doing of a creator, and nothing but chance."""
    random = Random(seed)
    sales: Sales = {}
    for number in range(30):
        rate, volume = random.uniform(0.02, 0.07), 900 * (number + 1) ** -0.75
        for creator in ["(none)"] * 3 + [f"creator{n}" for n in range(8)]:
            ordered = round(volume * random.uniform(0.02, 0.2))
            returned = sum(random.random() < rate for _ in range(ordered))
            before = sales.get((f"SKU{number}", creator), (0, 0))
            sales[f"SKU{number}", creator] = (before[0] + ordered, before[1] + returned)
    assert find_traps(models, sales) == []


# --- the control chart ------------------------------------------------------------------------

Unit = tuple[date, date | None]
"""A unit: ordered on, returned on."""


def chart_by_hand(units: list[Unit], today: date) -> dict[date, tuple[Any, ...]]:
    """By week: units, returned, centre, is judged, is above its limit."""
    last = today - timedelta(days=6)
    last -= timedelta(days=last.weekday())
    weeks = [last - timedelta(days=7 * n) for n in reversed(range(12))]
    first = today - timedelta(days=83)
    weeks = [week for week in weeks if week >= first - timedelta(days=first.weekday())]
    found: dict[date, tuple[Any, ...]] = {}
    for week in weeks:
        age = (today - week).days
        counts = []
        for other in (w for w in weeks if w <= week):
            mine = [unit for unit in units if 0 <= (unit[0] - other).days < 7]
            if mine:
                known = other + timedelta(days=age)
                counts.append((len(mine), sum(u[1] is not None and u[1] <= known for u in mine)))
                newest = other
        if not counts or newest != week:
            continue
        n, returned = counts.pop()
        ordered_before = sum(both[0] for both in counts)
        returned_before = sum(both[1] for both in counts)
        centre = returned_before / ordered_before if counts else None
        is_judged = len(counts) >= 4 and returned_before * n >= 5 * ordered_before
        is_above = bool(
            is_judged
            and centre is not None
            and returned / n > centre + 3 * sqrt(centre * (1 - centre) / n)
        )
        found[week] = (n, returned, centre, is_judged, is_above)
    return found


def chart(models: Models, units: list[Unit]) -> dict[date, tuple[Any, ...]]:
    models.fill(
        "intermediate.int_sold_units",
        [
            {
                "shop_id": SHOP,
                "seller_sku": "MUG",
                "created_on": ordered,
                "known_on": ordered,
                "units": 1,
            }
            for ordered, _ in units
        ],
    )
    models.fill(
        "intermediate.int_returns",
        [
            {
                "shop_id": SHOP,
                "seller_sku": "MUG",
                "created_on": ordered,
                "counts_from_on": ordered,
                "returned_on": returned,
                "is_refunded": True,
                "is_rated": True,
                "is_of_a_line": True,
                "units": 1,
            }
            for ordered, returned in units
            if returned
        ],
    )
    models.run("category_control")
    rows = models.connection.execute(
        "select week_start_on, units_ordered, units_returned, centre, is_judged, is_above_limit "
        "from marts.category_control"
    ).fetchall()
    return {week: tuple(rest) for week, *rest in rows}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.05, 0.2, 0.5]),
    bad=st.sampled_from([0.0, 0.4]),
)
def test_a_chart_is_the_one_from_every_single_unit(
    models: Models, seed: int, share: float, bad: float
) -> None:
    random = Random(seed)
    units: list[Unit] = []
    for _ in range(random.randrange(1, 250)):
        ordered = TODAY - timedelta(days=random.randrange(0, 100))
        is_back = random.random() < share + (bad if (TODAY - ordered).days < 30 else 0)
        returned = ordered + timedelta(days=random.randrange(0, 40)) if is_back else None
        units.append((ordered, returned))
    found, wanted = chart(models, units), chart_by_hand(units, TODAY)
    assert found.keys() == wanted.keys()
    for week, (n, returned_units, centre, is_judged, is_above) in wanted.items():
        assert found[week][:2] == (n, returned_units)
        assert found[week][2] == (None if centre is None else pytest.approx(centre))
        assert found[week][3:] == (is_judged, is_above)
