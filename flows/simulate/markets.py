"""What differs from market to market: places, warehouses, carriers, money, calendar and habits.

The rules by which a market judges its sellers are not here: see ``truth_rules``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from flows.simulate import tracking_numbers as tn
from flows.simulate.layouts import GB_LAYOUT, US_LAYOUT, VN_LAYOUT, Layout
from flows.simulate.places import GB_PLACES, US_PLACES, VN_PLACES, Place
from flows.simulate.types import BoolArray, FloatArray, IntArray

SELLER_WAREHOUSES = 2
FBT_WAREHOUSE = 2
"""Of each market's warehouses the first two ship for the seller, the third is the platform's."""

UTC_TIMES, SHOP_TIMES, OFFSET_TIMES = range(3)
"""How a carrier writes times in the tracking feed."""


@dataclass(frozen=True)
class Warehouse:
    """A place that ships, open to orders from `active_from_on` to `active_to_on`.

    `postcode` is numeric, as in `Orders.postcode`; the point is in degrees. `confirm_minutes` is
    the longest that it takes to see a new order, `checks_quality` whether it notes that step.
    """

    warehouse_id: str
    name: str
    city: str
    state: str
    kind: str
    postcode: int
    timezone: str
    latitude: float
    longitude: float
    confirm_minutes: int = 15
    checks_quality: bool = True
    active_from_on: date = date(2024, 1, 1)
    active_to_on: date | None = None


@dataclass(frozen=True)
class Carrier:
    """One carrier: `name` as the order export spells it, `word` as the feeds do.

    `share` is its part of the packages, unscaled. `joins_late` and `is_in_feed` say whether the
    tracking feed has it a few days late or at all. `scan_hours` is the longest that it takes from
    the pick-up to the first scan, but for `missed` of its parcels, scanned on a later day.
    """

    name: str
    word: str
    service: str
    style: int
    share: float
    times: int = UTC_TIMES
    is_in_feed: bool = True
    joins_late: bool = False
    scan_hours: int = 5
    missed: float = 0.022


@dataclass(frozen=True)
class Market:
    """One market.

    Of its `carriers` the first `with_rule` have a published number rule, the last is on no policy's
    list; `meltdown_carrier` is the one that breaks down in that scenario.

    Prices are the catalogue's cents times `price_ratio`, in the currency's smallest unit, of which
    `10 ** decimals` make one. `headroom` is what the pickers can do over what is ordered, `held_up`
    the share of orders that a stage holds up for days, `accepts` that of the parcels whose feed has
    the acceptance scan, `second_box_hours` how much later the other
    half of a split order is picked at most. `is_far(place)` says who is served by the second
    warehouse. `has_zones`: post codes and states are those of the United States, so that zones and
    states are known. `names_creators` and `tells_label_buyer`: the order export has those columns.
    The platform ships `fbt_share` of the orders, the second warehouse `second_takes` of those of
    far and of other places.
    """

    code: str
    country: str
    country_code: str
    zone: str
    currency: str
    decimals: int
    price_ratio: tuple[int, int]
    shipping_fee: int
    free_shipping_from: int
    tax_percent: int
    label_cost: int
    places: tuple[Place, ...] = field(repr=False)
    is_far: Callable[[Place], bool]
    warehouses: tuple[Warehouse, ...]
    carriers: tuple[Carrier, ...]
    with_rule: int
    meltdown_carrier: int
    layout: Layout = field(repr=False)
    postcodes: Callable[[IntArray], pl.Series]
    auto_cancel_business_days: int = 7
    patience_business_days: int = 2
    headroom: float = 1.30
    held_up: float = 0.010
    accepts: float = 0.93
    second_box_hours: int = 24
    has_zones: bool = False
    names_creators: bool = True
    tells_label_buyer: bool = True
    fbt_share: float = 0.12
    second_takes: tuple[float, float] = (0.92, 0.06)

    @property
    def unsupported(self) -> int:
        """The carrier that no policy lists."""
        return len(self.carriers) - 1

    def by_carrier(self, what: Callable[[Carrier], float]) -> FloatArray:
        """A figure of each carrier."""
        return np.array([what(carrier) for carrier in self.carriers])

    def carriers_where(self, holds: Callable[[Carrier], bool]) -> BoolArray:
        """Which carriers something holds for."""
        return np.array([holds(carrier) for carrier in self.carriers])

    def place_shares(self) -> FloatArray:
        """Each place's part of demand; sums to 1."""
        weight: FloatArray = np.array([p.weight for p in self.places])
        return weight / float(weight.sum())

    def far(self) -> BoolArray:
        """Which places the second warehouse serves."""
        return np.array([self.is_far(p) for p in self.places])

    def place_numbers(self) -> IntArray:
        """Each place's part of a numeric post code."""
        return np.array([p.number for p in self.places], dtype=np.int64)


def _five_digits(values: IntArray) -> pl.Series:
    return pl.Series(values).cast(pl.String).str.zfill(5)


_GB_HOUSES = ("NN11", "M17", "DA1", "WF6")
_GB_FIRST_HOUSE = 500
_INWARD = tuple(
    f"{n // 10}{'ABDEFGHJLN'[n % 10]}{'PQRSTUWXYZ'[(3 * n) % 10]}" for n in range(100)
)  # fmt: skip


def _british(values: IntArray) -> pl.Series:
    """Outward code of the area or warehouse, and one of a hundred inward codes."""
    outward = [p.area for p in GB_PLACES]
    outward += [""] * (_GB_FIRST_HOUSE - len(outward)) + list(_GB_HOUSES)
    return pl.select(
        pl.lit(pl.Series(outward).gather(values // 100)) + " "
        + pl.lit(pl.Series(_INWARD).gather(values % 100))
    ).to_series()  # fmt: skip


_EAST, _WEST, _CENTRAL = "America/New_York", "America/Los_Angeles", "America/Chicago"

US = Market(
    code="US", country="United States", country_code="US", zone=_WEST, currency="USD",
    decimals=2, price_ratio=(1, 1), shipping_fee=599, free_shipping_from=3500, tax_percent=7,
    label_cost=420, places=US_PLACES, is_far=lambda p: p.longitude < -104.0,
    warehouses=(
        Warehouse("NJ-01", "Newark 3PL", "Newark", "NJ", "3pl", 7032, _EAST, 40.75841, -74.23158,
                  confirm_minutes=45),
        Warehouse("CA-01", "Ontario Own", "Ontario", "CA", "own", 91761, _WEST, 34.07765,
                  -117.82622, checks_quality=False),
        Warehouse("FBT-ATL", "TikTok FBT Atlanta", "Atlanta", "GA", "fbt", 30336, _EAST, 33.79737,
                  -84.38447),
        Warehouse("TX-01", "Dallas Overflow", "Dallas", "TX", "3pl", 75212, _CENTRAL, 32.81241,
                  -96.80479, active_from_on=date(2023, 6, 1), active_to_on=date(2025, 1, 31)),
    ),
    carriers=(
        Carrier("UPS", "UPS", "Ground", tn.UPS, 0.30),
        Carrier("USPS", "usps", "Ground Advantage", tn.USPS_94, 0.35, SHOP_TIMES),
        Carrier("FedEx", "FedEx", "Home Delivery", tn.FEDEX, 0.18, OFFSET_TIMES),
        Carrier("OnTrac", "OnTrac", "Ground", tn.ONTRAC, 0.08),
        Carrier("UniUni", "UniUni", "Standard", tn.UNIUNI, 0.05, SHOP_TIMES, joins_late=True),
        Carrier("Veho", "Veho", "Standard", tn.VEHO, 0.04, is_in_feed=False),
        Carrier("Swift Parcel Co", "Swift Parcel Co", "-", tn.UNSUPPORTED, 0, is_in_feed=False),
    ),
    with_rule=4, meltdown_carrier=0, layout=US_LAYOUT, postcodes=_five_digits, has_zones=True,
)  # fmt: skip

_LONDON = "Europe/London"

GB = Market(
    code="GB", country="United Kingdom", country_code="GB", zone=_LONDON, currency="GBP",
    decimals=2, price_ratio=(4, 5), shipping_fee=299, free_shipping_from=2500, tax_percent=0,
    label_cost=290, places=GB_PLACES, is_far=lambda p: p.latitude > 53.0,
    warehouses=(
        Warehouse("DAV-01", "Daventry 3PL", "Daventry", "England", "3pl", 50007, _LONDON, 52.257,
                  -1.162, confirm_minutes=60),
        Warehouse("MAN-01", "Manchester Own", "Manchester", "England", "own", 50112, _LONDON,
                  53.470, -2.320, confirm_minutes=10, checks_quality=False),
        Warehouse("FBT-DAR", "TikTok FBT Dartford", "Dartford", "England", "fbt", 50231, _LONDON,
                  51.447, 0.217),
        Warehouse("WF-01", "Wakefield Overflow", "Normanton", "England", "3pl", 50344, _LONDON,
                  53.700, -1.416, active_from_on=date(2022, 3, 1),
                  active_to_on=date(2024, 3, 31)),
    ),
    carriers=(
        Carrier("UPS", "UPS", "Standard", tn.UPS, 0.08),
        Carrier("FedEx", "FedEx", "Economy", tn.FEDEX, 0.04, OFFSET_TIMES),
        Carrier("Royal Mail", "Royal Mail", "Tracked 48", tn.ROYAL_MAIL, 0.36, SHOP_TIMES,
                missed=0.035),
        Carrier("Evri", "EVRI", "Standard", tn.EVRI, 0.28, scan_hours=6, missed=0.05),
        Carrier("DPD", "DPD UK", "Next Day", tn.DPD, 0.16, scan_hours=3, missed=0.01,
                joins_late=True),
        Carrier("Yodel", "Yodel", "48", tn.YODEL, 0.08, is_in_feed=False),
        Carrier("Swift Parcel Co", "Swift Parcel Co", "-", tn.UNSUPPORTED, 0, is_in_feed=False),
    ),
    with_rule=2, meltdown_carrier=2, layout=GB_LAYOUT, postcodes=_british, held_up=0.025,
    accepts=0.985,
)  # fmt: skip

_SAIGON = "Asia/Ho_Chi_Minh"

VN = Market(
    code="VN", country="Việt Nam", country_code="VN", zone=_SAIGON, currency="VND",
    decimals=0, price_ratio=(250, 1), shipping_fee=30_000, free_shipping_from=300_000,
    tax_percent=0, label_cost=21_000, places=VN_PLACES, is_far=lambda p: p.latitude < 16.2,
    warehouses=(
        Warehouse("HN-01", "Kho Hà Nội 3PL", "Hà Nội", "Hà Nội", "3pl", 12109, _SAIGON, 21.030,
                  105.780, confirm_minutes=30),
        Warehouse("HCM-01", "Kho Hồ Chí Minh", "Hồ Chí Minh", "Hồ Chí Minh", "own", 72915,
                  _SAIGON, 10.830, 106.630, confirm_minutes=10, checks_quality=False),
        Warehouse("FBT-BD", "TikTok FBT Bình Dương", "Thuận An", "Bình Dương", "fbt", 75206,
                  _SAIGON, 10.920, 106.710),
        Warehouse("DN-01", "Kho Đà Nẵng", "Đà Nẵng", "Đà Nẵng", "3pl", 50708, _SAIGON, 16.060,
                  108.170, active_from_on=date(2023, 1, 1), active_to_on=date(2024, 12, 31)),
    ),
    carriers=(
        Carrier("J&T Express", "J&T Express VN", "Standard", tn.JT, 0.38, SHOP_TIMES,
                scan_hours=4, missed=0.02),
        Carrier("GHN", "Giao Hàng Nhanh", "Standard", tn.GHN, 0.24, scan_hours=4),
        Carrier("GHTK", "GHTK", "Standard", tn.GHTK, 0.14, OFFSET_TIMES, missed=0.025),
        Carrier("Viettel Post", "ViettelPost", "Standard", tn.VIETTEL, 0.12, SHOP_TIMES,
                scan_hours=4, missed=0.03),
        Carrier("Ninja Van", "Ninja Van", "Standard", tn.NINJA, 0.08, joins_late=True),
        Carrier("BEST Express", "BEST Express", "Standard", tn.BEST, 0.04, is_in_feed=False),
        Carrier("Swift Parcel Co", "Swift Parcel Co", "-", tn.UNSUPPORTED, 0, is_in_feed=False),
    ),
    with_rule=0, meltdown_carrier=0, layout=VN_LAYOUT, postcodes=_five_digits,
    auto_cancel_business_days=2, patience_business_days=1, headroom=4.0, held_up=0.025,
    accepts=0.985,
    second_box_hours=2, names_creators=False, tells_label_buyer=False,
)  # fmt: skip

MARKETS = {market.code: market for market in (US, GB, VN)}
"""Markets of which a shop can be made up, by code."""
