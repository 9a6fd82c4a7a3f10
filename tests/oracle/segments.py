"""Return rates by everything that a sale has, and by what buyers say."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from .clock import local_date
from .read import Exports
from .returns import NO_CREATOR, Return, ReturnRates, ReturnRow, read_affiliates
from .standing import AsOf

NONE, ALL = "(none)", "(all)"
CAMPAIGN_DAYS = 14
Key = Callable[[str, str, str, str], str]


@dataclass(frozen=True)
class SegmentRow:
    """One row of ``marts.return_rates``."""

    dimension: str
    row: ReturnRow


def read_groups(path: Path) -> dict[str, str]:
    """The group of each reason, by the reason in small letters."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row["reason"].casefold(): row["reason_group"] for row in csv.DictReader(file)}


class Segments:
    """What each line of an order belongs to, by its order's number and its SKU number."""

    def __init__(self, exports: Exports, standings: list[AsOf], rates: ReturnRates) -> None:
        self.orders = {standing.order.order_id: standing.order for standing in standings}
        self.zone = exports.zone
        self.creators = rates.creators
        self.affiliates = read_affiliates(exports)
        self.categories = {r["seller_sku"]: r.get("category", "") for r in exports.plain["skus"]}
        self.variations = {
            row["sku id"]: row.get("variation", "") for raw in exports.orders for row in raw.rows
        }
        self.products = {
            row["sku id"]: row.get("product name", "") for raw in exports.orders for row in raw.rows
        }
        self.warehouses = {house.name.casefold(): house for house in exports.warehouses}
        self.by_content: dict[str, str] = {}
        self.by_creator: dict[tuple[str, str], dict[date, str]] = defaultdict(dict)
        for row in exports.plain["calendar"]:
            if not row["campaign"]:
                continue
            if row["content_id"]:
                self.by_content[row["content_id"]] = row["campaign"]
            on = datetime.fromisoformat(row["goes_live_at"]).date()
            self.by_creator[row["creator_handle"], row["seller_sku"]][on] = row["campaign"]

    def keys(self) -> dict[str, Key]:
        """The segment of a line, by dimension."""
        return {
            "shop": lambda order_id, sku_id, sku, handle: ALL,
            "seller_sku": lambda order_id, sku_id, sku, handle: sku,
            "product": lambda order_id, sku_id, sku, handle: self.products[sku_id] or NONE,
            "variation": lambda order_id, sku_id, sku, handle: self.variations[sku_id] or NONE,
            "creator": self.creator,
            "content": lambda *line: self.affiliate(line, "content id"),
            "content_type": lambda *line: self.affiliate(line, "content type"),
            "campaign": self.campaign,
            "category": lambda order_id, sku_id, sku, handle: self.categories.get(sku) or NONE,
            "warehouse": lambda order_id, sku_id, sku, handle: self.warehouse(order_id),
        }

    def creator(self, order_id: str, sku_id: str, sku: str, handle: str) -> str:
        """Who is credited, else the handle that the order names."""
        return self.creators.get((order_id, sku_id)) or handle or NO_CREATOR

    def affiliate(self, line: tuple[str, ...], column: str) -> str:
        """A cell of the affiliate export's row of a line."""
        return self.affiliates.get((line[0], line[1]), {}).get(column) or NONE

    def warehouse(self, order_id: str) -> str:
        """The warehouse that the order export names."""
        house = self.warehouses.get(self.orders[order_id].warehouse_name.casefold())
        return house.warehouse_id if house else NONE

    def campaign(self, order_id: str, sku_id: str, sku: str, handle: str) -> str:
        """By its content; else the creator's last go-live of the SKU, of the last two weeks."""
        line = (order_id, sku_id, sku, handle)
        named = self.by_content.get(self.affiliate(line, "content id"))
        if named:
            return named
        on = local_date(self.orders[order_id].created, self.zone)
        shown = self.by_creator.get((self.creator(*line), sku), {})
        last = max((day for day in shown if day <= on), default=None)
        if last is None or on >= last + timedelta(days=CAMPAIGN_DAYS):
            return NONE
        return shown[last]


def segment_rows(
    exports: Exports, standings: list[AsOf], rates: ReturnRates, groups: dict[str, str]
) -> list[SegmentRow]:
    """Every dimension on both bases and windows; of reasons against the units of the shop."""
    found = [
        SegmentRow(dimension, row)
        for dimension, key in Segments(exports, standings, rates).keys().items()
        for row in rates.by_key(key)
    ]
    by: dict[str, Callable[[Return], str]] = {
        "reason": lambda one: one.reason or NONE,
        "reason_group": lambda one: groups.get(one.reason.casefold(), NONE),
    }
    for dimension, said in by.items():
        for reason in sorted(set(map(said, rates.returns))):
            rows = rates.by_key(
                lambda *line: ALL,
                lambda one, said=said, reason=reason: said(one) == reason,  # type: ignore[misc]
            )
            found += [
                SegmentRow(dimension, replace(row, key=reason))
                for row in rows
                if row.refund_amount or row.units_returned
            ]
    return found
