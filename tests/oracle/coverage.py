"""Zone coverage: how far the shop's orders are from its warehouses."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median

from .clock import business_days_between, local_date, window_start
from .kpis import Window, on_time_delivery
from .orders import Order
from .read import Exports, Warehouse
from .standing import AsOf, Feed, first_of

EARTH_RADIUS_MI = 3958.76
BANDS_MI = (50, 150, 300, 600, 1000, 1400, 1800)
DAYS_BY_ZONE = {1: 1.0, 2: 1.0, 3: 2.0, 4: 2.0, 5: 3.0, 6: 4.0, 7: 4.0, 8: 5.0}
ENOUGH_SCANS = 30
STATE_NAMES = (
    "AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,"
    "DE Delaware,DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,"
    "IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,"
    "MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,"
    "NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,"
    "ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,RI Rhode Island,"
    "SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,"
    "WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,PR Puerto Rico,GU Guam,"
    "VI Virgin Islands,VI U.S. Virgin Islands,AS American Samoa,MP Northern Mariana Islands,"
    "AA Armed Forces Americas,AE Armed Forces Europe,AP Armed Forces Pacific"
)
STATES = {
    word.casefold(): entry[:2]
    for entry in STATE_NAMES.split(",")
    for word in (entry[:2], entry[3:])
}

Centroids = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class CoverageRow:
    """One row of ``marts.zone_coverage``; ``is_by_rule`` is false where scans gave the days."""

    as_of_on: date
    origin_set: str
    ship_to_state: str
    orders: int
    share_of_orders: float
    mean_zone: float | None
    share_within_2_days: float | None
    mean_transit_days: float | None
    on_time_delivery_rate: float | None
    is_by_rule: bool


def read_centroids(path: Path) -> Centroids:
    """Latitude and longitude of each ZIP3."""
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["zip3"].zfill(3): (float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
        }


def state_code(text: str) -> str:
    """The two-letter code of a state's name or code, else ``(unknown)``."""
    return STATES.get(text.strip().casefold(), "(unknown)")


def distance_mi(origin: tuple[float, float], target: tuple[float, float]) -> float:
    """Great-circle distance in miles, rounded to 0.1."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, point)) for point in (origin, target))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_MI * math.asin(min(1.0, math.sqrt(half))), 1)


def zone_of(miles: float) -> int:
    """The zone of a distance; a distance equal to a band's edge is inside the band."""
    return 1 + sum(miles > edge for edge in BANDS_MI)


class Coverage:
    """Zone coverage of one shop as of one day."""

    def __init__(
        self,
        exports: Exports,
        standings: list[AsOf],
        feed: Feed,
        centroids: Centroids,
        as_of_on: date,
        end: datetime,
    ) -> None:
        self.exports = exports
        self.feed = feed
        self.centroids = centroids
        self.as_of_on = as_of_on
        self.end = end
        self.standings = standings
        self.window = Window(window_start(as_of_on, "rolling_30d"), as_of_on, exports.zone)
        self.days, self.is_by_rule = self._days_by_zone()

    def zone(self, warehouse: Warehouse, order: Order) -> int | None:
        """The zone from a warehouse to an order, where both ZIP3 have a centroid."""
        origin = self.centroids.get(warehouse.zip3 or "")
        target = self.centroids.get(order.zip3 or "")
        return zone_of(distance_mi(origin, target)) if origin and target else None

    def nearest_zone(self, warehouses: list[Warehouse], order: Order) -> int | None:
        """The zone from the nearest of several warehouses."""
        zones = [zone for w in warehouses if (zone := self.zone(w, order)) is not None]
        return min(zones, default=None)

    def _shipped_from(self, order: Order) -> Warehouse | None:
        for warehouse in self.exports.warehouses:
            names = (warehouse.warehouse_id.casefold(), warehouse.name.casefold())
            if order.warehouse_name.casefold() in names:
                return warehouse
        return None

    def _days_by_zone(self) -> tuple[dict[int, float], bool]:
        """Median business days from first scan to delivery by zone, where scans are enough."""
        zone = self.exports.zone
        seen: dict[int, list[int]] = defaultdict(list)
        for standing in self.standings:
            order = standing.order
            origin = self._shipped_from(order)
            from_zone = self.zone(origin, order) if origin else None
            if from_zone is None:
                continue
            for parcel in order.packages.values():
                events = self.feed.of_parcel(parcel.tracking_number, order.created, self.end)
                scan = first_of(events, order.created, delivered=False)
                done = first_of(events, order.created, delivered=True)
                if scan and done:
                    days = business_days_between(
                        local_date(scan, zone), local_date(done, zone), self.exports.market
                    )
                    seen[from_zone].append(days)
        enough = {z: float(median(days)) for z, days in seen.items() if len(days) >= ENOUGH_SCANS}
        return {**DAYS_BY_ZONE, **enough}, not enough

    def is_active(self, warehouse: Warehouse) -> bool:
        """Whether a warehouse is active on the as-of day."""
        since, until = warehouse.active_from_on, warehouse.active_to_on
        return (since is None or since <= self.as_of_on) and (
            until is None or until >= self.as_of_on
        )

    def covered(self) -> list[AsOf]:
        """The orders that coverage looks at."""
        return [
            s
            for s in self.standings
            if s.in_rates and s.cancelled is None and self.window.holds(s.order.created)
        ]

    def rows(self) -> list[CoverageRow]:
        """A row an origin set and state, and ``(all)``."""
        covered = self.covered()
        origin_sets = {"(active)": [w for w in self.exports.warehouses if self.is_active(w)]}
        origin_sets |= {w.warehouse_id: [w] for w in self.exports.warehouses}
        states = sorted({state_code(s.order.state) for s in covered})
        return [
            self._row(name, origins, state, covered)
            for name, origins in origin_sets.items()
            for state in ("(all)", *states)
        ]

    def _row(
        self, name: str, origins: list[Warehouse], state: str, covered: list[AsOf]
    ) -> CoverageRow:
        there = [one for one in covered if state in ("(all)", state_code(one.order.state))]
        zones = [self.nearest_zone(origins, standing.order) for standing in there]
        known = [zone for zone in zones if zone is not None]
        days = [self.days[zone] for zone in known]
        on_time, due = on_time_delivery(there, self.window, self.end)
        return CoverageRow(
            as_of_on=self.as_of_on,
            origin_set=name,
            ship_to_state=state,
            orders=len(there),
            share_of_orders=len(there) / len(covered) if covered else 0.0,
            mean_zone=sum(known) / len(known) if known else None,
            share_within_2_days=sum(d <= 2 for d in days) / len(days) if days else None,
            mean_transit_days=sum(days) / len(days) if days else None,
            on_time_delivery_rate=on_time / due if due else None,
            is_by_rule=self.is_by_rule,
        )
