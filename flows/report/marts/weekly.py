"""Reads what the weekly review alone asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from flows.report.marts.subject import SubjectMarts

SLOPE_WEEKS = 4
"""How many weeks back the coverage of now stands against."""


class WeeklyMarts(SubjectMarts):
    """What moved the rates, what the warehouses promised, and the coverage of weeks ago."""

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {
        "rate_change_drivers": (
            "metric",
            "dimension",
            "segment",
            "previous_numerator",
            "previous_denominator",
            "numerator",
            "denominator",
            "previous_value",
            "value",
            "previous_share",
            "share",
            "shop_previous_value",
            "shop_value",
            "rate_effect",
            "mix_effect",
        ),
        "warehouse_promises": (
            "warehouse_id",
            "warehouse_name",
            "kind",
            "promise",
            "done",
            "p50_hours",
            "p90_hours",
            "due",
            "kept",
            "value",
            "previous_due",
            "previous_kept",
            "previous_value",
            "order_cutoff",
            "is_assumed",
        ),
    }

    @cached_property
    def drivers(self) -> pl.DataFrame:
        """What moved each rate from the week before, by segment, the largest effect first."""
        return self.frame(
            "rate_change_drivers",
            "as_of_on = $day",
            "metric, dimension, abs(rate_effect) + abs(mix_effect) desc nulls last, "
            "denominator desc, segment",
        )

    @cached_property
    def promise_rows(self) -> pl.DataFrame:
        """What each warehouse promised and kept in the week, the least kept first."""
        return self.frame(
            "warehouse_promises",
            "as_of_on = $day",
            "promise, value nulls last, due desc, warehouse_id",
        )

    @property
    def promises(self) -> list[dict[str, Any]]:
        """The same, one mapping a row."""
        return self.promise_rows.to_dicts()

    @property
    def slope_from_on(self) -> date:
        """The day that the coverage of now stands against."""
        return self.day.as_of_on - timedelta(weeks=SLOPE_WEEKS)

    @cached_property
    def earlier_coverage(self) -> list[dict[str, Any]]:
        """The coverage of the active warehouses on that day; empty where it is not held."""
        return self.day.read(
            "select * from marts.zone_coverage where shop_id = $shop and as_of_on = $earlier "
            "and origin_set = '(active)' order by ship_to_state nulls last",
            earlier=self.slope_from_on,
        ).to_dicts()
