"""What people decided about a shop's data, as the marts have it."""

from __future__ import annotations

from typing import Any

from flows.report.marts.day import ShopDay


def withdrawn_files(day: ShopDay) -> list[str]:
    """Files of the shop that people took out of everything, by name."""
    found: list[str] = day.read(
        "select distinct file from marts.row_accounting "
        "where shop_id = $shop and status = 'withdrawn' order by file"
    )["file"].to_list()
    return found


def decisions(day: ShopDay) -> list[dict[str, Any]]:
    """Every decision about the shop, newest first; none in the warehouse of an older release."""
    if "interventions" not in day.columns:
        return []
    return day.read(
        "select * from marts.interventions where shop_id = $shop order by intervention_id desc"
    ).to_dicts()
