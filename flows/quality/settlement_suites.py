"""What must hold of the settlement marts before they are published: the tie-out adds up."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_JUDGED = (
    "sales",
    "refund",
    "referral_fee",
    "refund_admin_fee",
    "affiliate_commission",
    "shipping",
)
_STATES = ("tied", "differs", "refund_pending", "not_settled_yet", "missing", "sample")
_STATED = " + ".join(f"coalesce(stated_{part}, 0)" for part in (*_JUDGED, "adjustment", "other"))
_DIFFERENCES = " + ".join(f"coalesce(stated_{part} - expected_{part}, 0)" for part in _JUDGED)
_WORDS = "(" + ", ".join(f"'{state}'" for state in _STATES) + ")"

SETTLEMENT: dict[str, tuple[Expectation, ...]] = {
    "settlement_orders": (
        critical(
            "settlement_orders",
            "known_words",
            "Every order has a known state",
            fails_when=f"state is null or state not in {_WORDS}",
            example="order_id",
        ),
        critical(
            "settlement_orders",
            "stated_amounts_add_up",
            "A payout is its stated components and what they leave over",
            fails_when=f"{_STATED} + arithmetic_residual <> stated_payout",
            example="order_id",
        ),
        critical(
            "settlement_orders",
            "differences_add_up",
            "What is unexplained of a settled order is the sum of its differences",
            fails_when="stated_payout is not null and "
            f"{_DIFFERENCES} + arithmetic_residual is distinct from unexplained_amount",
            example="order_id",
        ),
        critical(
            "settlement_orders",
            "tied_is_explained",
            "An order that ties has no more unexplained than its fees may be rounded",
            fails_when="state = 'tied' and (arithmetic_residual is distinct from 0 "
            "or abs(unexplained_amount) > 0.03 * rounded_amounts)",
            example="order_id",
        ),
        critical(
            "settlement_orders",
            "unsettled_is_in_no_statement",
            "An order that is missing or not settled yet is in no statement",
            fails_when="state in ('missing', 'not_settled_yet') and "
            "(statements <> 0 or stated_payout is not null)",
            example="order_id",
        ),
    ),
    "settlement_components": (
        critical(
            "settlement_components",
            "components_add_up",
            "The components of a week add up to its payout",
            query="select shop_id, count(*) as failures from (select shop_id, statement_on, "
            "sum(coalesce(stated_amount, 0)) filter (component <> 'payout') as parts, "
            "sum(stated_amount) filter (component = 'payout') as whole, "
            "sum(coalesce(difference, 0)) filter (component <> 'payout') as differences, "
            "sum(difference) filter (component = 'payout') as unexplained "
            "from marts.settlement_components group by shop_id, statement_on, currency) "
            "where parts is distinct from whole or differences is distinct from unexplained "
            "group by 1",
            counted="weeks",
        ),
        critical(
            "settlement_components",
            "every_settled_order",
            "The weeks hold the payouts of all orders",
            query="select shop_id, 1 as failures from (select shop_id, sum(stated_amount) as paid "
            "from marts.settlement_components where component = 'payout' group by 1) as weeks "
            "full join (select shop_id, sum(stated_payout) as stated "
            "from marts.settlement_orders where stated_payout is not null group by 1) as orders "
            "using (shop_id) where paid is distinct from stated",
            counted="totals that differ",
        ),
    ),
    "settlement_residuals": (
        critical(
            "settlement_residuals",
            "every_unexplained_order",
            "The residuals hold every order that differs or is missing, with its amount",
            query="select shop_id, 1 as failures from (select shop_id, sum(orders) as n, "
            "sum(amount) as amount from marts.settlement_residuals group by 1) as ages "
            "full join (select shop_id, count(*) as orders, sum(unexplained_amount) as unexplained "
            "from marts.settlement_orders where state in ('differs', 'missing') group by 1) "
            "using (shop_id) where n is distinct from orders "
            "or amount is distinct from unexplained",
            counted="totals that differ",
        ),
    ),
    "settlement_fee_checks": (
        critical(
            "settlement_fee_checks",
            "difference_is_the_difference",
            "A fee that fails its check differs from what the rate gives",
            fails_when="difference = 0 "
            "or difference is distinct from stated_amount - expected_amount",
            example="order_id",
        ),
    ),
}
