"""Each scenario leaves its mark in the truth, and an ordinary shop has a bit of everything."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.simulate import SCENARIOS, SimulationSummary, simulate
from flows.simulate.build import build_plan
from flows.simulate.markets import US

START, END, ORDERS = date(2026, 3, 2), date(2026, 4, 26), 60


def worst(shop: SimulationSummary, metric: str, *, high_is_bad: bool = True) -> float:
    """The worst seven days of a rate in the second half of the range."""
    frame = pl.read_csv(shop.truth / "kpi_daily.csv", try_parse_dates=True).filter(
        metric=metric, basis="platform", window_name="rolling_7d"
    )
    late = frame.sort("as_of_on")["value"].tail(28)
    found = late.max() if high_is_bad else late.min()
    assert isinstance(found, float)
    return found


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SimulationSummary]:
    out: Path = tmp_path_factory.mktemp("scenarios")
    return {name: simulate(out / name, "shop", START, END, ORDERS, 7, [name]) for name in SCENARIOS}


def test_viral_and_live_orders_swamp_the_pickers(shops: dict[str, SimulationSummary]) -> None:
    calm = worst(shops["calm"], "late_dispatch_rate")
    assert calm < 0.10
    assert worst(shops["viral"], "late_dispatch_rate") > calm + 0.15
    assert worst(shops["live"], "late_dispatch_rate") > calm + 0.30
    assert shops["live"].orders > shops["calm"].orders + 13 * ORDERS


def test_viral_sku_sells_many_times_its_normal() -> None:
    plan, _ = build_plan("shop", START, END, ORDERS, 7, ["viral"], US)
    assert plan.script.viral_day is not None
    day = plan.clock.day(plan.orders.created)[plan.lines.order]
    first = plan.clock.number_of(START) + plan.script.viral_day
    sold = Counter(day[plan.lines.sku == 3].tolist())
    normal = sum(n for d, n in sold.items() if d < first) / plan.script.viral_day
    peak = sold[first + 1] / normal
    assert 20 <= peak <= 50
    assert max(sold[d] for d in sold if d > first + 3) < 5 * normal


def test_oversold_stock_ends_in_cancellations(shops: dict[str, SimulationSummary]) -> None:
    calm = worst(shops["calm"], "seller_fault_cancellation_rate")
    assert worst(shops["oversell"], "seller_fault_cancellation_rate") > calm + 0.02


def test_carrier_meltdown_delays_scans_and_parcels(shops: dict[str, SimulationSummary]) -> None:
    calm, melted = shops["calm"], shops["carrier_meltdown"]
    assert worst(melted, "late_dispatch_rate") > worst(calm, "late_dispatch_rate") + 0.04
    on_time = "on_time_delivery_rate"
    assert (
        worst(melted, on_time, high_is_bad=False) < worst(calm, on_time, high_is_bad=False) - 0.05
    )


def test_bad_creator_is_sent_everything_back(shops: dict[str, SimulationSummary]) -> None:
    frame = pl.read_csv(shops["bad_creator"].truth / "return_rate_by_creator.csv").filter(
        basis="order_cohort", window_name="rolling_90d"
    )
    bad = pl.col("creator_handle") == "thrifty_tomas"
    his, others = (
        sum(part["units_returned"].to_list()) / sum(part["units_ordered"].to_list())
        for part in (frame.filter(bad), frame.filter(~bad))
    )
    assert his > 0.08 and his > 3 * others


def test_an_ordinary_shop_has_every_quirk(tmp_path: Path) -> None:
    made = simulate(tmp_path, "quirks", date(2026, 1, 5), date(2026, 4, 26), 80, 3)
    orders = pl.read_csv(made.truth / "orders.csv", infer_schema=False)
    assert {"seller", "buyer", "platform", "unknown"} <= set(orders["cancellation_fault"])
    assert {"(none)", "(several)"} <= set(orders["creator_handle"])
    assert "(unknown)" in set(orders["ship_to_state"])
    packages = pl.read_csv(made.truth / "packages.csv", infer_schema=False)
    assert {
        "missing_number", "unsupported_carrier", "carrier_mismatch", "bad_format", "no_scan",
        "late_upload", "scan_before_order", "zip_mismatch",
    } <= set(packages["tracking_defect"])  # fmt: skip
    assert packages["is_scan_judged"].n_unique() == 2
    assert packages["package_key"].str.starts_with("order:").any()

    plan, _ = build_plan("quirks", date(2026, 1, 5), date(2026, 4, 26), 80, 3, ["calm"], US)
    per_order = Counter(plan.links.order.tolist()).values()
    per_package = Counter(plan.links.package.tolist()).values()
    assert max(per_order) == 2 and max(per_package) == 2
    held = plan.orders
    for flag in (held.fbt, held.sample, held.pre_order, held.express, held.platform_label):
        assert flag.any()
    free = held.cancelled - held.created
    assert (free == 3600).any() and (free > 3600).any()
    shipped_then_cancelled = (held.cancelled < 1 << 60) & (held.shipped < held.cancelled)
    assert shipped_then_cancelled.any()


def test_thresholds_follow_the_day(calm: SimulationSummary) -> None:
    with (calm.truth / "kpi_daily.csv").open() as text:
        rows = [r for r in csv.DictReader(text) if r["metric"] == "late_dispatch_rate"]
    assert {r["enforcement"] for r in rows if r["as_of_on"] < "2026-04-01"} == {""}
    assert {r["enforcement"] for r in rows if r["as_of_on"] >= "2026-04-01"} == {"0.1"}
