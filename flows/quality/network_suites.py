"""What must hold of the marts that say where stock could be, and where it is."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_TINY = "1e-9"
_PLAN = "shop_id, objective, name"

NETWORK: dict[str, tuple[Expectation, ...]] = {
    "network_options": (
        critical(
            "network_options",
            "known_words",
            "Objective and plan are known words, and a plan has 1 to 5 sites unless it is there",
            fails_when="objective not in ('share_within_2_days', 'mean_transit_days', "
            "'total_cost') or plan not in ('present', 'best', 'preset') or sites < 1 "
            "or (plan <> 'present' and sites > 5)",
        ),
        critical(
            "network_options",
            "rates_in_range",
            "Shares and rates are between 0 and 1",
            fails_when="share_within_2_days < 0 or share_within_2_days > 1 "
            "or expected_on_time_delivery_rate < 0 or expected_on_time_delivery_rate > 1 "
            "or on_time_by_rule_share < 0 or on_time_by_rule_share > 1",
        ),
        critical(
            "network_options",
            "same_demand",
            "Every plan of a shop serves the same orders",
            query="select shop_id, count(distinct orders) - 1 as failures "
            "from marts.network_options group by 1",
            counted="other totals",
        ),
        critical(
            "network_options",
            "best_is_best",
            "No plan of as many sites is better than the best by its objective",
            query="select o.shop_id, count(*) as failures from marts.network_options as o "
            "inner join marts.network_options as b on b.shop_id = o.shop_id "
            "and b.objective = o.objective and b.plan = 'best' and b.sites = o.sites "
            "where case o.objective when 'share_within_2_days' "
            f"then o.share_within_2_days > b.share_within_2_days + {_TINY} "
            "when 'mean_transit_days' "
            f"then o.mean_transit_days < b.mean_transit_days - {_TINY} "
            # Costs of a month are rounded to cents.
            "else o.cost_per_month < b.cost_per_month - 0.01 end group by 1",
            counted="plans",
        ),
        critical(
            "network_options",
            "more_sites_are_no_worse",
            "A further site never takes from the share or adds to the days of the best",
            fails_when="plan = 'best' and objective <> 'total_cost' and gain_of_this_site < 0",
        ),
        critical(
            "network_options",
            "one_recommendation",
            "A shop is advised to one plan at most, and to none that is not materially better",
            query="select shop_id, greatest(count(*) - 1, 0) + count(*) filter "
            "(where not is_materially_better) as failures "
            "from marts.network_options where is_recommended group by 1",
            counted="recommendations",
        ),
    ),
    "network_sites": (
        critical(
            "network_sites",
            "sites_add_up",
            "The sites of a plan serve its orders, each of them once",
            query="select shop_id, count(*) as failures from "
            f"(select {_PLAN}, sum(orders_served)::bigint as served, count(*) as places "
            f"from marts.network_sites group by all) full join (select {_PLAN}, orders, sites "
            f"from marts.network_options) using ({_PLAN}) where served is distinct from orders "
            "or places is distinct from sites group by 1",
            counted="plans",
        ),
    ),
    "hero_skus": (
        critical(
            "hero_skus",
            "shares_add_up",
            "The shares of the sales are between 0 and 1 and add up to 1",
            query="select shop_id, count(*) as failures from (select shop_id, "
            "sum(revenue_share) as whole, min(revenue_share) as least from marts.hero_skus "
            f"group by 1) where abs(whole - 1) > {_TINY} or least < 0 group by 1",
            counted="shops",
        ),
        critical(
            "hero_skus",
            "known_words",
            "A hero is declared by the shop or follows from the sales, for a whole shop alike",
            query="select shop_id, count(distinct hero_source) - 1 + count(*) filter "
            "(where hero_source not in ('declared', 'revenue')) as failures "
            "from marts.hero_skus group by 1",
        ),
    ),
    "hero_stock": (
        critical(
            "hero_stock",
            "missing_or_scattered",
            "A hero is missing where there is none of it, and only other SKUs are scattered",
            fails_when="(is_missing_hero and (not is_hero or available > 0)) "
            "or (is_scattered_long_tail and (is_hero or available <= 0))",
        ),
    ),
    "content_stock": (
        critical(
            "content_stock",
            "short_is_less_than_needed",
            "Content is short where less is available than needed, and not judged without a count",
            fails_when="is_short is distinct from (available < needed) or needed < 0",
        ),
    ),
    "fbt_replenishment": (
        critical(
            "fbt_replenishment",
            "due_by_cover",
            "What is due has cover of no more than lead and reserve, and sells; else none is sent",
            fails_when="suggested_units < 0 or (is_due and (average_daily_units <= 0 "
            f"or days_of_cover > lead_days + reserve_days + {_TINY})) "
            "or (not is_due and suggested_units > 0)",
        ),
    ),
    "prepositioning": (
        critical(
            "prepositioning",
            "heroes_at_most_everything",
            "To lay up the heroes alone never takes more than to lay up everything",
            counted="shops",
            query="select h.shop_id, count(*) as failures from marts.prepositioning as h "
            "inner join marts.prepositioning as e on e.shop_id = h.shop_id "
            "and e.scope = 'everything' where h.scope = 'heroes' and (h.skus > e.skus "
            "or h.units_to_move > e.units_to_move or h.inbound_cost > e.inbound_cost "
            "or h.storage_share > e.storage_share) group by 1",
        ),
    ),
    "stock_totals": (
        critical(
            "stock_totals",
            "places_add_up",
            "The platform's stock and all other stock are all stock",
            fails_when="available <> fbt_available + own_available",
        ),
    ),
}
