"""Sentences on hero SKUs, what goes live, and TikTok's own warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.report.formats import format_moment, plural
from flows.report.sentences.ahead import joined


def content_sentence(live: int, short: int, first_at: datetime | None, zone: str) -> str:
    """``2 of 7 SKUs that go live in the next 14 days are short of stock, the first on …``."""
    if not live:
        return "No content goes live in the next 14 days."
    if not short:
        if live == 1:
            return "The one SKU that goes live in the next 14 days has the stock it needs."
        return f"All {live:,} SKUs that go live in the next 14 days have the stock they need."
    first = f", the first on {format_moment(first_at, zone)}" if first_at else ""
    if live == 1:
        return f"The one SKU that goes live in the next 14 days is short of stock{first}."
    verb = "is" if short == 1 else "are"
    return (
        f"{short:,} of {live:,} SKUs that go live in the next 14 days {verb} short of stock{first}."
    )


def hero_sentence(heroes: int, missing: Sequence[Mapping[str, Any]]) -> str:
    """``1 of 5 hero SKUs is missing at an active site: SKU-1 at LA-2.``"""
    if not heroes:
        return ""
    if not missing:
        return (
            "The hero SKU is at every active site."
            if heroes == 1
            else f"All {heroes:,} hero SKUs are at every active site."
        )
    skus = list(dict.fromkeys(row["seller_sku"] for row in missing))
    places = [f"{row['seller_sku']} at {row['warehouse_id']}" for row in missing[:3]]
    listed = joined(places) + (" and others" if len(missing) > 3 else "")
    verb = "is" if len(skus) == 1 else "are"
    return (
        f"{len(skus):,} of {plural(heroes, 'hero SKU')} {verb} missing at an active site: {listed}."
    )


def stale_sentence(age_days: int | None, is_stale: bool | None) -> str:
    """``The hero list is 45 days old: name the heroes of the next weeks.``"""
    if not is_stale or age_days is None:
        return ""
    return f"The hero list is {plural(age_days, 'day')} old: name the heroes of the next weeks."


def scattered_sentence(skus: Sequence[str]) -> str:
    """``12 SKUs of the long tail lie in more than one site.``"""
    if not skus:
        return ""
    verb = "lies" if len(skus) == 1 else "lie"
    return f"{plural(len(skus), 'SKU')} of the long tail {verb} in more than one site."


def replenishment_sentence(due: Sequence[Mapping[str, Any]], skus: int) -> str:
    """``3 of 9 SKUs in TikTok's warehouse need a shipment now, SKU-1 first: 4.0 days of cover.``"""
    if not skus:
        return ""
    if not due:
        return f"No SKU in TikTok's warehouse needs a shipment now ({skus:,} there)."
    first = due[0]
    days = first["days_of_cover"]
    cover = f": {days:,.1f} days of cover" if days is not None else ""
    verb = "needs" if len(due) == 1 else "need"
    return (
        f"{len(due):,} of {plural(skus, 'SKU')} in TikTok's warehouse {verb} a shipment now, "
        f"{first['seller_sku']} first{cover}."
    )
