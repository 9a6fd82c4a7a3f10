"""What must hold of the marts that say where orders go, how far it is, and by which route."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_TINY = "1e-9"
# As in the macro `enough_parcels`.
_ENOUGH_PARCELS = 30

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
            "orders from marts.demand_by_state group by 1 having sum(orders) > 0) as d inner join "
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
    "transit_times": (
        critical(
            "transit_times",
            "known_levels",
            "Days are told by 30 parcels or more, or by the rule and then by none",
            fails_when="level not in ('zip3', 'state', 'zone', 'rule') or median_days < 0 "
            "or median_days is null or p90_days < median_days "
            "or (level = 'rule') <> (observations = 0) or (level = 'rule') <> (p90_days is null) "
            f"or (level <> 'rule' and observations < {_ENOUGH_PARCELS})",
        ),
    ),
    "route_performance": (
        critical(
            "route_performance",
            "rates_in_range",
            "Rates are between 0 and 1",
            fails_when=" or ".join(
                f"{rate} < 0 or {rate} > 1"
                for rate in ("on_time_rate", "valid_tracking_rate", "refund_rate", "ticket_rate")
            ),
        ),
        critical(
            "route_performance",
            "every_package_once",
            "The packages of the routes add up to the packages that were sent",
            query="select shop_id, abs(coalesce(a.n, 0) - coalesce(b.n, 0)) as failures from "
            "(select shop_id, sum(packages) as n from marts.route_performance group by 1) as a "
            "full join (select shop_id, count(*) as n from marts.route_packages group by 1) as b "
            "using (shop_id) where coalesce(a.n, 0) <> coalesce(b.n, 0)",
            counted="packages",
        ),
        critical(
            "route_performance",
            "costs_at_least_its_postage",
            "What goes wrong never makes a route cheaper than its postage",
            fails_when="expected_cost < mean_ship_cost",
        ),
    ),
    "route_choices": (
        critical(
            "route_choices",
            "the_saving_is_the_difference",
            "A saving is the difference of the two costs, and none over the route in use",
            fails_when="saving is distinct from actual_expected_cost - best_expected_cost "
            "or (state = 'best_in_use' and saving <> 0) or (state = 'dearer' and saving <= 0)",
        ),
    ),
    "route_deviations": (
        critical(
            "route_deviations",
            "deviating_at_most_all",
            "No more packages deviate than were sent, and the rate is their share",
            fails_when="deviating < 0 or deviating > packages or mostly_packages > deviating "
            f"or abs(deviation_rate - deviating / nullif(packages, 0)::double) > {_TINY}",
        ),
    ),
}
