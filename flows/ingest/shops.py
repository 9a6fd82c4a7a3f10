"""The shops of a home: market, zone and currency of each, declared or assumed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

DEFAULT_MARKET = "US"

_MARKETS = {
    "US": ("America/Los_Angeles", "USD"),
    "GB": ("Europe/London", "GBP"),
    "IE": ("Europe/Dublin", "EUR"),
    "DE": ("Europe/Berlin", "EUR"),
    "FR": ("Europe/Paris", "EUR"),
    "ES": ("Europe/Madrid", "EUR"),
    "IT": ("Europe/Rome", "EUR"),
    "VN": ("Asia/Ho_Chi_Minh", "VND"),
    "TH": ("Asia/Bangkok", "THB"),
    "ID": ("Asia/Jakarta", "IDR"),
    "SG": ("Asia/Singapore", "SGD"),
    "MY": ("Asia/Kuala_Lumpur", "MYR"),
    "PH": ("Asia/Manila", "PHP"),
    "JP": ("Asia/Tokyo", "JPY"),
    "MX": ("America/Mexico_City", "MXN"),
    "BR": ("America/Sao_Paulo", "BRL"),
}
"""Zone in which the platform counts a market's days, and its currency."""

_ALIASES = {"UK": "GB"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as files of it are read.

    `shop_id` is the name of its folder. `is_declared` is false when no `reference/shops` row names
    it: market, zone and currency are then those of a US shop. `problem` says what of the
    declaration could not be used.
    """

    shop_id: str
    market: str = DEFAULT_MARKET
    timezone: str = "America/Los_Angeles"
    currency: str = "USD"
    opened_on: date | None = None
    is_declared: bool = False
    problem: str = ""

    @property
    def facts(self) -> tuple[str, str, str]:
        """What of the shop changes how its files are read: market, zone, currency."""
        return (self.market, self.timezone, self.currency)


def shops_from(shop_ids: Iterable[str], declarations: Iterable[Path]) -> list[Shop]:
    """Each shop of `shop_ids`, sorted, with what the lake's `reference/shops` files declare.

    A shop's own folder speaks before another's, then the earlier folder name and row.
    """
    paths = list(declarations)
    rows: list[dict[str, object]] = []
    if paths:
        # Of earlier contracts too: what they call otherwise or lack is null here.
        read = [pl.read_parquet(path, glob=False) for path in paths]
        frame = pl.concat(read, how="diagonal_relaxed")
        rows = frame.sort("shop_id", "source_id", "row_number").to_dicts()
    found = []
    for shop_id in sorted(set(shop_ids)):
        named = [row for row in rows if row["declared_shop_id"] == shop_id]
        named.sort(key=lambda row: row["shop_id"] != shop_id)
        found.append(_declared(shop_id, named[0]) if named else Shop(shop_id))
    return found


def _declared(shop_id: str, row: dict[str, object]) -> Shop:
    market = market_code(str(row.get("market") or DEFAULT_MARKET))
    zone, currency = _MARKETS.get(market, _MARKETS[DEFAULT_MARKET])
    problem = ""
    declared_zone = str(row.get("timezone") or zone)
    if not is_zone(declared_zone):
        problem = f"reference/shops names a time zone that does not exist; {zone} is used"
        declared_zone = zone
    opened_on = row.get("opened_on")
    return Shop(
        shop_id,
        market,
        declared_zone,
        str(row.get("currency") or currency).upper(),
        opened_on if isinstance(opened_on, date) else None,
        True,
        problem,
    )


def market_code(text: str) -> str:
    """A market as contracts and policies name it: upper case, and GB for the United Kingdom."""
    code = text.strip().upper()
    return _ALIASES.get(code, code)


def is_zone(name: str) -> bool:
    """Whether the time zone database knows a zone of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
