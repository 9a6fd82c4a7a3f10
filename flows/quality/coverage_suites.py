"""What must hold of the marts that say where orders go, how far it is, and by which route."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_TINY = "1e-9"

COVERAGE: dict[str, tuple[Expectation, ...]] = {
    "shipping_zones": (
        critical(
            "shipping_zones",
            "known_zones",
            "A zone is one of 1 to 9, and its source is the bands or the official chart",
            fails_when="zone not between 1 and 9 or computed_zone not between 1 and 8 "
            "or zone_source not in ('computed', 'official_chart') "
            "or (zone_source = 'computed' and zone is distinct from computed_zone)",
        ),
    ),
    "demand_by_state": (
        critical(
            "demand_by_state",
            "rates_in_range",
            "Shares are between 0 and 1",
            fails_when="share < 0 or share > 1 or cumulative_share < 0 or cumulative_share > 1 "
            "or population_share < 0 or population_share > 1",
        ),
        critical(
            "demand_by_state",
            "shares_sum_to_one",
            "The shares of the states add up to 1",
            query="select shop_id, count(*) as failures from (select shop_id, sum(share) as whole "
            f"from marts.demand_by_state group by 1) where abs(whole - 1) > {_TINY} group by 1",
            counted="shops",
        ),
        critical(
            "demand_by_state",
            "orders_of_the_coverage",
            "The orders of the states are the ones of the zone coverage of the same day",
            query="select d.shop_id, count(*) as failures from (select shop_id, sum(orders) as "
            "orders from marts.demand_by_state group by 1) as d inner join "
            "(select shop_id, arg_max(orders, as_of_on) as orders from marts.zone_coverage "
            "where origin_set = '(active)' and ship_to_state = '(all)' group by 1) as c "
            "using (shop_id) where d.orders <> c.orders group by 1",
            counted="shops",
        ),
    ),
    "demand_concentration": (
        critical(
            "demand_concentration",
            "fewest_states",
            "60 % of the orders are held by no more states than 70 %, and by one at least",
            fails_when="states_60 > states_70 or states_60 < 1 or states_70 > states "
            "or herfindahl <= 0 or herfindahl > 1 + 1e-9",
        ),
    ),
}
