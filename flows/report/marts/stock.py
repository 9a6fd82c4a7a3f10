"""Reads where stock stands: hero SKUs, what goes live, and TikTok's own warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from flows.report.marts.subject import StandingMarts


class StockMarts(StandingMarts):
    """Stock as it stands at the day."""

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {
        "hero_skus": (
            "seller_sku",
            "is_hero",
            "hero_source",
            "revenue_share",
            "cumulative_share",
            "place",
            "list_age_days",
            "is_list_stale",
        ),
        "hero_stock": (
            "seller_sku",
            "warehouse_id",
            "is_hero",
            "available",
            "inbound",
            "is_missing_hero",
            "is_scattered_long_tail",
        ),
        "content_stock": (
            "goes_live_at",
            "seller_sku",
            "campaign",
            "expected_units",
            "warehouse_id",
            "available",
            "needed",
            "is_short",
        ),
        "fbt_replenishment": (
            "seller_sku",
            "fbt_available",
            "average_daily_units",
            "days_of_cover",
            "lead_days",
            "suggested_units",
            "is_due",
        ),
        "stock_incidents": (
            "seller_sku",
            "started_on",
            "ended_on",
            "cancelled_orders",
            "points_lost_for_its_orders",
        ),
    }

    @cached_property
    def heroes(self) -> list[dict[str, Any]]:
        """The hero SKUs, the largest revenue first."""
        return self.rows("hero_skus", "is_hero", "place nulls last, seller_sku")

    @cached_property
    def missing_heroes(self) -> list[dict[str, Any]]:
        """Hero SKUs that an active site does not have."""
        return self.rows("hero_stock", "is_missing_hero", "seller_sku, warehouse_id")

    @cached_property
    def scattered(self) -> list[str]:
        """SKUs of the long tail that lie in more than one site."""
        found = self.read(
            "hero_stock",
            "select distinct seller_sku from marts.hero_stock "
            "where shop_id = $shop and is_scattered_long_tail order by 1",
        )
        return [row["seller_sku"] for row in found]

    @cached_property
    def hero_stock(self) -> pl.DataFrame:
        """Stock by SKU and site, missing heroes first."""
        return self.frame(
            "hero_stock",
            "(is_hero or is_scattered_long_tail)",
            "is_missing_hero desc nulls last, is_hero desc, seller_sku, warehouse_id nulls last",
        )

    @cached_property
    def content(self) -> pl.DataFrame:
        """What goes live in the next 14 days, by day and what is short first."""
        return self.frame(
            "content_stock",
            "true",
            self.full_order(
                "content_stock",
                "is_short desc nulls last",
                "goes_live_at nulls last",
                "seller_sku",
                "warehouse_id nulls last",
            ),
        )

    @cached_property
    def replenishment_rows(self) -> pl.DataFrame:
        """SKUs in TikTok's warehouse, those that need a shipment first."""
        return self.frame(
            "fbt_replenishment",
            "true",
            "is_due desc nulls last, days_of_cover nulls last, seller_sku",
        )

    @property
    def replenishment(self) -> list[dict[str, Any]]:
        """The same, one mapping a row."""
        return self.replenishment_rows.to_dicts()

    @cached_property
    def incidents(self) -> list[dict[str, Any]]:
        """Days on which a SKU was sold that no warehouse had, the most orders first."""
        return self.rows(
            "stock_incidents",
            "as_of_on = $day",
            "cancelled_orders desc, started_on desc, seller_sku nulls last",
        )
