"""What must hold of the marts of returns: rates within their bounds, and parts that add up."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_TINY = "1e-9"
_STATES = (
    "requested",
    "approved",
    "shipped_back",
    "received",
    "graded",
    "refunded",
    "rejected",
    "cancelled",
)
_REASONS = "('reason', 'reason_group')"


def _outside(*columns: str) -> str:
    return " or ".join(f"{column} < 0 or {column} > 1" for column in columns)


def _rates(table: str) -> tuple[Expectation, ...]:
    """A return rate on its two bases: of a cohort within 0 and 1, by refund date not capped."""
    return (
        critical(
            table,
            "rates_in_range",
            "Return rates of a cohort are between 0 and 1",
            fails_when=f"basis <> 'refund_date' and ({_outside('value', 'closed_value')}) "
            f"or {_outside('lower_bound', 'upper_bound')}",
        ),
        critical(
            table,
            "numerator_at_most_denominator",
            "No cohort returned more units than it ordered",
            fails_when="units_ordered < 0 or units_returned < 0 or basis <> 'refund_date' and "
            "(units_returned > units_ordered or closed_units_returned > closed_units_ordered)",
        ),
        critical(
            table,
            "closed_within_all",
            "The closed part of a cohort is no larger than the cohort",
            fails_when="basis <> 'refund_date' and (closed_units_ordered > units_ordered "
            "or closed_units_returned > units_returned)",
        ),
        critical(
            table,
            "bounds_hold_the_value",
            "A return rate lies within its bounds",
            fails_when=f"value < lower_bound - {_TINY} or value > upper_bound + {_TINY}",
        ),
    )


def _sku_and_creator_agree() -> Expectation:
    key = "shop_id, as_of_on, basis, window_name"
    total = f"select {key}, sum(units_ordered)::bigint as units from marts.return_rate_by_"
    return critical(
        "return_rate_by_sku",
        "same_total_as_by_creator",
        "By SKU and by creator the same units were ordered",
        query=f"select shop_id, count(*) as failures from ({total}sku group by all) as a "
        f"full join ({total}creator group by all) as b using ({key}) "
        "where coalesce(a.units, 0) <> coalesce(b.units, 0) group by 1",
        counted="totals that differ",
    )


def _segments_add_up() -> Expectation:
    key = "shop_id, basis, window_name"
    # Of a reason the units ordered are the shop's: they do not add up.
    parts = (
        f"select {key}, dimension, sum(units_returned)::bigint as returned, "
        "sum(refund_amount) as refunded, sum(units_ordered)::bigint as ordered "
        "from marts.return_rates where dimension <> 'shop' group by all"
    )
    whole = (
        f"select {key}, units_returned as returned, refund_amount as refunded, "
        "units_ordered as ordered from marts.return_rates where dimension = 'shop'"
    )
    return critical(
        "return_rates",
        "segments_add_up",
        "The segments of each dimension add up to the shop",
        query=f"select shop_id, count(*) as failures from ({parts}) as p "
        f"inner join ({whole}) as w using ({key}) "
        "where p.returned is distinct from w.returned or p.refunded is distinct from w.refunded "
        f"or (dimension not in {_REASONS} and p.ordered is distinct from w.ordered) group by 1",
        counted="dimensions",
    )


RETURNS: dict[str, tuple[Expectation, ...]] = {
    "return_rate_by_sku": (*_rates("return_rate_by_sku"), _sku_and_creator_agree()),
    "return_rate_by_creator": _rates("return_rate_by_creator"),
    "return_rates": (*_rates("return_rates"), _segments_add_up()),
    "returns": (
        critical(
            "returns",
            "known_words",
            "How far a return is, is a word of the interface",
            fails_when=f"state is null or state not in {_STATES!r}",
            example="order_id",
        ),
        critical(
            "returns",
            "at_most_what_was_ordered",
            "The returns of a line together never take more units than were ordered",
            query="select shop_id, count(*) as failures from (select shop_id, order_id, "
            "line_sku_id from marts.returns group by all having min(units) < 0 "
            "or sum(units) > max(units_ordered)) group by 1",
            counted="lines",
        ),
        critical(
            "returns",
            "liability_is_refund_less_compensation",
            "What the shop bears is the refund less the approved compensation",
            # Money of another currency than the shop's makes no liability.
            fails_when="liability_amount <> case when state = 'refunded' then "
            "refund_amount - case when compensation_state = 'approved' "
            "then coalesce(compensation_amount, 0) else 0 end else 0 end "
            "or (liability_amount is null and (state <> 'refunded' or currency is null))",
            example="order_id",
        ),
        critical(
            "returns",
            "due_once",
            "What is near its deadline is not past it, and has one",
            fails_when="(is_near_due and is_past_due) "
            "or ((is_near_due or is_past_due) and (due_at is null or due_kind is null))",
            example="order_id",
        ),
    ),
    "returns_triage": (
        critical(
            "returns_triage",
            "every_waiting_return",
            "Every return that waits for something is in one bucket",
            query="select shop_id, count(*) as failures from (select shop_id, triage_state as "
            "state, count(*) as n from marts.returns where triage_state is not null group by all) "
            "as r full join (select shop_id, state, sum(returns) as n from marts.returns_triage "
            "group by all) as t using (shop_id, state) where r.n is distinct from t.n group by 1",
            counted="states",
        ),
    ),
}
