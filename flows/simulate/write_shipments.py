"""Writes the warehouses' shipments: one row an order and package, in their last state."""

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import NEVER, StampText
from flows.simulate.markets import SELLER_WAREHOUSES
from flows.simulate.plan import Plan
from flows.simulate.types import IntArray
from flows.simulate.write_logistics import label_of, postcode_text, small_pieces

_FEED = "third_party_logistics/shipments"


def write_shipments(landing: fl.Landing, plan: Plan) -> None:
    """Write one file a period of label dates.

    What was cancelled before it had a label stands in the file of its cancellation, what still
    waits for one in the last file.
    """
    order, package = _rows(plan)
    edges = small_pieces(plan)
    dated = np.minimum(plan.packages.rts[package], plan.orders.cancelled[order])
    piece = np.searchsorted(edges, dated, side="right")
    piece = np.minimum(piece, len(edges) - 1)
    for number, edge in enumerate(edges):
        rows = np.flatnonzero(piece == number)
        if len(rows):
            name = f"third_party_logistics/shipments-{label_of(plan, int(edge))}.csv"
            landing.put(_FEED, name, _frame(plan, order[rows], package[rows]))


def _rows(plan: Plan) -> tuple[IntArray, IntArray]:
    """Orders and packages: those with a label, and what the warehouse has seen without one."""
    orders, links = plan.orders, plan.links
    mine = orders.warehouse < SELLER_WAREHOUSES
    labelled = mine[links.order]
    bare = mine & (orders.paid < NEVER) & (orders.rts >= NEVER)
    lines = np.flatnonzero(bare[plan.lines.order] & (plan.lines.package >= 0))
    seen = plan.shipments.received[plan.lines.package[lines]]
    lines = lines[seen < _ends(plan)[plan.lines.order[lines]]]
    pairs = np.stack([plan.lines.order[lines], plan.lines.package[lines]], axis=1)
    order, package = np.unique(pairs, axis=0).T
    return (
        np.concatenate([links.order[labelled], order]),
        np.concatenate([links.package[labelled], package]),
    )


def _ends(plan: Plan) -> IntArray:
    """When each order's story ends in the files: its cancellation, else their last pull."""
    return np.minimum(plan.orders.cancelled, plan.horizon)


def _frame(plan: Plan, order: IntArray, box: IntArray) -> pl.DataFrame:
    stages, packages, orders, market = plan.shipments, plan.packages, plan.orders, plan.market
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%SZ", "T")
    grams = np.bincount(
        np.maximum(plan.lines.package, 0),
        weights=plan.catalogue.weight_grams[plan.lines.sku] * plan.lines.quantity,
        minlength=len(packages),
    ).astype(np.int64)

    end = _ends(plan)[order]

    def at(values: IntArray) -> pl.Series:
        # A month's file is pulled when the month's last parcels are on their way.
        return stamp.wall(values[box], values[box] < end)

    def once_labelled(series: pl.Series) -> pl.Series:
        known = pl.Series(packages.rts[box] < end)
        return pl.select(pl.when(known).then(series)).to_series()

    weight = grams[box] + 80
    times, over = market.price_ratio
    cost = market.label_cost + weight * times // (4 * over)
    money = fl.MoneyText(int(cost.max()), market.decimals)
    carrier, house = packages.carrier[box], orders.warehouse[order]
    return pl.DataFrame(
        {
            "shipment_id": fl.ids(packages.package_id[box] % 10**15 * 10 + order % 2),
            "order_id": fl.ids(orders.order_id[order]),
            "warehouse_id": fl.pick_text([w.warehouse_id for w in market.warehouses], house),
            "received_at": at(stages.received),
            "allocated_at": at(stages.allocated),
            "picked_at": at(stages.picked),
            "quality_checked_at": at(stages.quality_checked),
            "packed_at": at(stages.packed),
            "label_created_at": at(packages.rts),
            "tendered_at": at(stages.tendered),
            "tracking_uploaded_at": at(packages.uploaded),
            "carrier": once_labelled(fl.pick_text([c.word for c in market.carriers], carrier)),
            "service": once_labelled(fl.pick_text([c.service for c in market.carriers], carrier)),
            "tracking_number": once_labelled(packages.number.gather(box)),
            "weight_kg": _thousandths(weight),
            "package_count": fl.ids(np.ones(len(box), dtype=np.int64)),
            "ship_cost": once_labelled(money(cost)),
            "currency": fl.pick_text([market.currency], np.zeros(len(box), dtype=np.int64)),
            "ship_from_postal_code": postcode_text(
                market, np.array([w.postcode for w in market.warehouses])[house]
            ),
            "ship_to_postal_code": postcode_text(market, orders.postcode[order]),
        }
    )


def _thousandths(value: IntArray) -> pl.Series:
    number = pl.Series(value)
    return pl.select(
        pl.concat_str(
            (number // 1000).cast(pl.String), pl.lit("."),
            (number % 1000).cast(pl.String).str.zfill(3),
        )
    ).to_series()  # fmt: skip
