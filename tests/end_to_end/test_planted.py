"""What is planted in a shop is found by the real daily run; a clean shop raises nothing."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pytest

from flows.home.hash_key import hash_key
from flows.home.layout import Home
from flows.simulate import simulate
from tests.end_to_end.conftest import greenzone

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

FIRST, LAST, ORDERS_A_DAY = date(2026, 2, 9), date(2026, 4, 12), 25
CLEAN, GOODS, REACH = "clean", "bad_goods", "bad_reach"
SHOPS = {
    CLEAN: ("well_run",),
    GOODS: ("bad_sku", "repeat_returner", "misrouted_grades", "missing_settlement"),
    REACH: ("bad_creator", "misplaced_warehouse"),
}


@dataclass(frozen=True)
class Found:
    """A home folder after its daily run, with what was planted in its shops."""

    home: Home
    planted: dict[str, Any]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the published marts, in order."""
        with duckdb.connect(str(self.home.published), read_only=True) as connection:
            return connection.execute(f"{query} order by all").fetchall()

    def listed(self, shop: str, worklist: str) -> list[dict[str, str]]:
        """The rows of a worklist that stands beside the shop's page."""
        path = self.home.reports / "daily" / LAST.isoformat() / shop / f"{worklist}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                {name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(file)
            ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    home = Home(tmp_path_factory.mktemp("planted"))
    planted: dict[str, Any] = {}
    for seed, (shop, scenarios) in enumerate(SHOPS.items(), start=41):
        made = simulate(home.root, shop, FIRST, LAST, ORDERS_A_DAY, seed, scenarios)
        planted |= json.loads((made.truth / "planted.json").read_text())
    done = greenzone(home, "daily", "--date", LAST.isoformat(), "--json")
    assert done.code == 0, done.err
    assert done.json["shops"] == sorted(SHOPS) and not done.json["blocked"]
    return Found(home, planted)


def test_no_row_was_refused(found: Found) -> None:
    assert found.rows(
        "select distinct status, rows_quarantined from marts.row_accounting"
    ) == [("loaded", 0)]  # fmt: skip
    feeds = {feed for (feed,) in found.rows("select distinct feed from marts.row_accounting")}
    assert {"seller_center/settlements", "reference/content_calendar"} <= feeds


def test_the_bad_sku_leads_the_traps(found: Found) -> None:
    sku = found.planted["bad_sku"]
    first = found.listed(GOODS, "margin_traps")[0]
    assert (first["kind"], first["segment"]) == ("sku_margin_trap", sku)
    assert first["top_reason"] == "Item does not match description"
    high = "reason like '%high return rate%'"
    assert found.rows(
        f"select shop_id, segment from marts.margin_traps where {high} and "
        f"shop_id in ('{GOODS}', '{CLEAN}')"
    ) == [(GOODS, sku)]


def test_the_bad_creator_is_the_only_outlier(found: Found) -> None:
    """The SKU that the creator shows most may stand before, with all that comes back of it."""
    traps = found.listed(REACH, "margin_traps")
    (outlier,) = (row for row in traps if row["kind"] == "creator_outlier")
    assert outlier["segment"] == found.planted["bad_creator"]
    assert float(outlier["lower_bound"]) > float(outlier["shop_value"])


def test_the_repeat_returner_is_known_by_a_hash_alone(found: Found) -> None:
    planted = found.planted["repeat_returner"]
    buyer = hash_key(found.home).hash(planted["buyer_username"])
    assert found.rows("select shop_id, buyer_hash, orders from marts.repeat_returners") == [
        (GOODS, buyer, len(planted["order_ids"]))
    ]
    listed = {row["segment"] for row in found.listed(GOODS, "margin_traps")}
    assert buyer in listed and planted["buyer_username"] not in listed


def test_every_misrouted_return_is_named_and_no_other(found: Found) -> None:
    rows = found.rows(
        "select shop_id, rma_id, grade, route, actual_route from marts.misrouted_returns"
    )
    assert [row[1] for row in rows] == sorted(found.planted["misrouted_grades"]["rma_ids"])
    assert {(row[0], *row[2:]) for row in rows} == {(GOODS, "B", "refurbish", "dispose")}
    lost = found.rows(
        "select shop_id, grade from marts.return_grades "
        "where window_name = 'rolling_90d' and lost_recovery > 0"
    )
    assert lost == [(GOODS, "B")]


def test_the_missing_settlement_row_is_named_and_no_other(found: Found) -> None:
    (order_id,) = found.planted["missing_settlement"]["order_ids"]
    assert found.rows(
        "select shop_id, order_id, state from marts.settlement_orders "
        "where state in ('missing', 'differs')"
    ) == [(GOODS, order_id, "missing")]
    assert [row["order_id"] for row in found.listed(GOODS, "settlement_missing")] == [order_id]


def test_every_settled_order_ties_out(found: Found) -> None:
    residuals = found.rows(
        "select shop_id, max(abs(unexplained_amount)), max(abs(arithmetic_residual)), "
        "count(*) > 900 from marts.settlement_orders where state in ('tied', 'sample') group by all"
    )
    assert [row[0] for row in residuals] == sorted(SHOPS)
    for _, unexplained, arithmetic, many in residuals:
        assert float(unexplained) <= 0.03 and arithmetic == 0 and many
    assert found.rows("select * from marts.settlement_unmatched") == []
    assert found.rows("select * from marts.settlement_fee_checks where difference <> 0") == []


def test_the_misplaced_warehouse_is_moved(found: Found) -> None:
    """A single other site reaches at least five points more within two days."""
    options = found.rows(
        "select plan, sites, share_within_2_days, is_materially_better from marts.network_options "
        f"where shop_id = '{REACH}' and objective = 'share_within_2_days' and plan <> 'preset'"
    )
    best = {sites: (share, better) for plan, sites, share, better in options if plan == "best"}
    ((_, sites, present, _),) = (row for row in options if row[0] == "present")
    assert sites == 1 and present < 0.10
    assert best[1][0] >= present + 0.05 and best[1][1]
    assert best[1][0] <= best[2][0] <= best[3][0] <= best[4][0] <= best[5][0]
    assert found.rows(
        f"select site_name from marts.network_sites where shop_id = '{REACH}' "
        "and plan = 'present' and objective = 'share_within_2_days'"
    ) == [("Seattle Own",)]


@pytest.mark.parametrize(
    "query",
    [
        "select * from marts.margin_traps where true",
        "select * from marts.category_control where is_out_of_control",
        "select * from marts.returns_review where is_surely_high",
        "select * from marts.repeat_returners where true",
        "select * from marts.return_reasons_unmapped where true",
        "select * from marts.returns where is_past_due or is_dispute_from_timeout",
        "select * from marts.misrouted_returns where true",
        "select * from marts.return_grades where not is_mapped or lost_recovery > 0",
        "select * from marts.settlement_orders where state in ('missing', 'differs')",
        "select * from marts.settlement_fee_checks where difference <> 0",
        "select * from marts.hero_stock where is_missing_hero or is_scattered_long_tail",
        "select * from marts.hero_skus where is_list_stale",
        "select * from marts.content_stock where is_short",
        "select * from marts.fbt_replenishment where is_due",
        "select * from marts.route_deviations where deviating > 0",
        # More sites can always reach more; no other places for as many do.
        "select * from marts.network_options where is_materially_better and sites <= "
        "(select count(*) from marts.network_sites as s where s.shop_id = network_options.shop_id "
        "and s.plan = 'present' and s.objective = network_options.objective)",
    ],
)
def test_a_clean_shop_raises_nothing(found: Found, query: str) -> None:
    assert found.rows(f"{query} and shop_id = '{CLEAN}'") == []


def test_a_clean_shop_has_something_that_could_have_been_raised(found: Found) -> None:
    """What raises nothing looks at something."""
    for mart in (
        "returns_review", "returns", "return_grades", "settlement_orders", "hero_stock",
        "content_stock", "network_options", "network_sites", "category_control",
    ):  # fmt: skip
        ((count,),) = found.rows(f"select count(*) from marts.{mart} where shop_id = '{CLEAN}'")
        assert count > 0, mart
    assert found.listed(CLEAN, "margin_traps") == []
    assert found.listed(CLEAN, "settlement_missing") == []
    assert found.listed(CLEAN, "settlement_differences") == []
