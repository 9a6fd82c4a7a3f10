"""From orders to sites: the dbt models around the solver, against every set tried in Python.

The shop sells to eight places and ships all of it from Seattle, its one warehouse.
"""

from __future__ import annotations

import csv
import importlib.util
import math
from collections.abc import Sequence
from datetime import date
from itertools import combinations, pairwise
from typing import Any

import duckdb
import pytest

from flows.paths import DBT_DIR
from tests.warehouse.conftest import Models

DEMAND = {
    "100": 60,  # New York
    "191": 30,  # Philadelphia
    "303": 35,  # Atlanta
    "331": 20,  # Miami
    "606": 40,  # Chicago
    "752": 35,  # Dallas
    "900": 50,  # Los Angeles
    "981": 10,  # Seattle
}
ORDERS = sum(DEMAND.values())
PRESENT = "981"
# Largest distance in miles and days of each zone; beyond them five days.
BANDS = ((50, 1), (150, 1), (300, 2), (600, 2), (1000, 3), (1400, 4), (1800, 4))
RADIUS_MI = 3958.76


def _seed(name: str) -> list[dict[str, str]]:
    with (DBT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


CENTROIDS = {
    row["zip3"]: (math.radians(float(row["latitude"])), math.radians(float(row["longitude"])))
    for row in _seed("zip3_centroids")
}
HUBS = {row["zip3"]: row for row in _seed("network_candidates")}


def _zone(origin: str, destination: str) -> int:
    (a, b), (c, d) = CENTROIDS[origin], CENTROIDS[destination]
    part = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    miles = round(2 * RADIUS_MI * math.asin(math.sqrt(part)), 1)
    return next((n for n, (edge, _) in enumerate(BANDS, 1) if miles <= edge), 8)


def _days(origin: str, destination: str) -> int:
    zone = _zone(origin, destination)
    return BANDS[zone - 1][1] if zone < 8 else 5


def _served(sites: Sequence[str]) -> tuple[int, int]:
    """Orders within two days, and order-days, from the fastest of the sites."""
    least = {place: min(_days(site, place) for site in sites) for place in DEMAND}
    fast = sum(orders for place, orders in DEMAND.items() if least[place] <= 2)
    return fast, sum(orders * least[place] for place, orders in DEMAND.items())


class _Dbt:
    """Of what dbt gives a Python model, what this one asks for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def config(self, **settings: str) -> None:
        assert settings == {"materialized": "table"}

    def ref(self, model: str) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(f"select * from intermediate.{model}")


def _solve(models: Models) -> None:
    """Compute the choices and both marts anew."""
    path = DBT_DIR / "models" / "intermediate" / "network" / "int_network_choices.py"
    spec = importlib.util.spec_from_file_location("int_network_choices", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    connection = models.connection
    choices = module.model(_Dbt(connection), connection).fetchall()
    connection.execute("delete from intermediate.int_network_choices")
    if choices:
        connection.executemany(
            "insert into intermediate.int_network_choices values (?, ?, ?, ?, ?, ?)", choices
        )
    models.run("network_options", "network_sites")


def _options(models: Models, columns: str = "*") -> dict[tuple[str, str], dict[str, Any]]:
    found = models.connection.sql(f"select objective, name, {columns} from marts.network_options")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return {(row["objective"], row["name"]): row for row in rows}


@pytest.fixture(scope="module")
def solved(models: Models) -> Models:
    """The shop's demand, its warehouse, and the marts of its network."""
    models.fill(
        "lake.reference__warehouses",
        [{"shop_id": "us", "warehouse_id": "SEA", "name": "Seattle", "zip3": PRESENT}],
    )
    key = 0
    for place, orders in DEMAND.items():
        models.connection.execute(
            "insert into intermediate.int_orders by name select ? + i as order_key, 'us' as "
            "shop_id, ? as zip3, date '2026-03-02' as created_on, date '2026-03-02' as "
            "counts_from_on, true as is_rated from range(?) as r (i)",
            [key, place, orders],
        )
        key += orders
    models.run("int_zip3_zones")
    _solve(models)
    return models


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_set_of_sites_is_better(solved: Models, count: int) -> None:
    """Of all sets, most orders within two days, then fewest order-days; and the other way."""
    totals = [_served(sites) for sites in combinations(sorted({*HUBS, PRESENT}), count)]
    most, fewest = max(fast for fast, _ in totals), min(days for _, days in totals)
    options = _options(solved)
    by_share = options["share_within_2_days", f"best {count}"]
    assert by_share["share_within_2_days"] == pytest.approx(most / ORDERS, abs=1e-12)
    assert by_share["mean_transit_days"] == pytest.approx(
        min(days for fast, days in totals if fast == most) / ORDERS, abs=1e-12
    )
    by_days = options["mean_transit_days", f"best {count}"]
    assert by_days["mean_transit_days"] == pytest.approx(fewest / ORDERS, abs=1e-12)
    assert by_days["share_within_2_days"] == pytest.approx(
        max(fast for fast, days in totals if days == fewest) / ORDERS, abs=1e-12
    )


def test_a_misplaced_warehouse_is_found(solved: Models) -> None:
    """From Seattle 4 % are two days away; one site elsewhere reaches more than half."""
    options = _options(solved)
    present, best = (options["share_within_2_days", name] for name in ("present", "best 1"))
    fast, days = _served([PRESENT])
    assert (present["sites"], present["site_zip3s"]) == (1, PRESENT)
    assert present["share_within_2_days"] == pytest.approx(fast / ORDERS)
    assert present["mean_transit_days"] == pytest.approx(days / ORDERS)
    assert present["is_materially_better"] is False
    assert best["is_materially_better"] is True
    assert best["share_within_2_days"] > 0.5
    assert best["share_over_present"] == round(
        best["share_within_2_days"] - present["share_within_2_days"], 6
    )


def test_without_deliveries_the_rule_says_what_is_on_time(solved: Models) -> None:
    """Six business days less two to dispatch leave four: zone 8, five days, is late."""
    present = _options(solved)["share_within_2_days", "present"]
    soon = sum(orders for place, orders in DEMAND.items() if _days(PRESENT, place) <= 4)
    assert present["expected_on_time_delivery_rate"] == pytest.approx(soon / ORDERS, abs=1e-6)
    assert present["on_time_by_rule_share"] == 1.0


def test_presets_are_the_best_of_their_regions(solved: Models) -> None:
    by_region: dict[str, list[str]] = {}
    for zip3, hub in HUBS.items():
        by_region.setdefault(hub["region"], []).append(zip3)
    options = _options(solved)
    for name, ones, others in (
        ("east + west", "east", "west"),
        ("central + south", "central", "south"),
    ):
        best = max(_served((a, b))[0] for a in by_region[ones] for b in by_region[others])
        found = options["share_within_2_days", name]
        assert found["sites"] == 2
        assert found["share_within_2_days"] == pytest.approx(best / ORDERS, abs=1e-12)


def test_each_further_site_says_what_it_gains(solved: Models) -> None:
    options = _options(solved)
    shares = [
        options["share_within_2_days", f"best {count}"]["share_within_2_days"]
        for count in range(1, 6)
    ]
    gains = [
        options["share_within_2_days", f"best {count}"]["gain_of_this_site"]
        for count in range(1, 6)
    ]
    assert gains[0] is None
    assert gains[1:] == [round(b - a, 6) for a, b in pairwise(shares)]
    advised = [name for (_, name), row in options.items() if row["is_recommended"]]
    stop = next((n for n in range(1, 5) if shares[n] - shares[n - 1] < 0.05), 5)
    assert advised == [f"best {stop}"]


def test_cost_is_carriage_inbound_and_storage(solved: Models) -> None:
    """By the defaults: 2.90 and 0.35 a zone, no units known, 1,500 a month and site."""
    solved.connection.execute(
        "insert into intermediate.int_sold_units by name select 'us' as shop_id, 'A' as "
        "seller_sku, date '2026-03-02' as created_on, date '2026-03-02' as known_on, "
        f"{2 * ORDERS} as units"
    )
    _solve(solved)
    # Two units of 0.40 an order.
    cents = sum(
        orders * (290 + 35 * _zone(PRESENT, place) + 80) for place, orders in DEMAND.items()
    )
    present = _options(solved)["total_cost", "present"]
    assert float(present["cost_per_month"]) == pytest.approx(round(cents / 300, 2) + 1500)
    assert (present["currency"], present["is_assumed"]) == ("USD", True)


def test_sites_serve_every_order_once(solved: Models) -> None:
    rows = solved.connection.execute(
        "select objective, name, sum(orders_served), sum(share) from marts.network_sites "
        "group by 1, 2"
    ).fetchall()
    assert len(rows) == len(_options(solved))
    assert {total for _, _, total, _ in rows} == {ORDERS}
    assert all(share == pytest.approx(1.0) for *_, share in rows)


def test_a_day_that_is_looked_back_at_has_no_network(solved: Models) -> None:
    """The sites were chosen for the build's day; of another one nothing is said."""
    solved.connection.execute("begin")
    try:
        solved.connection.execute(
            "update inputs.as_of set as_of_on = date '2026-04-22' where shop_id = 'us'"
        )
        solved.run("network_options", "network_sites")
        assert _options(solved) == {}
        assert solved.connection.execute("select * from marts.network_sites").fetchall() == []
    finally:
        solved.connection.execute("rollback")


def test_below_a_hundred_orders_the_present_sites_stand_alone(solved: Models) -> None:
    kept = date(2026, 1, 1)
    solved.connection.execute("begin")
    try:
        solved.connection.execute(
            "update intermediate.int_orders set created_on = ? where order_key >= 99", [kept]
        )
        _solve(solved)
        assert {name for _, name in _options(solved)} == {"present"}
        solved.connection.execute(
            "update intermediate.int_orders set created_on = date '2026-03-02' where order_key = 99"
        )
        _solve(solved)
        assert {"present", "best 1", "best 5"} <= {name for _, name in _options(solved)}
    finally:
        solved.connection.execute("rollback")


def test_a_market_without_zip_codes_has_no_network(solved: Models) -> None:
    shops = solved.connection.execute("select distinct shop_id from marts.network_options")
    assert shops.fetchall() == [("us",)]


def test_hubs_are_sixty_places_of_all_parts_of_the_lower_48() -> None:
    assert len(HUBS) == 60
    states = {row["zip3"]: row["state_code"] for row in _seed("zip3_centroids")}
    assert all(states[zip3] == hub["state_code"] for zip3, hub in HUBS.items())
    assert {hub["region"] for hub in HUBS.values()} == {"east", "central", "south", "west"}
    assert not {"AK", "HI", "PR"} & {hub["state_code"] for hub in HUBS.values()}


def test_what_python_computes_is_no_query_of_the_build(models: Models) -> None:
    """Marts of other days are computed again by queries alone."""
    rows = models.connection.execute("select name from inputs.models").fetchall()
    kept = {name for (name,) in rows}
    assert "network_options" in kept
    assert "int_network_choices" not in kept
