"""What a scenario plants is in the files, and an ordinary shop has nothing of it."""

import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.commands.simulate import simulate_shop
from flows.errors import UsageError
from flows.simulate import SimulationSummary, simulate
from flows.simulate.fulfilment import miles
from flows.simulate.places import US_PLACES
from tests.simulate.exports import rows

START, END, ORDERS = date(2026, 3, 2), date(2026, 4, 26), 30
WORDS = (
    "bad_sku", "repeat_returner", "misrouted_grades", "misplaced_warehouse", "well_run",
)  # fmt: skip
END_IN_UTC = "2026-04-27T07"
ROUTES = {"A": "restock", "B": "refurbish", "C": "liquidate", "D": "dispose"}


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SimulationSummary]:
    out: Path = tmp_path_factory.mktemp("planted")
    return {
        word: simulate(out / word, "shop", START, END, ORDERS, 7, [word])
        for word in ("calm", *WORDS)
    }


def returned_orders(shop: SimulationSummary) -> dict[str, set[str]]:
    """Orders that each buyer sent back."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(shop.landing, "Return*.csv"):
        found[row["Buyer Username"]].add(row["Order ID"])
    return found


def planted(shop: SimulationSummary) -> dict[str, object]:
    found = json.loads((shop.truth / "planted.json").read_text())
    assert isinstance(found, dict)
    return found


def test_nothing_is_planted_in_an_ordinary_shop(shops: dict[str, SimulationSummary]) -> None:
    assert planted(shops["calm"]) == {} == planted(shops["well_run"])


def test_what_is_planted_is_named(shops: dict[str, SimulationSummary]) -> None:
    for word in WORDS[:-1]:
        assert list(planted(shops[word])) == [word]


def test_some_buyers_come_again_and_nobody_sends_three_orders_back(
    calm: SimulationSummary,
) -> None:
    returned = Counter(len(orders) for orders in returned_orders(calm).values())
    assert set(returned) == {1, 2}
    orders = defaultdict(set)
    for row in rows(calm.landing, "All order*.csv"):
        orders[row["Buyer Username"]].add(row["Order ID"])
    assert 0.1 < sum(len(held) > 1 for held in orders.values()) / len(orders) < 0.4


def test_one_buyer_sends_everything_back(shops: dict[str, SimulationSummary]) -> None:
    returned = returned_orders(shops["repeat_returner"])
    (buyer,) = (name for name, orders in returned.items() if len(orders) > 2)
    told = planted(shops["repeat_returner"])["repeat_returner"]
    assert told == {"buyer_username": buyer, "order_ids": sorted(returned[buyer])}
    assert len(returned[buyer]) == 6


def test_bad_sku_comes_back(shops: dict[str, SimulationSummary]) -> None:
    frame = pl.read_csv(shops["bad_sku"].truth / "return_rate_by_sku.csv").filter(
        basis="order_cohort", window_name="rolling_90d"
    )
    bad = pl.col("seller_sku").eq(planted(shops["bad_sku"])["bad_sku"])
    its, others = (
        sum(part["units_returned"].to_list()) / sum(part["units_ordered"].to_list())
        for part in (frame.filter(bad), frame.filter(~bad))
    )
    assert its > 0.08 and its > 3 * others
    ordered = frame["units_ordered"].to_list()
    assert frame.filter(bad)["units_ordered"].item() >= np.quantile(ordered, 0.8)


def test_goods_go_the_way_of_their_grade(shops: dict[str, SimulationSummary]) -> None:
    for word in ("calm", "misrouted_grades"):
        received = rows(shops[word].landing, "returns_received.csv")
        goods = [r for r in received if "" < r["graded_at"] < END_IN_UTC]
        astray = [r["rma_id"] for r in goods if r["disposition"] != ROUTES[r["grade"]]]
        assert {r["grade"] for r in goods} == set(ROUTES)
        if word == "calm":
            assert not astray
        else:
            assert planted(shops[word])[word] == {"rma_ids": astray}
            assert len(astray) >= 5


def reached(*origins: str) -> float:
    """Share of the demand within 600 miles of an area: two days at most."""
    points = [(p.latitude, p.longitude) for p in US_PLACES]
    near = [
        any(
            miles((p.latitude, p.longitude), point) <= 600
            for p in US_PLACES if p.area in origins
        )
        for point in points
    ]  # fmt: skip
    weight = np.array([p.weight for p in US_PLACES])
    return float(weight[near].sum() / weight.sum())


def test_sites_are_far_from_the_buyers_or_as_near_as_two_can_be(
    shops: dict[str, SimulationSummary],
) -> None:
    sites = {}
    for word in ("misplaced_warehouse", "well_run"):
        houses = rows(shops[word].landing, "warehouses.csv")
        sites[word] = [h["postal_code"][:3] for h in houses if not h["active_to_on"]]
    (far_off,) = sites["misplaced_warehouse"]
    one, other = sites["well_run"]
    areas = [p.area for p in US_PLACES]
    assert reached(far_off) + 0.05 < max(reached(area) for area in areas)
    best = max(reached(a, b) for i, a in enumerate(areas) for b in areas[:i])
    assert reached(one, other) == pytest.approx(best)


def test_long_tail_lies_at_one_site(shops: dict[str, SimulationSummary]) -> None:
    folder = shops["well_run"].landing
    heroes = {r["seller_sku"] for r in rows(folder, "hero_skus.csv") if not r["hero_to_on"]}
    held = defaultdict(set)
    for row in rows(folder, "inventory.csv"):
        assert int(row["available"]) >= 0
        held[row["seller_sku"]].add(row["warehouse_id"])
    assert {sku for sku, houses in held.items() if len(houses) > 1} == heroes
    assert len(heroes) == 12


def test_content_is_in_the_calendar_under_its_creator(calm: SimulationSummary) -> None:
    calendar = {
        row["content_id"]: row["creator_handle"]
        for row in rows(calm.landing, "content_calendar.csv")
    }
    shown = list(rows(calm.landing, "Affiliate*.csv"))
    assert shown
    for row in shown:
        assert calendar[row["Content ID"]] == row["Creator Username"]
    ahead = [r for r in rows(calm.landing, "content_calendar.csv") if not r["content_id"]]
    assert len(ahead) == 5 and all(int(r["expected_units"]) > 0 for r in ahead)


def test_no_return_waits_for_weeks(calm: SimulationSummary) -> None:
    """The last word on each return: settled, or younger than its settlement may be."""
    last: dict[str, dict[str, str]] = {}
    for row in rows(calm.landing, "Return*.csv"):
        last[row["Return Order ID"] + row["SKU ID"]] = row
    waiting = [r for r in last.values() if r["Return Status"] in ("To process", "In process")]
    days = [r["Time Requested"] for r in waiting]
    assert all(day[3:5] == "04" and int(day[:2]) >= 26 - 9 for day in days)
    assert any(r["Return Logistics Tracking ID"] for r in last.values())
    assert {r["Compensation Status"] for r in last.values()} >= {"", "Denied"}


def test_sites_cannot_be_moved_without_zones(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        simulate_shop(tmp_path, "shop", START, START, 5, 1, ("well_run",), "VN", lambda _: None)
    assert "US" in str(refusal.value.mend)
    with pytest.raises(ValueError, match="no zones"):
        simulate(tmp_path, "shop", START, START, 5, 1, ["misplaced_warehouse"], market="GB")
