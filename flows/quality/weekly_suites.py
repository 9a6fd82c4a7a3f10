"""What must hold of the marts of the weekly review."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_TINY = "1e-9"
_OF_DIMENSION = "shop_id, as_of_on, metric, dimension"


def _totals(week: str, prefix: str) -> str:
    """Shops of which a dimension's segments are not the rate of the week that ends on `week`."""
    return (
        "select parts.shop_id, count(*) as failures from "
        f"(select {_OF_DIMENSION}, basis, {week} as week_on, sum({prefix}numerator)::bigint as n, "
        f"sum({prefix}denominator)::bigint as d from marts.rate_change_drivers group by all) "
        "as parts inner join marts.kpi_daily as whole on whole.shop_id = parts.shop_id "
        "and whole.as_of_on = parts.week_on and whole.metric = parts.metric "
        "and whole.basis = parts.basis and whole.window_name = 'week' "
        "where (n, d) is distinct from (whole.numerator, whole.denominator) group by 1"
    )


WEEKLY: dict[str, tuple[Expectation, ...]] = {
    "rate_change_drivers": (
        critical(
            "rate_change_drivers",
            "adds_up_to_the_rate",
            "The segments of each dimension add up to the rate of the week",
            query=_totals("as_of_on", ""),
            counted="dimensions",
        ),
        critical(
            "rate_change_drivers",
            "adds_up_to_the_rate_before",
            "The segments of each dimension add up to the rate of the week before",
            query=_totals("as_of_on - 7", "previous_"),
            counted="dimensions",
        ),
        critical(
            "rate_change_drivers",
            "effects_add_up",
            "The effects of each dimension add up to the change of the rate",
            query="select shop_id, count(*) as failures from "
            f"(select {_OF_DIMENSION}, sum(rate_effect + mix_effect) as parts, "
            "max(shop_value - shop_previous_value) as whole "
            "from marts.rate_change_drivers group by all) "
            f"where (parts is null) <> (whole is null) or abs(parts - whole) > {_TINY} group by 1",
            counted="dimensions",
        ),
        critical(
            "rate_change_drivers",
            "ends_on_a_sunday",
            "Full weeks alone are compared",
            fails_when="isodow(as_of_on) <> 7",
        ),
    ),
}
"""Expectations by mart."""
