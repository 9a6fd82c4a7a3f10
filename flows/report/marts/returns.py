"""Reads what came back: returns with their deadlines, reasons, grades and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from flows.report.marts.subject import StandingMarts

WINDOW = "rolling_90d"
"""The window of what returns cost and where they go: most of its returns are graded."""


class ReturnMarts(StandingMarts):
    """Returns as they stand at the day."""

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {
        "returns": (
            "return_order_id",
            "order_id",
            "seller_sku",
            "return_reason",
            "state",
            "requested_at",
            "is_auto_approved",
            "due_kind",
            "due_at",
            "hours_left",
            "is_near_due",
            "is_past_due",
            "has_dispute",
            "is_dispute_from_timeout",
            "has_appeal",
            "compensation_state",
            "is_received_short",
            "is_refunded_unreceived",
            "is_over_returned",
            "refund_amount",
            "currency",
        ),
        "returns_triage": (
            "state",
            "age_bucket",
            "returns",
            "oldest_on",
            "refund_amount",
            "currency",
        ),
        "return_reasons_unmapped": ("reason", "returns", "first_seen_on"),
        "return_grades": (
            "window_name",
            "grade",
            "route",
            "is_mapped",
            "units",
            "units_resold",
            "units_refurbished",
            "units_liquidated",
            "units_disposed",
            "best_route",
            "lost_recovery",
            "currency",
            "is_assumed",
        ),
        "return_rates": (
            "basis",
            "window_name",
            "dimension",
            "segment",
            "units_ordered",
            "units_returned",
            "value",
            "lower_bound",
            "upper_bound",
            "is_provisional",
            "is_small_volume",
        ),
    }

    @cached_property
    def due(self) -> pl.DataFrame:
        """Returns near or past a deadline of the shop, the earliest deadline first."""
        return self.frame(
            "returns",
            "(is_past_due or is_near_due) and due_kind <> 'buyer_ships'",
            "due_at nulls last, requested_at nulls last, return_order_id, seller_sku nulls last",
        )

    @cached_property
    def tally(self) -> dict[str, Any] | None:
        """How many return lines are in which trouble, None without the mart."""
        found = self.read(
            "returns",
            "select count(*) as returns, "
            "count(*) filter (where is_past_due and due_kind <> 'buyer_ships') as past_due, "
            "count(*) filter (where is_near_due and due_kind <> 'buyer_ships') as near_due, "
            "min(due_at) filter (where is_near_due and due_kind <> 'buyer_ships') as next_due_at, "
            "count(*) filter (where has_dispute) as disputes, "
            "count(*) filter (where is_dispute_from_timeout) as timeouts, "
            "count(*) filter (where has_appeal) as appeals, "
            "count(*) filter (where is_auto_approved) as auto_approved, "
            "count(*) filter (where is_received_short) as short, "
            "count(*) filter (where is_refunded_unreceived) as unreceived, "
            "count(*) filter (where is_over_returned) as over_returned "
            "from marts.returns where shop_id = $shop",
        )
        return next((row for row in found if row["returns"]), None)

    @cached_property
    def triage(self) -> list[dict[str, Any]]:
        """Open returns by state and age, in the order of the states."""
        return self.rows(
            "returns_triage",
            "returns > 0",
            "case state when 'requested' then 0 when 'approved' then 1 when 'shipped_back' then 2 "
            "when 'received' then 3 when 'graded' then 4 else 5 end, state, oldest_on nulls last, "
            "age_bucket",
        )

    @cached_property
    def compensations(self) -> list[dict[str, Any]]:
        """Return lines by the state of their compensation claim."""
        return self.read(
            "returns",
            "select compensation_state, count(*) as returns from marts.returns "
            "where shop_id = $shop and compensation_state <> 'none' "
            "group by 1 order by returns desc, 1",
        )

    @cached_property
    def unmapped(self) -> list[dict[str, Any]]:
        """Return reasons that no group holds, most returns first."""
        return self.rows("return_reasons_unmapped", "true", "returns desc, reason")

    @cached_property
    def grades(self) -> list[dict[str, Any]]:
        """What became of returned units by grade, the most lost first."""
        return self.rows(
            "return_grades",
            f"window_name = '{WINDOW}' and units > 0",
            "lost_recovery desc nulls last, units desc, grade nulls last",
        )

    @cached_property
    def rates(self) -> pl.DataFrame:
        """Return rates of 90 days by order cohort and by every dimension, surely bad ones first."""
        return self.frame(
            "return_rates",
            f"basis = 'order_cohort' and window_name = '{WINDOW}'",
            "dimension, is_small_volume, lower_bound desc nulls last, units_returned desc, "
            "segment nulls last",
        )
