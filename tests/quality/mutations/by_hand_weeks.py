"""Mutations of the marts of full weeks.

The build that is broken ends on another day, so a row of its last Sunday is put in, right but for
the one thing.
"""

from __future__ import annotations

_WRONG = {
    "adds_up_to_the_rate": "k.denominator + 1 as denominator",
    "adds_up_to_the_rate_before": "p.denominator + 1 as previous_denominator",
    "effects_add_up": "0.5::double as rate_effect",
    "ends_on_a_sunday": "k.basis as basis",
}


def _row(name: str, wrong: str) -> str:
    day = "2026-04-25" if name == "ends_on_a_sunday" else "2026-04-26"
    right = {
        "shop_id": "k.shop_id",
        "as_of_on": "k.as_of_on",
        "metric": "k.metric",
        "basis": "k.basis",
        "dimension": "'carrier'",
        "segment": "'UPS'",
        "previous_numerator": "p.numerator",
        "previous_denominator": "p.denominator",
        "numerator": "k.numerator",
        "denominator": "k.denominator",
        "previous_share": "1.0::double",
        "share": "1.0::double",
        "shop_previous_value": "0.25::double",
        "shop_value": "0.25::double",
        "rate_effect": "0.0::double",
        "mix_effect": "0.0::double",
    }
    column = wrong.rpartition(" as ")[2]
    columns = ", ".join(f"{what} as {n}" for n, what in right.items() if n != column)
    return (
        f"insert into marts.rate_change_drivers by name select {columns}, {wrong} "
        "from marts.kpi_daily as k inner join marts.kpi_daily as p on p.shop_id = k.shop_id "
        "and p.as_of_on = k.as_of_on - 7 and p.metric = k.metric and p.basis = k.basis "
        "and p.window_name = k.window_name where k.shop_id = 'south' and k.basis = 'platform' "
        "and k.metric = 'valid_tracking_rate' and k.window_name = 'week' "
        f"and k.as_of_on = date '{day}'"
    )


WEEKS: tuple[tuple[str, str, str, str], ...] = tuple(
    ("rate_change_drivers", name, "marts.rate_change_drivers", _row(name, wrong))
    for name, wrong in _WRONG.items()
)
