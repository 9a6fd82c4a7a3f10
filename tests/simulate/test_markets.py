"""Shops of the other markets look like shops of those markets, and stages tell what happened."""

import csv
import re
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.simulate import MARKETS, SimulationSummary, simulate
from flows.simulate.build import build_plan
from flows.simulate.clock import NEVER
from flows.simulate.layouts import VN_HEADER
from flows.simulate.stages import CAUSES
from tests.simulate.test_formats import header, order_files, read, rows_of

RANGES = {
    "GB": (date(2024, 10, 7), date(2024, 12, 1)),
    "VN": (date(2026, 3, 2), date(2026, 4, 19)),
}


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SimulationSummary]:
    out = tmp_path_factory.mktemp("markets")
    return {
        code: simulate(out, code.lower(), *days, 40, 9, market=code)
        for code, days in RANGES.items()
    }


def reference(shop: SimulationSummary, name: str) -> list[dict[str, str]]:
    with (shop.landing / "reference" / f"{name}.csv").open() as text:
        return list(csv.DictReader(text))


def test_an_unknown_market_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown market FR"):
        simulate(tmp_path, "shop", date(2026, 3, 2), date(2026, 3, 3), 5, 1, market="FR")


def test_the_shop_says_where_it_is(shops: dict[str, SimulationSummary]) -> None:
    declared = {code: reference(shop, "shops")[0] for code, shop in shops.items()}
    assert {k: (v["market"], v["timezone"], v["currency"]) for k, v in declared.items()} == {
        "GB": ("GB", "Europe/London", "GBP"),
        "VN": ("VN", "Asia/Ho_Chi_Minh", "VND"),
    }


def test_vietnamese_orders_have_their_own_header_and_words(
    shops: dict[str, SimulationSummary],
) -> None:
    files = order_files(shops["VN"])
    assert len(VN_HEADER) == 54
    assert {header(read(path)) for path in files} == {",".join(VN_HEADER)}
    rows = [row for path in files for row in rows_of(path)]
    assert {"Hết hàng", "Không còn nhu cầu"} <= {row["Cancel Reason"] for row in rows}
    assert {row["Order Status"] for row in rows} >= {"Đã hoàn tất", "Cần gửi", "Đã hủy"}
    assert all(re.fullmatch(r"\d+", row["Order Amount"]) for row in rows)
    assert {"Hà Nội", "Hồ Chí Minh"} <= {row["Province"] for row in rows}


@pytest.mark.parametrize("code", RANGES)
def test_orders_are_dated_day_first(shops: dict[str, SimulationSummary], code: str) -> None:
    rows = [row for path in order_files(shops[code]) for row in rows_of(path)]
    stamp = re.compile(r"[0-3]\d/[01]\d/\d{4} [0-2]\d:[0-5]\d:[0-5]\d\t")
    assert all(stamp.fullmatch(row["Created Time"]) for row in rows)
    assert max(int(row["Created Time"][:2]) for row in rows) > 12
    names = {carrier.name for carrier in MARKETS[code].carriers}
    assert {row["Shipping Provider Name"] for row in rows} - {""} <= names


def test_british_post_codes_and_numbers(shops: dict[str, SimulationSummary]) -> None:
    rows = [row for path in order_files(shops["GB"]) for row in rows_of(path)]
    assert all(re.fullmatch(r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}", row["Zipcode"]) for row in rows)
    royal = {r["Tracking ID"] for r in rows if r["Shipping Provider Name"] == "Royal Mail"} - {""}
    assert royal and all(_is_postal_union(number) for number in royal)


def _is_postal_union(number: str) -> bool:
    """Two letters, eight digits, the check digit by weights 8 6 4 2 3 5 9 7, the country."""
    found = re.fullmatch(r"[A-Z]{2}(\d{8})(\d)GB", number)
    if found is None:
        return False
    total = sum(int(d) * w for d, w in zip(found[1], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11) == int(found[2])


@pytest.mark.parametrize("code", ["US", *RANGES])
def test_stages_follow_each_other(code: str) -> None:
    first, last = RANGES.get(code, (date(2026, 3, 2), date(2026, 4, 19)))
    plan, _ = build_plan("shop", first, last, 40, 9, ["calm"], MARKETS[code])
    held, packages = plan.shipments, plan.packages
    checked = np.where(held.quality_checked < NEVER, held.quality_checked, held.picked)
    stages = np.stack([
        plan.orders.created[packages.order], held.received, held.allocated, held.picked, checked,
        held.packed, packages.rts, held.tendered, packages.scanned,
    ])  # fmt: skip
    own = np.isin(np.arange(len(packages)), plan.links.package)
    mine = own & (plan.orders.warehouse[packages.order] < 2)
    assert (np.diff(stages[:, mine], axis=0) >= 0).all()
    by_house = plan.orders.warehouse[packages.order][mine]
    known = held.quality_checked[mine] < NEVER
    assert known[by_house == 0].mean() > 0.9 and not known[by_house == 1].any()
    late = packages.uploaded[mine] > packages.rts[mine]
    assert 0 < late.mean() < 0.02


def test_every_cause_occurs(shops: dict[str, SimulationSummary]) -> None:
    found = {
        row["cause"]
        for shop in shops.values()
        for row in pl.read_csv(shop.truth / "late_causes.csv").iter_rows(named=True)
    }
    assert found == set(CAUSES)


def test_a_carrier_that_breaks_down_leaves_orders_to_appeal(tmp_path: Path) -> None:
    made = simulate(
        tmp_path, "melt", date(2026, 3, 2), date(2026, 4, 19), 40, 9, ["carrier_meltdown"]
    )
    causes = pl.read_csv(made.truth / "late_causes.csv").filter(cause="carrier_scan")
    assert causes.height > 10
    assert causes["is_appeal_candidate"].all()


def test_open_orders_are_on_the_warehouses_desk(shops: dict[str, SimulationSummary]) -> None:
    for shop in shops.values():
        opened = set(
            pl.read_csv(shop.truth / "open_orders.csv", infer_schema=False)["order_id"].to_list()
        )
        known: set[str] = set()
        for path in (shop.landing / "third_party_logistics").glob("shipments*"):
            known |= set(pl.read_csv(path, infer_schema=False)["order_id"].to_list())
        # But for the few that are held up before they are confirmed.
        assert len(opened & known) > 0.7 * len(opened) > 0


def test_account_health_crosses_its_lines(shops: dict[str, SimulationSummary]) -> None:
    kinds = {row["kind"] for row in reference(shops["GB"], "account_health")}
    assert kinds == {"violation", "gain", "appeal", "snapshot"}
    assert "gain" not in {row["kind"] for row in reference(shops["VN"], "account_health")}
    for code, shop in shops.items():
        truth = pl.read_csv(shop.truth / "account_health_daily.csv", try_parse_dates=True)
        by_day = dict(zip(truth["as_of_on"], truth["score"], strict=True))
        assert {"green", "orange"} <= set(truth["zone"]), code
        # The score as shown after the day's last event is the ledger's.
        shown = {
            date.fromisoformat(row["recorded_at"][:10]): int(row["score_after"])
            for row in reference(shop, "account_health")
        }
        assert {day: by_day[day] for day in shown} == shown


def test_tickets_and_promotions(shops: dict[str, SimulationSummary]) -> None:
    for code, shop in shops.items():
        orders = set(
            pl.read_csv(shop.truth / "orders.csv", infer_schema=False)["order_id"].to_list()
        )
        tickets = reference(shop, "support_tickets")
        assert {row["order_id"] for row in tickets} <= orders
        assert {row["kind"] for row in tickets} == {"ticket", "complaint"}
        assert len({row["topic"] for row in tickets}) >= 5
        last = RANGES[code][1]
        assert max(row["created_at"][:10] for row in tickets) <= last.isoformat()
        starts = [date.fromisoformat(row["starts_on"]) for row in reference(shop, "promotions")]
        assert any(0 < (day - last).days <= 30 for day in starts)
    assert {row["supplier"] for row in reference(shops["GB"], "skus")} >= {"Sample & Sons"}
