"""Writes a shop's declarations: the shop itself, warehouses, SKUs, account health."""

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import DAY, StampText
from flows.simulate.plan import Plan

_START_SCORE = 200
_EVENT_DAYS = 6


def write_reference(landing: fl.Landing, plan: Plan) -> None:
    """Write `shops`, `warehouses`, `skus` and `account_health`."""
    catalogue, market = plan.catalogue, plan.market
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
            f"{c * 0.38 / 10**market.decimals:.{market.decimals}f}" for c in catalogue.price_cents
        ],
        "currency": [market.currency] * len(catalogue),
        "weight_kg": [f"{g / 1000:.3f}" for g in catalogue.weight_grams],
        "is_branded": ["true" if i % 9 == 4 else "false" for i in range(len(catalogue))],
        "launched_on": [d.isoformat() for d in catalogue.launched_on],
    }
    landing.put("reference/skus", "reference/skus.csv", pl.DataFrame(skus))
    _write_account_health(landing, plan)


def _write_account_health(landing: fl.Landing, plan: Plan) -> None:
    first = plan.clock.number_of(plan.start_on)
    days = (plan.end_on - plan.start_on).days + 1
    day = np.arange(0, days, _EVENT_DAYS)
    at = plan.clock.midnights[first + day] + DAY // 3
    gain = np.where(np.arange(len(day)) % 4 == 2, -8, 3)
    score = _START_SCORE + np.cumsum(gain)
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", "T")
    lost = (gain < 0).astype(np.int64)
    dates = plan.clock.date_of(first + day)
    frame = pl.DataFrame(
        {
            "recorded_at": stamp.shop(at, np.ones(len(day), dtype=bool)),
            "event_id": [f"AH-{d}" for d in dates],
            "kind": fl.pick_text(["gain", "violation"], lost),
            "points": gain,
            "score_after": score,
            "reason": fl.pick_text(["Orders fulfilled", "Late dispatch"], lost),
            "order_id": pl.Series([None] * len(day), dtype=pl.String),
        }
    )
    landing.put("reference/account_health", "reference/account_health.csv", frame)
