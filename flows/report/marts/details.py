"""Reads what answers a further question of a section: volumes, stages, scans, outcomes."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from flows.report.marts.subject import StandingMarts


class DetailMarts(StandingMarts):
    """Details of the rule book as they stand at the day."""

    @cached_property
    def volume(self) -> list[dict[str, Any]]:
        """Orders made, due and dispatched on each of the last 14 days, the newest first."""
        return self.rows(
            "dispatch_volume_daily",
            "day_on between $first_on and $day",
            "day_on desc",
            first_on=self.day.as_of_on - timedelta(days=13),
        )

    @cached_property
    def schedule(self) -> list[dict[str, Any]]:
        """The backlog by due day."""
        return self.rows("dispatch_schedule", "true", "due_on")

    @cached_property
    def stages(self) -> list[dict[str, Any]]:
        """Where late orders lose their time, the shop as a whole."""
        return self.rows(
            "late_dispatch_stages", "warehouse = '(all)' and late_orders > 0", "stage_number"
        )

    @cached_property
    def scan_latency(self) -> list[dict[str, Any]]:
        """From hand-over to first scan by carrier and hour of the hand-over."""
        return self.rows(
            "first_scan_latency",
            "orders > 0",
            "max(orders) over (partition by carrier) desc, carrier, pickup_window <> '(all)', "
            "pickup_window",
        )

    @cached_property
    def scan_tickets(self) -> list[dict[str, Any]]:
        """Tickets on shipping by the time to the first scan."""
        return self.rows("tickets_by_scan_gap", "orders > 0 and tickets is not null", "place")

    @cached_property
    def error_outcomes(self) -> list[dict[str, Any]]:
        """How much more often something bad follows an error, the largest factor first."""
        return self.rows(
            "error_outcomes",
            "orders_with_error > 0 and outcomes_with_error > 0",
            "lift desc nulls last, outcomes_with_error desc, error, outcome",
        )

    @cached_property
    def outcomes(self) -> list[dict[str, Any]]:
        """What weak fulfilment did to the shop on the day."""
        return self.rows("daily_outcomes", "as_of_on = $day", "place")

    @cached_property
    def reason_groups(self) -> list[dict[str, Any]]:
        """What refunds of 30 days come from, most returns first."""
        return self.rows(
            "refund_reason_groups",
            "as_of_on = $day and returns > 0",
            "returns desc, reason_group",
        )
