"""The plans of small networks, and their rows, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from flows.network.choices import choose
from flows.network.plans import Network, Plan, plans

# Four sites on a line, a destination at each: a day to itself, two to the next, four, six.
DAYS = [[1, 2, 4, 6], [2, 1, 2, 4], [4, 2, 1, 2], [6, 4, 2, 1]]
SITES = ("070", "432", "731", "900")


def _network(
    orders: list[int],
    present: tuple[int, ...] = (),
    cents: list[list[int]] | None = None,
    site_cents: int = 0,
) -> Network:
    return Network(
        orders=np.array(orders, dtype=np.int64),
        days=np.array(DAYS, dtype=np.int64),
        cents=None if cents is None else np.array(cents, dtype=np.int64),
        site_cents=np.full(len(DAYS), site_cents, dtype=np.int64),
        is_present=np.isin(np.arange(len(DAYS)), present),
        regions=["east", "central", "south", "west"],
    )


def _found(network: Network, objective: str, *, is_enough: bool = True) -> dict[str, Plan]:
    found = plans(network, is_enough=is_enough)
    return {plan.name: plan for plan in found if plan.objective == objective}


def test_the_best_one_is_in_the_middle_and_the_best_two_share_the_line() -> None:
    found = _found(_network([10, 12, 10, 11]), "share_within_2_days")
    # The second site reaches the first three within two days, 32; the third the last three, 33.
    assert found["best 1"].sites == (2,)
    # With two sites everything is within two days; of those pairs the fewest order-days decide:
    # 0 and 3 take 10 + 24 + 20 + 11 = 65, 1 and 3 take 20 + 12 + 20 + 11 = 63.
    assert found["best 2"].sites == (1, 3)
    assert [len(found[f"best {count}"].sites) for count in range(1, 5)] == [1, 2, 3, 4]
    assert "best 5" not in found


def test_presets_are_the_best_pair_of_their_regions() -> None:
    found = _found(_network([10, 10, 10, 11]), "mean_transit_days")
    assert found["east + west"] == Plan("mean_transit_days", "preset", "east + west", (0, 3))
    assert found["central + south"].sites == (1, 2)


def test_a_preset_without_a_site_in_a_region_is_left_out() -> None:
    network = _network([1, 1, 1, 1])
    without = Network(**{**vars(network), "regions": ["east", "central", None, None]})
    assert {"east + west", "central + south"}.isdisjoint(_found(without, "mean_transit_days"))


def test_the_present_sites_stand_beside_every_objective() -> None:
    network = _network([1, 1, 1, 1], present=(0, 3), cents=DAYS)
    for objective in ("share_within_2_days", "mean_transit_days", "total_cost"):
        assert _found(network, objective)["present"].sites == (0, 3)


def test_too_few_orders_give_no_advice() -> None:
    network = _network([1, 1, 1, 1], present=(0,))
    assert list(_found(network, "mean_transit_days", is_enough=False)) == ["present"]
    assert list(plans(_network([1, 1, 1, 1]), is_enough=False)) == []


def test_cost_is_an_objective_where_it_is_known() -> None:
    assert _found(_network([1, 1, 1, 1]), "total_cost") == {}
    # Carriage is dear from the first site and alike from all others, of which the first is taken.
    cents = [[900] * 4, [500] * 4, [500] * 4, [500] * 4]
    found = _found(_network([5, 1, 1, 1], cents=cents, site_cents=100_000), "total_cost")
    assert found["best 1"].sites == (1,)


PAIRS: dict[str, list[Any]] = {
    "shop_id": ["us"] * 16 + ["ca"] * 16,
    "as_of_on": [np.datetime64("2026-04-22")] * 32,
    "site_zip3": [site for site in SITES for _ in SITES] * 2,
    "destination_zip3": [place for _ in SITES for place in SITES] * 2,
    "region": [region for region in ("east", "central", None, "west") for _ in SITES] * 2,
    "orders": [10, 12, 10, 11] * 8,
    "transit_days": [day for row in DAYS for day in row] * 2,
    "order_cents": [400] * 16 + [0] * 16,
    "site_cents": [450_000] * 32,
    "is_present": [site == "070" for site in SITES for _ in SITES] * 2,
    "is_enough_demand": [True] * 16 + [False] * 16,
}


def _columns(order: np.ndarray[Any, Any] | None = None) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, values in PAIRS.items():
        column = np.array(values, dtype=object if isinstance(values[0], str) else None)
        columns[name] = column if order is None else column[order]
    # The second shop's costs are not known.
    unknown = columns["shop_id"] == "ca"
    columns["order_cents"] = np.ma.masked_array(columns["order_cents"], unknown)
    return columns


def test_rows_of_the_choices() -> None:
    rows = choose(_columns())
    mine = [row for row in rows if row["shop_id"] == "us"]
    assert {row["objective"] for row in mine} == {
        "share_within_2_days",
        "mean_transit_days",
        "total_cost",
    }
    assert [row["site_zip3"] for row in mine if _is(row, "share_within_2_days", "best 2")] == [
        "432",
        "900",
    ]
    assert mine[0] == {
        "shop_id": "us",
        "as_of_on": date(2026, 4, 22),
        "objective": "share_within_2_days",
        "plan": "present",
        "name": "present",
        "site_zip3": "070",
    }
    # No south: that preset cannot be.
    assert {row["name"] for row in mine if row["plan"] == "preset"} == {"east + west"}


def test_a_shop_without_costs_or_demand_has_its_present_sites_alone() -> None:
    rows = [row for row in choose(_columns()) if row["shop_id"] == "ca"]
    assert [(row["objective"], row["name"]) for row in rows] == [
        ("share_within_2_days", "present"),
        ("mean_transit_days", "present"),
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_pairs_says_nothing(seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(32)
    assert choose(_columns(shuffled)) == choose(_columns())


def test_without_pairs_there_are_no_plans() -> None:
    assert choose({name: column[:0] for name, column in _columns().items()}) == []


def _is(row: dict[str, Any], objective: str, name: str) -> bool:
    return bool(row["objective"] == objective and row["name"] == name)
