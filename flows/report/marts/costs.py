"""Reads what returns cost, what an order leaves, and where the money is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from flows.report.marts.returns import WINDOW
from flows.report.marts.subject import StandingMarts


class CostMarts(StandingMarts):
    """Costs, contributions, margin traps and suppliers as they stand at the day."""

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {
        "return_costs": (
            "window_name",
            "component",
            "units",
            "amount",
            "currency",
            "is_assumed",
            "per_return",
            "share_of_sales",
        ),
        "unit_economics": (
            "window_name",
            "dimension",
            "segment",
            "orders",
            "units",
            "sales",
            "contribution_before_returns",
            "returns_cost",
            "returns_outlay",
            "sale_returned_amount",
            "given_back",
            "contribution_after_returns",
            "per_order",
            "is_assumed",
            "currency",
        ),
        "misrouted_returns": ("rma_id", "grade", "route", "actual_route", "lost_recovery"),
        "margin_traps": (
            "kind",
            "segment",
            "units_ordered",
            "units_returned",
            "value",
            "compared_with",
            "excess_cost",
            "currency",
            "place",
            "is_assumed",
            "reason",
        ),
        "category_control": (
            "category",
            "week_start_on",
            "units_ordered",
            "units_returned",
            "value",
            "centre",
            "upper_limit",
            "is_above_limit",
        ),
        "repeat_returners": (
            "buyer_hash",
            "orders",
            "returns",
            "units_returned",
            "refund_amount",
            "currency",
            "last_on",
        ),
        "supplier_scorecard": (
            "supplier",
            "orders",
            "stockout_rate",
            "valid_tracking_rate",
            "refund_rate",
            "place",
        ),
        "returns_review": (
            "dimension",
            "segment",
            "units_ordered",
            "units_returned",
            "value",
            "compared_with",
            "excess_cost",
            "currency",
            "is_assumed",
            "place",
            "trend",
        ),
        "scale_readiness": (
            "seller_sku",
            "risk_group",
            "is_high_risk",
            "sample_units",
            "pass_rate",
            "verdict",
        ),
    }

    @cached_property
    def components(self) -> list[dict[str, Any]]:
        """What returns cost in 90 days by component, the dearest first."""
        return self.rows(
            "return_costs",
            f"window_name = '{WINDOW}'",
            "amount desc nulls last, component",
        )

    @cached_property
    def economics(self) -> dict[str, Any] | None:
        """What the shop's orders of 90 days leave, None where that is not known."""
        found = self.rows(
            "unit_economics",
            f"window_name = '{WINDOW}' and dimension = 'shop' and orders > 0",
            "segment nulls last",
        )
        return next(iter(found), None)

    @cached_property
    def contributions(self) -> pl.DataFrame:
        """The same by SKU and creator, the least contribution first."""
        return self.frame(
            "unit_economics",
            f"window_name = '{WINDOW}' and dimension <> 'shop'",
            "dimension, contribution_after_returns nulls last, orders desc, segment nulls last",
        )

    @cached_property
    def misrouted(self) -> pl.DataFrame:
        """Received units that took another route than their grade's, the most lost first."""
        return self.frame(
            "misrouted_returns",
            "true",
            self.full_order("misrouted_returns", "lost_recovery desc nulls last"),
        )

    @cached_property
    def traps(self) -> pl.DataFrame:
        """What loses money through returns, the dearest first."""
        return self.frame(
            "margin_traps", "true", "place nulls last, kind, segment nulls last, units_ordered"
        )

    @cached_property
    def category_weeks(self) -> list[dict[str, Any]]:
        """Weeks in which more came back of a category than its limit allows, the newest first."""
        return self.rows(
            "category_control",
            "is_above_limit",
            "week_start_on desc, category nulls last",
        )

    @cached_property
    def returner_rows(self) -> pl.DataFrame:
        """Buyers that returned at least three orders, the most refunded first."""
        return self.frame(
            "repeat_returners", "true", "refund_amount desc nulls last, returns desc, buyer_hash"
        )

    @property
    def repeat_returners(self) -> list[dict[str, Any]]:
        """The same, one mapping a row."""
        return self.returner_rows.to_dicts()

    @cached_property
    def suppliers(self) -> list[dict[str, Any]]:
        """Suppliers by their place."""
        return self.rows("supplier_scorecard", "orders > 0", "place nulls last, supplier")

    @cached_property
    def review(self) -> pl.DataFrame:
        """The weekly review: SKUs, creators and campaigns by what their returns cost too much."""
        return self.frame("returns_review", "true", "place nulls last, dimension, segment")

    @cached_property
    def readiness(self) -> list[dict[str, Any]]:
        """SKUs of risky categories that are checked or have enough orders, unready ones first."""
        return self.rows(
            "scale_readiness",
            "is_high_risk and verdict <> 'not_judged'",
            "verdict = 'ready', pass_rate nulls last, sample_units desc, seller_sku",
        )
