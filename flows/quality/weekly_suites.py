"""What must hold of the marts of the weekly review."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_TINY = "1e-9"
_OF_DIMENSION = "shop_id, as_of_on, metric, dimension"


_DIMENSIONS = "(values ('warehouse'), ('carrier'), ('sku'), ('creator')) as asked (dimension)"
# The weeks that have drivers, and those that must have them.
_WEEKS = (
    "(select shop_id, as_of_on from marts.rate_change_drivers "
    "union select shop_id, as_of_on from inputs.as_of where isodow(as_of_on) = 7) as weeks"
)


def _totals(days_back: int, prefix: str) -> str:
    """Shops of which a dimension's segments, or the lack of them, are not the rate of the week.

    days_back: how long before the as-of day the week ends.
    """
    return (
        "select weeks.shop_id, count(*) as failures from "
        f"{_WEEKS} cross join {_DIMENSIONS} "
        "inner join (select distinct shop_id, as_of_on, metric, basis from marts.kpi_daily "
        "where is_evaluated) as judged "
        "on judged.shop_id = weeks.shop_id and judged.as_of_on = weeks.as_of_on "
        "inner join marts.kpi_daily as whole on whole.shop_id = weeks.shop_id "
        f"and whole.as_of_on = weeks.as_of_on - {days_back} and whole.metric = judged.metric "
        "and whole.basis = judged.basis and whole.window_name = 'week' "
        f"left join (select {_OF_DIMENSION}, basis, sum({prefix}numerator)::bigint as n, "
        f"sum({prefix}denominator)::bigint as d from marts.rate_change_drivers group by all) "
        "as parts on parts.shop_id = weeks.shop_id and parts.as_of_on = weeks.as_of_on "
        "and parts.metric = judged.metric and parts.basis = judged.basis "
        "and parts.dimension = asked.dimension "
        "where coalesce(parts.n, 0) <> coalesce(whole.numerator, 0) "
        "or coalesce(parts.d, 0) <> coalesce(whole.denominator, 0) group by 1"
    )


def _ties(name: str, week: str, days_back: int, prefix: str) -> Expectation:
    return critical(
        "rate_change_drivers",
        name,
        f"The segments of each dimension add up to the rate of the {week}",
        needs=("inputs.as_of",),
        query=_totals(days_back, prefix),
        counted="dimensions",
    )


WEEKLY: dict[str, tuple[Expectation, ...]] = {
    "rate_change_drivers": (
        _ties("adds_up_to_the_rate", "week", 0, ""),
        _ties("adds_up_to_the_rate_before", "week before", 7, "previous_"),
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
