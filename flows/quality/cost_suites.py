"""What must hold of the marts that say what returns cost and what orders leave."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_COMPONENTS = (
    "return_shipping",
    "inspection",
    "markdown",
    "disposal",
    "refund_admin_fee",
    "commission_lost",
)
_COSTS = ("unit_cost", "outbound_shipping", "pick_pack", "referral_fee", "affiliate_commission")
_ROUTES = "('resell', 'refurbish', 'liquidate', 'dispose')"
_ADDED = (
    "sales",
    "shipping_paid",
    *_COSTS,
    "contribution_before_returns",
    "given_back",
    *_COMPONENTS,
)


def _adds_up(table: str, example: str | None = None) -> Expectation:
    """An amount of which a part is unknown is unknown, too: null is compared like a number."""
    costs, parts = " - ".join(_COSTS), " + ".join(_COMPONENTS)
    return critical(
        table,
        "components_add_up",
        "Contribution and cost of returns are the sums of their components, to the cent",
        fails_when=f"contribution_before_returns is distinct from "
        f"sales + platform_discount + shipping_paid - {costs} "
        f"or returns_cost is distinct from {parts} "
        "or returns_outlay is distinct from returns_cost - markdown "
        "or contribution_after_returns is distinct from "
        "contribution_before_returns - sale_returned_amount + given_back - returns_outlay",
        example=example,
    )


def _nothing_beyond_the_sale(table: str) -> Expectation:
    return critical(
        table,
        "nothing_beyond_the_sale",
        "No more units come back than were ordered, and no more is refunded than was sold",
        # A cent of each line may be lost in rounding.
        fails_when="units_returned < 0 or units_returned > units "
        "or sale_returned_amount < 0 or sale_returned_amount > sales + platform_discount + 0.01 * units",
    )


def _same_totals(dimension: str) -> Expectation:
    """The segments of a dimension add up to the shop."""
    sums = ", ".join(f"sum({column}) as {column}" for column in _ADDED)
    key = "shop_id, window_name"
    differ = " or ".join(f"coalesce(a.{c}, 0) <> coalesce(b.{c}, 0)" for c in _ADDED)
    known = " and ".join(f"b.{column} is not null" for column in _ADDED)
    return critical(
        "unit_economics",
        f"same_totals_by_{dimension}",
        f"By {dimension.replace('_', ' ')} the same amounts are told as of the whole shop",
        query=f"select shop_id, count(*) as failures from (select {key}, {sums} "
        f"from marts.unit_economics where dimension = '{dimension}' group by all) as a "
        f"full join (select {key}, {sums} from marts.unit_economics where dimension = 'shop' "
        f"group by all) as b using ({key}) where {known} and ({differ}) group by 1",
        counted="windows",
    )


COSTS: dict[str, tuple[Expectation, ...]] = {
    "order_economics": (
        _adds_up("order_economics", "order_id"),
        _nothing_beyond_the_sale("order_economics"),
    ),
    "unit_economics": (
        _adds_up("unit_economics"),
        _nothing_beyond_the_sale("unit_economics"),
        _same_totals("seller_sku"),
        _same_totals("creator"),
        critical(
            "unit_economics",
            "shop_is_its_orders",
            "What the shop leaves in 90 days is what its orders leave",
            query="select shop_id, count(*) as failures from (select shop_id, count(*) as orders, "
            "sum(sales) as sales, case when count(contribution_after_returns) = count(*) "
            "then sum(contribution_after_returns) end as rest from marts.order_economics group by 1"
            ") as a full join (select shop_id, orders, sales, contribution_after_returns as rest "
            "from marts.unit_economics where dimension = 'shop' and window_name = 'rolling_90d') "
            "as b using (shop_id) where a.orders is distinct from b.orders "
            "or a.sales is distinct from b.sales or a.rest is distinct from b.rest group by 1",
        ),
    ),
    "return_costs": (
        critical(
            "return_costs",
            "components_add_up",
            "The components of a window add up to the whole cost, to the cent",
            query="select shop_id, count(*) as failures from (select shop_id, window_name, "
            "count(*) as n, sum(amount) filter (where component not in ('(all)', 'refund')) "
            "as parts, count(amount) filter (where component not in ('(all)', 'refund')) as known, "
            "sum(amount) filter (where component = '(all)') as whole "
            f"from marts.return_costs group by all) where n <> {len(_COMPONENTS) + 2} "
            f"or whole is distinct from case when known = {len(_COMPONENTS)} then parts end "
            "group by 1",
            counted="windows",
        ),
        critical(
            "return_costs",
            "nothing_negative",
            "No cost and no count is negative",
            fails_when="amount < 0 or units < 0 or returns < 0",
        ),
    ),
    "return_grades": (
        critical(
            "return_grades",
            "units_add_up",
            "Units by where they went add up to the units of the grade",
            fails_when="units <> units_resold + units_refurbished + units_liquidated "
            "+ units_disposed + units_open or units_misrouted > units - units_open",
        ),
        critical(
            "return_grades",
            "known_words",
            "A grade has one of four routes or none, and none is misrouted without one",
            fails_when=f"route not in {_ROUTES} or best_route not in {_ROUTES} "
            "or is_mapped <> (route is not null) or (route is null and units_misrouted > 0)",
        ),
    ),
    "misrouted_returns": (
        critical(
            "misrouted_returns",
            "took_another_route",
            "Each unit took one of four routes, and another one than its grade's",
            fails_when=f"route is null or route not in {_ROUTES} or actual_route is null "
            f"or actual_route not in {_ROUTES} or route = actual_route or lost_recovery < 0",
        ),
        critical(
            "misrouted_returns",
            "same_units_as_by_grade",
            "The list holds the units that the grades count as misrouted",
            query="select shop_id, abs(coalesce(a.n, 0) - coalesce(b.n, 0)) as failures "
            "from (select shop_id, sum(units)::bigint as n from marts.misrouted_returns group by 1)"
            " as a full join (select shop_id, sum(units_misrouted)::bigint as n "
            "from marts.return_grades where window_name = 'rolling_90d' group by 1) as b "
            "using (shop_id) where coalesce(a.n, 0) <> coalesce(b.n, 0)",
            counted="units",
        ),
    ),
}
