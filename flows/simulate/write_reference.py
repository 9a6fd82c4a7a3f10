"""Writes a shop's declarations: the shop, warehouses, SKUs, account health and promotions."""

from datetime import timedelta

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import StampText
from flows.simulate.health_log import KINDS, REASONS, SNAPSHOT
from flows.simulate.plan import Plan
from flows.simulate.truth_rules import RULES

_LANDED, _LANDED_WELL = 0.38, 0.22
"""What a unit costs as a part of its price."""

_PROMOTIONS = (
    ("Flash Sale, last week", -9, -7, 200), ("Creator Week", -2, 5, 150),
    ("Payday Mega Campaign", 9, 12, 200), ("Free Shipping Days", 24, 30, None),
    ("Season Opening", 60, 66, 200),
)  # fmt: skip
"""Name, first and last day counted from the shop's last, and the least score."""


def write_reference(landing: fl.Landing, plan: Plan) -> None:
    """Write `shops`, `warehouses`, `skus`, `account_health` and `promotions`."""
    catalogue, market = plan.catalogue, plan.market
    landed = _LANDED_WELL if plan.script.well_run else _LANDED
    houses = market.warehouses
    shop = {
        "shop_id": [plan.shop_id], "market": [market.code], "timezone": [plan.clock.zone],
        "currency": [market.currency], "opened_on": ["2024-01-08"],
    }  # fmt: skip
    landing.put("reference/shops", "reference/shops.csv", pl.DataFrame(shop))
    warehouses = {
        "warehouse_id": [w.warehouse_id for w in houses],
        "name": [w.name for w in houses],
        "kind": [w.kind for w in houses],
        "postal_code": market.postcodes(np.array([w.postcode for w in houses])),
        "timezone": [w.timezone for w in houses],
        "order_cutoff": ["14:00"] * len(houses),
        "daily_capacity": list(plan.capacity),
        "active_from_on": [w.active_from_on.isoformat() for w in houses],
        "active_to_on": [w.active_to_on and w.active_to_on.isoformat() for w in houses],
    }
    landing.put("reference/warehouses", "reference/warehouses.csv", pl.DataFrame(warehouses))
    skus = {
        "seller_sku": list(catalogue.seller_sku),
        "title": list(catalogue.title),
        "category": list(catalogue.category),
        "unit_cost": [
            f"{c * landed / 10**market.decimals:.{market.decimals}f}" for c in catalogue.price_cents
        ],
        "currency": [market.currency] * len(catalogue),
        "weight_kg": [f"{g / 1000:.3f}" for g in catalogue.weight_grams],
        "is_branded": ["true" if i % 9 == 4 else "false" for i in range(len(catalogue))],
        "launched_on": [d.isoformat() for d in catalogue.launched_on],
        "supplier": list(catalogue.supplier),
    }
    landing.put("reference/skus", "reference/skus.csv", pl.DataFrame(skus))
    _write_account_health(landing, plan)
    _write_promotions(landing, plan)


def _write_account_health(landing: fl.Landing, plan: Plan) -> None:
    log, orders = plan.health, plan.orders
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", "T")
    named = pl.Series(log.order >= 0)
    order_id = fl.ids(orders.order_id).gather(np.maximum(log.order, 0))
    frame = pl.DataFrame(
        {
            "recorded_at": stamp.wall(plan.clock.local(log.at), np.ones(len(log), dtype=bool)),
            "event_id": [f"AH-{number:05d}" for number in range(1, len(log) + 1)],
            "kind": fl.pick_text(KINDS, log.kind),
            "points": pl.Series(np.where(log.kind == SNAPSHOT, 0, log.points)),
            "score_after": log.score_after,
            "reason": fl.pick_text(REASONS, log.reason),
            "order_id": pl.select(pl.when(named).then(order_id)).to_series(),
        }
    ).with_columns(points=pl.when(pl.col("kind") != KINDS[SNAPSHOT]).then("points"))
    landing.put("reference/account_health", "reference/account_health.csv", frame)


def _write_promotions(landing: fl.Landing, plan: Plan) -> None:
    """Write promotions around the last day: over, running, near, and too far to worry about."""
    rows = [
        {
            "promotion_id": f"PR-{number:03d}",
            "name": name,
            "starts_on": (plan.end_on + timedelta(days=start)).isoformat(),
            "ends_on": (plan.end_on + timedelta(days=end)).isoformat(),
            "min_score": str(least) if least and RULES[plan.market.code].opening_points else None,
        }
        for number, (name, start, end, least) in enumerate(_PROMOTIONS, start=1)
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    landing.put("reference/promotions", "reference/promotions.csv", frame)
