"""Where a scenario puts a shop's warehouses, in a market with known zones.

The sites of an ordinary shop of the United States, one on either coast, reach some 60 % of its
buyers within two days; the best two reach 74 %.
"""

from dataclasses import replace
from datetime import date

import numpy as np

from flows.simulate.markets import Market, Warehouse
from flows.simulate.plan import Lines, Orders
from flows.simulate.scenarios import Script

_CLOSED = date(2022, 1, 1), date(2023, 12, 31)
_EAST, _WEST = "America/New_York", "America/Los_Angeles"

_FAR_OFF = Warehouse(
    "WA-01", "Seattle Own", "Seattle", "WA", "own", 98101, _WEST, 47.59486, -122.33515
)
"""Within 600 miles of 3 % of the buyers."""

_BEST = (
    Warehouse("PA-01", "Pittsburgh 3PL", "Pittsburgh", "PA", "3pl", 15205, _EAST, 40.44534,
              -79.98419, confirm_minutes=45),
    Warehouse("NV-01", "Las Vegas Own", "Las Vegas", "NV", "own", 89103, _WEST, 36.14663,
              -115.2227, checks_quality=False),
)  # fmt: skip
"""No other two reach more buyers within two days."""

HEROES = 12
"""So many of the catalogue's first SKUs are kept at every site of a shop."""


def placed(market: Market, script: Script) -> Market:
    """The market with the sites that a scenario gives the shop, all others closed.

    Raises:
        ValueError: a scenario asks for sites where no zones are known.
    """
    if not (script.misplaced_warehouse or script.well_run):
        return market
    if not market.has_zones:
        raise ValueError(f"the sites of a shop in {market.code} cannot be moved: it has no zones")
    sites = (_FAR_OFF,) if script.misplaced_warehouse else _BEST
    closed = tuple(
        replace(house, active_from_on=_CLOSED[0], active_to_on=_CLOSED[1])
        for house in market.warehouses[len(sites) :]
    )
    takes = (0.0, 0.0) if len(sites) == 1 else market.second_takes
    # With the long tail at one site, that site has more to pick than its share of the buyers.
    return replace(
        market, warehouses=(*sites, *closed), fbt_share=0.0, second_takes=takes, headroom=2.5
    )


def ship_long_tail_from_one_site(orders: Orders, lines: Lines) -> None:
    """Let the first site ship every order with a SKU that is no hero."""
    has_long_tail = np.zeros(len(orders), dtype=bool)
    has_long_tail[lines.order[lines.sku >= HEROES]] = True
    orders.warehouse = np.where(has_long_tail, 0, orders.warehouse)
