"""Writes what a shop decides and expects: heroes, content, expected states, the rate card."""

from datetime import timedelta

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import StampText
from flows.simulate.content import CAMPAIGNS, content_ids, make_calendar
from flows.simulate.plan import Plan
from flows.simulate.sites import HEROES

_HERO_SINCE_DAYS = (75, 40, 9)
_EXPECTED = {"NY": 0.15, "CA": 0.15, "FL": 0.08, "NJ": 0.06, "WA": 0.05, "CO": 0.04}
"""Texas and Illinois, among the biggest, are not expected; Washington and Colorado are."""

_ZONES, _WEIGHTS_GRAMS = 8, (500, 1000, 2000, 5000, 10_000)
_CENTS_A_ZONE = 35


def write_declarations(landing: fl.Landing, plan: Plan) -> None:
    """Write `hero_skus` and `content_calendar`; with zones `expected_states` and `rate_card`."""
    _write_heroes(landing, plan)
    _write_calendar(landing, plan)
    if plan.market.has_zones:
        states = {"state": list(_EXPECTED), "expected_share": list(_EXPECTED.values())}
        landing.put(
            "reference/expected_states", "reference/expected_states.csv", pl.DataFrame(states)
        )
        _write_rate_card(landing, plan)


def _write_heroes(landing: fl.Landing, plan: Plan) -> None:
    """The first SKUs of the catalogue, decided in three turns, and one that is a hero no more."""
    rows = [
        {
            "seller_sku": plan.catalogue.seller_sku[sku],
            "hero_from_on": plan.end_on - timedelta(days=_HERO_SINCE_DAYS[sku * 3 // HEROES]),
            "hero_to_on": None,
            "decided_by": "Merchandising",
            "reason": "Among the best sellers of the last weeks",
        }
        for sku in range(min(HEROES, len(plan.catalogue)))
    ]
    rows.append(
        rows[0]
        | {
            "seller_sku": plan.catalogue.seller_sku[-1],
            "hero_to_on": plan.end_on - timedelta(days=_HERO_SINCE_DAYS[1]),
            "reason": "Season",
        }
    )
    frame = pl.DataFrame(rows, infer_schema_length=None)
    landing.put("reference/hero_skus", "reference/hero_skus.csv", frame)


def _write_calendar(landing: fl.Landing, plan: Plan) -> None:
    calendar = make_calendar(plan)
    stamp = StampText(plan.clock, "%Y-%m-%d", "%H:%M:%S", "T")
    shown = pl.Series(calendar.content >= 0)
    numbers = fl.ids(content_ids(plan, np.maximum(calendar.content, 0)))
    frame = pl.DataFrame(
        {
            "goes_live_at": stamp.shop(calendar.at, np.ones(len(calendar.at), dtype=bool)),
            "creator_handle": fl.pick_text(plan.creators.handle, calendar.creator),
            "seller_sku": fl.pick_text(plan.catalogue.seller_sku, calendar.sku),
            "content_id": pl.select(pl.when(shown).then(numbers)).to_series(),
            "campaign": fl.pick_text([None, *CAMPAIGNS], calendar.campaign + 1),
            "expected_units": calendar.expected_units,
        }
    )
    landing.put("reference/content_calendar", "reference/content_calendar.csv", frame)


def _write_rate_card(landing: fl.Landing, plan: Plan) -> None:
    """Prices that rise with zone and weight, a little apart from carrier to carrier."""
    market = plan.market
    rows = [
        {
            "carrier": carrier.word,
            "service": carrier.service,
            "zone": zone,
            "max_weight_kg": f"{grams / 1000:.3f}",
            "price": fl.plain_money(
                market.label_cost + grams // 4 + _CENTS_A_ZONE * (zone - 4) + 15 * number,
                market.decimals,
            ),
            "currency": market.currency,
        }
        for number, carrier in enumerate(market.carriers[: market.unsupported])
        for zone in range(1, _ZONES + 1)
        for grams in _WEIGHTS_GRAMS
    ]
    landing.put("reference/rate_card", "reference/rate_card.csv", pl.DataFrame(rows))
