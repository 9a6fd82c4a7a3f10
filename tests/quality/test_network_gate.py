"""Gate 2 on where stock could be and where it is: each of its rules, broken at one shop."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from flows.quality import Gate, GateResult, gate2, run_gate
from flows.quality.network_suites import NETWORK
from tests.quality.builders import MARTS_YAML

SHOPS = ("north", "south")
_TYPES = {"text": "varchar", "integer": "bigint", "number": "decimal(18, 2)"}

ROWS: dict[str, list[dict[str, object]]] = {
    "network_options": [
        {
            "objective": objective,
            "plan": plan,
            "name": name,
            "sites": sites,
            "site_zip3s": "070",
            "orders": 100,
            "share_within_2_days": share,
            "mean_transit_days": days,
            "cost_per_month": cost,
            "expected_on_time_delivery_rate": 0.9,
            "on_time_by_rule_share": 0.0,
            "gain_of_this_site": gain,
            "is_materially_better": share >= 0.55,
            "is_recommended": name == "best 2" and objective == "share_within_2_days",
        }
        for objective in ("share_within_2_days", "mean_transit_days", "total_cost")
        for plan, name, sites, share, days, cost, gain in (
            ("present", "present", 1, 0.5, 3.0, 900, None),
            ("best", "best 1", 1, 0.6, 2.5, 800, None),
            ("best", "best 2", 2, 0.8, 2.0, 850, 0.2),
            ("preset", "east + west", 2, 0.8, 2.0, 850, None),
        )
    ],
    "network_sites": [
        {"objective": objective, "plan": plan, "name": name, "site_zip3": site, "orders_served": n}
        for objective in ("share_within_2_days", "mean_transit_days", "total_cost")
        for plan, name, site, n in (
            ("present", "present", "070", 100),
            ("best", "best 1", "432", 100),
            ("best", "best 2", "432", 70),
            ("best", "best 2", "900", 30),
            ("preset", "east + west", "070", 60),
            ("preset", "east + west", "900", 40),
        )
    ],
    "hero_skus": [
        {"seller_sku": "A", "is_hero": True, "hero_source": "declared", "revenue_share": 0.75},
        {"seller_sku": "B", "is_hero": False, "hero_source": "declared", "revenue_share": 0.25},
    ],
    "hero_stock": [
        {
            "seller_sku": sku,
            "warehouse_id": place,
            "is_hero": sku == "A",
            "available": units,
            "is_missing_hero": sku == "A" and units == 0,
            "is_scattered_long_tail": sku == "B",
        }
        for sku, place, units in (("A", "NJ", 5), ("A", "CA", 0), ("B", "NJ", 2), ("B", "CA", 1))
    ],
    "content_stock": [
        {
            "seller_sku": sku,
            "warehouse_id": "NJ",
            "available": held,
            "needed": 10,
            "is_short": short,
        }
        for sku, held, short in (("A", 10, False), ("B", 9, True), ("C", None, None))
    ],
    "fbt_replenishment": [
        {
            "seller_sku": sku,
            "average_daily_units": 2.0,
            "days_of_cover": cover,
            "lead_days": 5,
            "reserve_days": 3,
            "suggested_units": units,
            "is_due": units > 0,
        }
        for sku, cover, units in (("A", 8.0, 36), ("B", 9.0, 0))
    ],
    "prepositioning": [
        {
            "scope": scope,
            "skus": skus,
            "sites": 2,
            "units_to_move": units,
            "inbound_cost": units * 0.5,
            "storage_share": share,
        }
        for scope, skus, units, share in (("heroes", 1, 20, 0.5), ("everything", 4, 50, 1.0))
    ],
    "stock_totals": [
        {"seller_sku": "A", "available": 8, "fbt_available": 3, "own_available": 5},
    ],
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of two shops with the marts of sites and stock, all in order."""
    path = tmp_path_factory.mktemp("network_gate") / "good.duckdb"
    marts = yaml.safe_load(MARTS_YAML.read_text(encoding="utf-8"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for table, rows in ROWS.items():
            columns = ", ".join(
                f"{name} {_TYPES.get(kind, kind)}" for name, kind in marts[table]["columns"].items()
            )
            connection.execute(f"create table marts.{table} ({columns})")
            for shop in SHOPS:
                for row in rows:
                    whole = {"shop_id": shop, **_keys(marts[table], row), **row}
                    connection.execute(
                        f"insert into marts.{table} ({', '.join(whole)}) "
                        f"values ({', '.join('?' for _ in whole)})",
                        list(whole.values()),
                    )
    return path


def _keys(mart: dict[str, object], row: dict[str, object]) -> dict[str, object]:
    """Some value for the parts of the key that a row does not name."""
    columns, grain = mart["columns"], mart["grain"]
    assert isinstance(columns, dict) and isinstance(grain, list)
    values = {"text": "x", "timestamp": "2026-04-23 07:00:00"}
    return {key: values[columns[key]] for key in grain if key not in row and key != "shop_id"}


def _judge(path: Path) -> GateResult:
    gate = gate2()
    suites = tuple(suite for suite in gate.suites if suite.table in NETWORK)
    return run_gate(path, Gate(gate.name, gate.schema, suites), SHOPS)


def test_marts_in_order_pass(good: Path) -> None:
    result = _judge(good)
    assert [f"{r.table}.{r.name}: {r.observed}" for r in result.failures()] == []


BROKEN = [
    ("network_options", "known_words", "set objective = 'speed'", "name = 'east + west'"),
    ("network_options", "known_words", "set sites = 6", "plan = 'preset'"),
    ("network_options", "rates_in_range", "set expected_on_time_delivery_rate = 1.1", "true"),
    ("network_options", "same_demand", "set orders = 99", "name = 'best 2'"),
    ("network_options", "best_is_best", "set share_within_2_days = 0.9", "plan = 'preset'"),
    ("network_options", "best_is_best", "set mean_transit_days = 2.4", "plan = 'present'"),
    ("network_options", "best_is_best", "set cost_per_month = 799.5", "plan = 'present'"),
    ("network_options", "more_sites_are_no_worse", "set gain_of_this_site = -0.1", "sites = 2"),
    ("network_options", "one_recommendation", "set is_recommended = true", "name = 'best 1'"),
    ("network_options", "one_recommendation", "set is_materially_better = false", "true"),
    ("network_sites", "sites_add_up", "set orders_served = 71", "orders_served = 70"),
    ("network_sites", "sites_add_up", "set name = 'best 3'", "site_zip3 = '432'"),
    ("hero_skus", "shares_add_up", "set revenue_share = 0.5", "seller_sku = 'A'"),
    ("hero_skus", "known_words", "set hero_source = 'revenue'", "seller_sku = 'A'"),
    ("hero_stock", "missing_or_scattered", "set available = 1", "is_missing_hero"),
    ("hero_stock", "missing_or_scattered", "set is_hero = true", "is_scattered_long_tail"),
    ("content_stock", "short_is_less_than_needed", "set available = 12", "is_short"),
    ("content_stock", "short_is_less_than_needed", "set is_short = false", "available is null"),
    ("fbt_replenishment", "due_by_cover", "set days_of_cover = 8.5", "is_due"),
    ("fbt_replenishment", "due_by_cover", "set suggested_units = 1", "not is_due"),
    (
        "prepositioning",
        "heroes_at_most_everything",
        "set units_to_move = 51",
        "scope = 'heroes'",
    ),
    ("stock_totals", "places_add_up", "set own_available = 6", "true"),
]


@pytest.mark.parametrize(("table", "name", "change", "where"), BROKEN)
def test_what_is_broken_is_held_back_at_its_shop(
    good: Path, tmp_path: Path, table: str, name: str, change: str, where: str
) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(good.read_bytes())
    with duckdb.connect(str(broken)) as connection:
        connection.execute(f"update marts.{table} {change} where shop_id = 'south' and {where}")
    result = _judge(broken)
    assert result.blocked_shops == ("south",)
    assert (table, name) in {(r.table, r.name) for r in result.failures()}
