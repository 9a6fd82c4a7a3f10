"""The plans of every shop as rows, from the rows of their networks: what the dbt model calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.network.plans import Network, plans

Row = dict[str, Any]


def choose(pairs: Mapping[str, NDArray[Any]]) -> list[Row]:
    """One row a shop, objective, plan and site.

    pairs: columns, one value for every shop, site and destination, in any order: `shop_id`,
    `as_of_on`, `site_zip3`, `destination_zip3`, `region` (of the site), `orders` (to the
    destination), `transit_days`, `order_cents`, `site_cents` (null in both: not known),
    `is_present`, `is_enough_demand`. The same pairs in another order give the same rows.
    """
    if not len(pairs["shop_id"]):
        return []
    order = np.lexsort((pairs["destination_zip3"], pairs["site_zip3"], pairs["shop_id"]))
    sorted_pairs = {name: column[order] for name, column in pairs.items()}
    shops, starts = np.unique(sorted_pairs["shop_id"], return_index=True)
    rows: list[Row] = []
    for shop, start, end in zip(shops, starts, [*starts[1:], len(order)], strict=True):
        rows += _of_shop(shop, {name: col[start:end] for name, col in sorted_pairs.items()})
    return rows


def _of_shop(shop_id: str, pairs: Mapping[str, NDArray[Any]]) -> list[Row]:
    sites, first = np.unique(pairs["site_zip3"], return_index=True)
    shape = (len(sites), len(pairs["site_zip3"]) // len(sites))

    def table(name: str) -> NDArray[np.int64]:
        return pairs[name].astype(np.int64).reshape(shape)

    def is_known(name: str) -> bool:
        return not np.ma.getmaskarray(pairs[name]).any()

    network = Network(
        orders=table("orders")[0],
        days=table("transit_days"),
        cents=table("order_cents") if is_known("order_cents") and is_known("site_cents") else None,
        site_cents=np.ma.filled(pairs["site_cents"], 0)[first].astype(np.int64),
        is_present=pairs["is_present"][first].astype(np.bool_),
        regions=[region if isinstance(region, str) else None for region in pairs["region"][first]],
    )
    return [
        {
            "shop_id": str(shop_id),
            "as_of_on": pairs["as_of_on"][0].astype("datetime64[D]").item(),
            "objective": plan.objective,
            "plan": plan.kind,
            "name": plan.name,
            "site_zip3": str(sites[site]),
        }
        for plan in plans(network, is_enough=bool(pairs["is_enough_demand"][0]))
        for site in plan.sites
    ]
