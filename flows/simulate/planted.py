"""What a scenario planted in a shop, for whoever wants to know whether it was found."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from flows.simulate.buyers import buyer_names
from flows.simulate.demand import BAD_CREATOR, BAD_SKU
from flows.simulate.plan import Plan


def write_planted(
    folder: Path, plan: Plan, misrouted: Sequence[str], unsettled: Sequence[str]
) -> None:
    """Write `planted.json`: what is wrong with the shop, by scenario; empty for an ordinary one.

    Args:
        misrouted: the numbers of the returned goods that went another way than their grade's.
        unsettled: the orders that are in no statement.
    """
    script = plan.script
    found: dict[str, Any] = {}
    if script.bad_creator_from is not None:
        found["bad_creator"] = plan.creators.handle[BAD_CREATOR]
    if script.bad_sku_from is not None:
        found["bad_sku"] = plan.catalogue.seller_sku[BAD_SKU]
    if script.repeat_returner:
        orders = np.flatnonzero(plan.buyer == 2 * len(plan.orders))
        found["repeat_returner"] = {
            "buyer_username": buyer_names(plan.buyer[orders[:1]])[0] if len(orders) else None,
            "order_ids": [str(number) for number in plan.orders.order_id[orders].tolist()],
        }
    if script.misrouted_grades:
        found["misrouted_grades"] = {"rma_ids": list(misrouted)}
    if script.missing_settlement:
        found["missing_settlement"] = {"order_ids": list(unsettled)}
    if script.misplaced_warehouse:
        found["misplaced_warehouse"] = plan.market.warehouses[0].warehouse_id
    (folder / "planted.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
