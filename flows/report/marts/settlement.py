"""Reads how orders tie out to what the platform paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from flows.report.marts.subject import StandingMarts

LIST_DAYS = 90
"""Orders settled or made in these days are on the lists of differences."""


class SettlementMarts(StandingMarts):
    """Settlement as it stands at the day."""

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {
        "settlement_orders": (
            "order_id",
            "created_at",
            "settled_on",
            "expected_payout",
            "stated_payout",
            "unexplained_amount",
            "currency",
            "age_days",
            "state",
        ),
        "settlement_components": (
            "statement_on",
            "component",
            "currency",
            "place",
            "own_amount",
            "stated_amount",
            "difference",
        ),
        "settlement_residuals": ("age_bucket", "currency", "place", "orders", "amount"),
        "settlement_fee_checks": (
            "order_id",
            "seller_sku",
            "check_name",
            "expected_amount",
            "stated_amount",
            "difference",
        ),
        "settlement_unmatched": (
            "order_id",
            "reason",
            "settled_on",
            "settlement_amount",
            "currency",
        ),
    }

    @cached_property
    def states(self) -> dict[str, int]:
        """Orders by the state of their settlement; empty without statements."""
        found = self.read(
            "settlement_orders",
            "select state, count(*) as orders from marts.settlement_orders "
            "where shop_id = $shop group by 1 order by 1",
        )
        return {row["state"]: row["orders"] for row in found}

    def orders(self, state: str) -> pl.DataFrame:
        """Orders in one state, the largest amount at stake first."""
        return self.frame(
            "settlement_orders",
            "state = $state",
            "abs(unexplained_amount) desc nulls last, expected_payout desc nulls last, order_id",
            state=state,
        )

    @cached_property
    def components(self) -> list[dict[str, Any]]:
        """Own and stated amounts by week and component, the newest week first."""
        return self.rows(
            "settlement_components",
            "true",
            "statement_on desc, place, component, currency",
        )

    @cached_property
    def residuals(self) -> list[dict[str, Any]]:
        """What nothing explains, by age."""
        return self.rows("settlement_residuals", "true", "place, age_bucket, currency")

    @cached_property
    def fee_checks(self) -> pl.DataFrame:
        """Fees that are not what their rate gives, the largest difference first."""
        return self.frame(
            "settlement_fee_checks",
            "true",
            "abs(difference) desc, order_id, seller_sku nulls last, check_name",
        )

    @cached_property
    def unmatched(self) -> pl.DataFrame:
        """Rows of statements that belong to no known order."""
        return self.frame(
            "settlement_unmatched",
            "true",
            self.full_order("settlement_unmatched", "reason desc", "settled_on nulls last"),
        )
