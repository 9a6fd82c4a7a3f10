"""Reads where orders go: concentration by state, the network of sites, and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from flows.report.marts.subject import StandingMarts


class CoverageMarts(StandingMarts):
    """Demand, sites and routes as they stand at the day."""

    NEEDED: ClassVar[Mapping[str, Sequence[str]]] = {
        "demand_concentration": ("orders", "states_60", "states_70", "unexpected_states"),
        "demand_by_state": (
            "ship_to_state",
            "orders",
            "share",
            "place",
            "cumulative_share",
            "population_share",
            "over_index",
            "is_in_60",
            "is_in_70",
            "is_unexpected",
        ),
        "network_options": (
            "plan",
            "name",
            "objective",
            "sites",
            "site_zip3s",
            "share_within_2_days",
            "mean_transit_days",
            "mean_zone",
            "cost_per_month",
            "expected_on_time_delivery_rate",
            "gain_of_this_site",
            "is_materially_better",
            "is_recommended",
            "orders",
            "is_assumed",
        ),
        "shipping_zones": ("warehouse_id", "origin_zip3"),
        "network_sites": ("plan", "name", "objective", "site_zip3", "site_name", "state_code"),
        "route_choices": (
            "warehouse_id",
            "ship_to_state",
            "weight_band",
            "packages",
            "actual_carrier",
            "actual_service",
            "best_carrier",
            "best_service",
            "saving",
            "total_saving",
            "currency",
            "is_assumed",
            "state",
        ),
        "route_deviations": ("warehouse_id", "packages", "deviating", "deviation_rate"),
        "route_performance": (
            "carrier",
            "service",
            "warehouse_id",
            "ship_to_state",
            "packages",
            "on_time_rate",
            "first_scan_p90_hours",
            "valid_tracking_rate",
            "expected_cost",
            "currency",
            "is_assumed",
        ),
    }

    @cached_property
    def concentration(self) -> dict[str, Any] | None:
        """How few states hold most orders, None where no order has a state."""
        found = self.rows("demand_concentration", "orders > 0", "orders")
        return next(iter(found), None)

    @cached_property
    def demand(self) -> list[dict[str, Any]]:
        """Orders by state, most first."""
        return self.rows("demand_by_state", "true", "place nulls last, ship_to_state nulls last")

    @cached_property
    def option_rows(self) -> pl.DataFrame:
        """Networks of sites: the present one, the best of each size, the presets."""
        return self.frame(
            "network_options",
            "true",
            "case plan when 'present' then 0 when 'best' then 1 else 2 end, objective, sites, name",
        )

    @property
    def options(self) -> list[dict[str, Any]]:
        """The same, one mapping a row."""
        return self.option_rows.to_dicts()

    @cached_property
    def sites(self) -> list[dict[str, Any]]:
        """The sites of each of those networks, with the ids of the warehouses that are there."""
        order = "plan, objective, name, site_zip3, site_name"
        if not self.has("shipping_zones"):
            return self.rows("network_sites", "true", order)
        return self.read(
            "network_sites",
            "select sites.*, origins.warehouse_ids from marts.network_sites as sites left join ("
            "select origin_zip3, string_agg(distinct warehouse_id, ', ' order by warehouse_id) "
            "as warehouse_ids from marts.shipping_zones where shop_id = $shop group by 1"
            ") as origins on origins.origin_zip3 = sites.site_zip3 "
            f"where sites.shop_id = $shop order by {order}",
        )

    @cached_property
    def routes(self) -> pl.DataFrame:
        """Each route in use and the cheapest feasible one, the largest saving first."""
        return self.frame(
            "route_choices",
            "true",
            self.full_order(
                "route_choices", "total_saving desc nulls last", "packages desc nulls last"
            ),
        )

    @cached_property
    def deviations(self) -> pl.DataFrame:
        """Parcels that did not take the preferred route, most first."""
        return self.frame(
            "route_deviations",
            "true",
            self.full_order("route_deviations", "deviating desc nulls last"),
        )

    @cached_property
    def performance(self) -> pl.DataFrame:
        """Routes by carrier, service and origin, most packages first."""
        return self.frame(
            "route_performance",
            "packages > 0",
            self.full_order("route_performance", "packages desc"),
        )
