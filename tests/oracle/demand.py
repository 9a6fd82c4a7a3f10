"""Where orders go: zones of every destination, and how few states hold most of the demand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .coverage import BANDS_MI, Centroids, Coverage, distance_mi, state_code, zone_of
from .read import Exports

UNKNOWN = "(unknown)"
NEAR_EDGE = 0.06


@dataclass(frozen=True)
class ZoneRow:
    """One row of ``marts.shipping_zones`` without an official chart."""

    warehouse_id: str
    destination_zip3: str
    distance_mi: float
    zone: int
    is_near_band_edge: bool


@dataclass(frozen=True)
class StateRow:
    """One row of ``marts.demand_by_state``."""

    ship_to_state: str
    orders: int
    share: float | None
    cumulative_share: float | None
    is_in_60: bool
    is_in_70: bool
    is_expected: bool | None


@dataclass(frozen=True)
class Concentration:
    """The row of ``marts.demand_concentration``."""

    orders: int
    states_60: int
    states_70: int
    herfindahl: float


def zone_rows(exports: Exports, centroids: Centroids) -> list[ZoneRow]:
    """Every warehouse with every destination whose place is known."""
    rows = []
    for house in exports.warehouses:
        origin = centroids.get(house.zip3 or "")
        if origin is None:
            continue
        for zip3, target in centroids.items():
            miles = distance_mi(origin, target)
            near = any(abs(miles - edge) <= NEAR_EDGE * edge for edge in BANDS_MI)
            rows.append(ZoneRow(house.warehouse_id, zip3, miles, zone_of(miles), near))
    return rows


def fewest_states(counts: list[int], tenths: int) -> int:
    """How many of the first of falling counts hold so many tenths of all."""
    held, number = 0, 0
    while held * 10 < tenths * sum(counts):
        held += counts[number]
        number += 1
    return number


def state_rows(coverage: Coverage) -> list[StateRow]:
    """States by their orders, those that the shop expects and gets nothing from included."""
    covered = coverage.covered()
    orders = Counter(state_code(standing.order.state) for standing in covered)
    named = {state_code(row["state"]) for row in coverage.exports.plain["expected_states"]}
    for state in named:
        orders.setdefault(state, 0)
    known = sorted((state for state in orders if state != UNKNOWN), key=lambda s: (-orders[s], s))
    counts = [orders[state] for state in known]
    total, so_far = sum(counts), 0
    in_60, in_70 = set(known[: fewest_states(counts, 6)]), set(known[: fewest_states(counts, 7)])
    rows = []
    for state in known:
        so_far += orders[state]
        rows.append(
            StateRow(
                state, orders[state], orders[state] / total, so_far / total, state in in_60,
                state in in_70, state in named if named else None,
            )
        )  # fmt: skip
    if orders[UNKNOWN]:
        rows.append(StateRow(UNKNOWN, orders[UNKNOWN], None, None, False, False, None))
    return rows


def concentration(rows: list[StateRow]) -> Concentration:
    """The fewest states that hold 60 % and 70 %, and the sum of squared shares."""
    known = [row for row in rows if row.ship_to_state != UNKNOWN]
    return Concentration(
        orders=sum(row.orders for row in known),
        states_60=sum(row.is_in_60 for row in known),
        states_70=sum(row.is_in_70 for row in known),
        herfindahl=sum((row.share or 0.0) ** 2 for row in known),
    )
