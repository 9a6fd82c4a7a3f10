"""Coverage by state: parts add up, and zones are those of published charts."""

import polars as pl
import pytest

from flows.simulate import SimulationSummary
from flows.simulate.fulfilment import zone_table
from flows.simulate.markets import US


@pytest.fixture(scope="module")
def coverage(calm: SimulationSummary) -> pl.DataFrame:
    return pl.read_csv(calm.truth / "zone_coverage.csv")


@pytest.mark.parametrize(
    ("origin", "zip3", "zone"),
    [("NJ-01", "100", 1), ("NJ-01", "752", 6), ("NJ-01", "770", 7), ("NJ-01", "981", 8),
     ("NJ-01", "900", 8), ("CA-01", "900", 1), ("TX-01", "631", 4), ("TX-01", "972", 7)],
)  # fmt: skip
def test_zones_of_known_pairs(origin: str, zip3: str, zone: int) -> None:
    row = [w.warehouse_id for w in US.warehouses].index(origin)
    column = [p.area for p in US.places].index(zip3)
    assert zone_table(US)[row, column] == zone


def test_states_add_up(coverage: pl.DataFrame) -> None:
    for (_,), rows in coverage.group_by("origin_set"):
        whole = rows.filter(ship_to_state="(all)")
        parts = rows.filter(pl.col("ship_to_state") != "(all)")
        assert parts["orders"].sum() == whole["orders"].item()
        assert parts["share_of_orders"].sum() == pytest.approx(1)
        zones = zip(parts["orders"].to_list(), parts["mean_zone"].to_list(), strict=True)
        total = whole["orders"].item() * whole["mean_zone"].item()
        assert sum(count * zone for count, zone in zones) == pytest.approx(total)


def test_the_nearest_active_warehouse_is_never_farther_than_one_alone(
    coverage: pl.DataFrame,
) -> None:
    everywhere = coverage.filter(ship_to_state="(all)")
    zones = dict(zip(everywhere["origin_set"], everywhere["mean_zone"], strict=True))
    assert zones["(active)"] < min(v for k, v in zones.items() if k != "(active)")
    assert set(zones) == {"(active)", *(w.warehouse_id for w in US.warehouses)}


def test_deliveries_are_the_same_for_every_origin(coverage: pl.DataFrame) -> None:
    for (_,), rows in coverage.group_by("ship_to_state"):
        assert rows["on_time_delivery_rate"].n_unique() == 1


def test_coverage_counts_the_paid_orders_of_thirty_days(
    calm: SimulationSummary, coverage: pl.DataFrame
) -> None:
    orders = pl.read_csv(calm.truth / "orders.csv", infer_schema=False)
    kept = orders.filter(pl.col("cancelled_at").is_null())
    whole = coverage.filter(origin_set="(active)", ship_to_state="(all)")["orders"].item()
    assert 0.3 * kept.height < whole < 0.7 * kept.height
