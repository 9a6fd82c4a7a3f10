"""Compares the marts of returns, costs, settlements and demand with the oracle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from .clock import end_of
from .command import CENTROIDS, ROOT
from .compare import ANYTHING, Key, Values, differences, read_mart
from .coverage import Centroids, Coverage, read_centroids
from .demand import concentration, state_rows, zone_rows
from .drivers import Drivers
from .return_costs import ReturnCosts
from .returns import ReturnRates, read_returns
from .run import Result
from .segments import read_groups, segment_rows
from .settlement import COMPONENTS, OrderSettlement, Settlement
from .standing import Feed

REASON_GROUPS = ROOT / "dbt_project" / "seeds" / "return_reason_groups.csv"
LEAST_UNITS = 30
CENT = 0.011
IS_SMALL = "is_small_volume"


def _published(
    source: Path, mart: str, keys: tuple[str, ...], result: Result, *also: str
) -> dict[Key, Values]:
    return read_mart(source, mart, (*keys, *also), result.exports.shop_id)


def compare_segments(
    source: Path, result: Result, rates: ReturnRates, groups: dict[str, str]
) -> list[str]:
    """What differs in ``marts.return_rates``: every dimension, basis and window."""
    columns = (
        "units_ordered", "units_returned", "value", "lower_bound", "upper_bound", "is_provisional",
        "closed_units_ordered", "closed_units_returned", "closed_value", "refund_amount",
    )  # fmt: skip
    expected: dict[Key, Values] = {
        (one.row.basis, one.row.window_name, one.dimension, one.row.key): {
            name: getattr(one.row, name) for name in columns
        }
        | {IS_SMALL: one.row.units_ordered < LEAST_UNITS}
        for one in segment_rows(result.exports, result.standings, rates, groups)
    }
    keys = ("basis", "window_name", "dimension", "segment")
    return differences("return_rates", _published(source, "return_rates", keys, result), expected)


def compare_costs(source: Path, result: Result, costs: ReturnCosts) -> list[str]:
    """What differs in ``marts.return_costs``."""
    keys = ("window_name", "component")
    expected: dict[Key, Values] = {
        (row.window_name, row.component): {"returns": row.returns, "amount": row.amount}
        for row in costs.rows()
    }
    return differences("return_costs", _published(source, "return_costs", keys, result), expected)


def _settlement_values(row: OrderSettlement, published: Values) -> Values:
    values: dict[str, Any] = {f"stated_{name}": row.stated.get(name) for name in COMPONENTS}
    values["stated_payout"] = row.payout if row.stated else None
    pending = published.get("state") in ("refund_pending", "sample")
    for name in COMPONENTS:
        ours, theirs = row.expected.get(name), published.get(f"expected_{name}")
        # A refund that is yet to be settled may be left for later; a cent is rounding.
        close = ours is not None and theirs is not None and abs(float(ours - theirs)) < CENT
        values[f"expected_{name}"] = ANYTHING if pending or ours is None or close else ours
    return values


def compare_settlement(source: Path, result: Result, settlement: Settlement) -> list[str]:
    """What differs in ``marts.settlement_orders``, but for the cent that rounding leaves open."""
    published = _published(source, "settlement_orders", ("order_id",), result)
    rows = settlement.rows()
    expected: dict[Key, Values] = {
        (row.order_id,): _settlement_values(row, published.get((row.order_id,), {})) for row in rows
    }
    missing = {row.order_id for row in rows if row.is_missing}
    said = {key[0] for key, row in published.items() if row["state"] == "missing"}
    return [
        *differences("settlement_orders", published, expected),
        *(f"settlement_orders {order_id}: missing by one side" for order_id in missing ^ said),
    ]


def compare_zones(source: Path, result: Result, centroids: Centroids) -> list[str]:
    """What differs in ``marts.shipping_zones``."""
    keys = ("warehouse_id", "destination_zip3")
    expected: dict[Key, Values] = {
        (row.warehouse_id, row.destination_zip3): {
            "distance_mi": row.distance_mi,
            "zone": row.zone,
            "computed_zone": row.zone,
            "is_near_band_edge": row.is_near_band_edge,
        }
        for row in zone_rows(result.exports, centroids)
    }
    return differences(
        "shipping_zones", _published(source, "shipping_zones", keys, result), expected
    )


def compare_demand(source: Path, result: Result, coverage: Coverage) -> list[str]:
    """What differs in ``marts.demand_by_state`` and ``marts.demand_concentration``."""
    states = state_rows(coverage)
    of_state: dict[Key, Values] = {(row.ship_to_state,): asdict(row) for row in states}
    shop = result.exports.shop_id
    whole: dict[Key, Values] = {(shop,): asdict(concentration(states))}
    return [
        *differences(
            "demand_by_state",
            _published(source, "demand_by_state", ("ship_to_state",), result),
            of_state,
        ),
        *differences(
            "demand_concentration",
            _published(source, "demand_concentration", ("shop_id",), result),
            whole,
        ),
    ]


def compare_drivers(source: Path, result: Result) -> list[str]:
    """What differs in ``marts.rate_change_drivers`` by SKU and creator, where a week has ended."""
    keys = ("metric", "dimension", "segment")
    day = result.as_of_on
    published = {
        key: row
        for key, row in _published(
            source, "rate_change_drivers", ("as_of_on", *keys), result
        ).items()
        if key[0] == day
    }
    if day.isoweekday() != 7:
        return ["rate_change_drivers: a day within a week has rows"] if published else []
    bases = {str(row["metric"]): str(row["basis"]) for row in published.values()}
    expected: dict[Key, Values] = {
        (day, row.metric, row.dimension, row.segment): {
            name: value if value is None or isinstance(value, int) else float(value)
            for name, value in asdict(row).items()
            if name not in keys
        }
        for row in Drivers(result.exports, result.orders).rows(day, bases)
    }
    mine = {key: row for key, row in published.items() if key[2] in ("sku", "creator")}
    return differences("rate_change_drivers", mine, expected)


def compare_more(source: Path, result: Result) -> list[str]:
    """Everything that differs in the marts of returns, costs, settlements and demand."""
    exports, standings, day = result.exports, result.standings, result.as_of_on
    end = end_of(day, exports.zone)
    rates = ReturnRates(exports, standings, read_returns(exports), day, end)
    centroids = read_centroids(CENTROIDS)
    coverage = Coverage(exports, standings, Feed(exports.events), centroids, day, end)
    returned = rates.returns
    return [
        *compare_segments(source, result, rates, read_groups(REASON_GROUPS)),
        *compare_costs(source, result, ReturnCosts(exports, standings, returned, day, end)),
        *compare_settlement(source, result, Settlement(exports, standings, returned, day, end)),
        *compare_zones(source, result, centroids),
        *compare_demand(source, result, coverage),
        *compare_drivers(source, result),
    ]
