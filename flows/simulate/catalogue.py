"""What a made-up shop sells and who talks about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from flows.simulate.markets import Market
from flows.simulate.types import FloatArray, IntArray

STATE_NAMES = {
    "AK": "Alaska", "AL": "Alabama", "AR": "Arkansas", "AZ": "Arizona", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DC": "District of Columbia", "DE": "Delaware",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "IA": "Iowa", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "MA": "Massachusetts", "MD": "Maryland", "ME": "Maine", "MI": "Michigan", "MN": "Minnesota",
    "MO": "Missouri", "MS": "Mississippi", "MT": "Montana", "NC": "North Carolina",
    "ND": "North Dakota", "NE": "Nebraska", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NV": "Nevada", "NY": "New York", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah",
    "VA": "Virginia", "VT": "Vermont", "WA": "Washington", "WI": "Wisconsin",
    "WV": "West Virginia", "WY": "Wyoming",
}  # fmt: skip
"""State names by code, for every state of the places in the United States."""

_KINDS = (
    ("Tumbler", "Kitchenware", 24.00, 0.420), ("Serum", "Beauty & Personal Care", 18.50, 0.090),
    ("Leggings", "Womenswear", 29.99, 0.240), ("Phone Grip", "Phones & Electronics", 12.00, 0.050),
    ("Candle", "Home Supplies", 16.00, 0.510), ("Hair Oil", "Beauty & Personal Care", 21.00, 0.140),
    ("Hoodie", "Menswear & Underwear", 39.90, 0.620), ("Puzzle", "Toys & Hobbies", 14.50, 0.700),
)  # fmt: skip
_SUPPLIERS = ("Made-Up Mills", "Sample & Sons", "Placeholder Trading")
_LOOKS = ("Classic", "Rose", "Midnight", "Sand", "Forest")
_HANDLES = (
    "glow.with.gia", "thrifty_tomas", "unboxed_uma", "deskside.dan", "mama_makes", "fit.by.farah",
    "kitchenkev", "the_real_rio", "lux4less", "zoe.tries.it", "garagegabe", "plantpals",
)  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """SKUs as arrays of one length; `share` is each one's part of demand and sums to 1.

    Prices are in the smallest unit of the market's currency.
    """

    seller_sku: tuple[str, ...]
    title: tuple[str, ...]
    category: tuple[str, ...]
    variation: tuple[str, ...]
    sku_id: IntArray
    product_id: IntArray
    supplier: tuple[str, ...]
    price_cents: IntArray
    weight_grams: IntArray
    return_rate: FloatArray
    share: FloatArray
    launched_on: tuple[date, ...]

    def __len__(self) -> int:
        return len(self.seller_sku)


@dataclass(frozen=True)
class Creators:
    """Handles (without the at sign) and each one's part of the orders that creators bring."""

    handle: tuple[str, ...]
    share: FloatArray
    product: IntArray = field(repr=False)

    def __len__(self) -> int:
        return len(self.handle)


def _zipf(count: int, power: float) -> FloatArray:
    weight: FloatArray = np.arange(1.0, count + 1.0) ** -power
    return weight / float(weight.sum())


def make_catalogue(
    stream: Callable[[str], np.random.Generator], market: Market, number: int, skus: int = 40
) -> Catalogue:
    """The shop's SKUs; `number` (0 to 999) marks the shop in its ids."""
    rng = stream("catalogue")
    kinds = [(kind, look) for look in _LOOKS for kind in _KINDS][:skus]
    step = np.arange(len(kinds), dtype=np.int64)
    times, over = market.price_ratio
    price = np.array([round(k[2] * 100) for k, _ in kinds], dtype=np.int64)
    return Catalogue(
        seller_sku=tuple(f"{k[0][:3].upper()}-{lk[:3].upper()}-{i:03d}"
                         for i, (k, lk) in enumerate(kinds)),
        title=tuple(_title(k[0], lk) for k, lk in kinds),
        category=tuple(k[1] for k, _ in kinds),
        variation=tuple(f"{lk}, One size" for _, lk in kinds),
        sku_id=1_729_000_000_000_000_000 + number * 10**12 + step * 7_919 + 1_001,
        product_id=1_728_000_000_000_000_000 + number * 10**12 + (step % len(_KINDS)) * 6_133 + 57,
        price_cents=(price + 100 * (step // len(_KINDS))) * times // over,
        supplier=tuple(_SUPPLIERS[len(k[1]) % len(_SUPPLIERS)] for k, _ in kinds),
        weight_grams=np.array([round(k[3] * 1000) for k, _ in kinds], dtype=np.int64),
        return_rate=rng.uniform(0.02, 0.09, len(kinds)),
        share=_zipf(len(kinds), 0.75),
        launched_on=tuple(date(2024, 1, 8) + timedelta(days=9 * int(i)) for i in step),
    )  # fmt: skip


def _title(kind: str, look: str) -> str:
    # Titles come from outside: commas, quotes and markup are what readers have to bear.
    if look == "Midnight":
        return f'{kind} "{look}", 2-pack <b>Best & New</b> for home, travel & office, Made-Up'
    return (
        f"{kind} {look}, gift box, seen on video, for her & him, birthday & holiday present, "
        "easy care, Made-Up Goods"
    )


def make_creators(skus: int) -> Creators:
    """The shop's creators, biggest first, each with a favourite SKU."""
    count = len(_HANDLES)
    return Creators(_HANDLES, _zipf(count, 0.8), np.arange(count, dtype=np.int64) * 3 % skus)
