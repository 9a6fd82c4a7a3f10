"""What must hold of the open orders: they are those of `orders`, and what is counted adds up."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_BUCKETS = ("overdue", "T-4", "T-12", "T-24", "tomorrow", "later", "no_deadline")


def _open_orders() -> tuple[Expectation, ...]:
    words = ", ".join(f"'{word}'" for word in _BUCKETS)
    sides = (
        "(select shop_id, order_id from marts.open_orders) as mine full join "
        "(select shop_id, order_id from marts.orders where is_open) as theirs "
        "using (shop_id, order_id) where mine.order_id is null or theirs.order_id is null"
    )
    return (
        critical(
            "open_orders",
            "same_as_orders",
            "Every open order of `orders` has its clocks, and no other order has",
            query=f"select shop_id, count(*) as failures from {sides} group by 1",
            examples=f"select shop_id, order_id from {sides}",
        ),
        critical(
            "open_orders",
            "known_words",
            "A bucket is a word of the interface",
            fails_when=f"bucket not in ({words})",
            example="order_id",
        ),
        critical(
            "open_orders",
            "chances_in_range",
            "The chance of being late is between 0 and 1",
            fails_when="late_chance < 0 or late_chance > 1",
            example="order_id",
        ),
        critical(
            "open_orders",
            "overdue_has_no_time_left",
            "An order is overdue when it has no time left, and only then",
            fails_when="(bucket = 'overdue') is distinct from coalesce(time_left_hours < 0, false)",
            example="order_id",
        ),
    )


def _handling_capacity() -> tuple[Expectation, ...]:
    return (
        critical(
            "handling_capacity",
            "counts_the_open_orders",
            "It counts the open orders that have a deadline",
            query="select shop_id, count(*) as failures from marts.handling_capacity as c "
            "left join (select shop_id, count(*) as n, "
            "count(*) filter (where bucket = 'overdue') as overdue from marts.open_orders "
            "where bucket <> 'no_deadline' group by 1) as o using (shop_id) "
            "where c.open_orders <> coalesce(o.n, 0) or c.overdue_orders <> coalesce(o.overdue, 0) "
            "group by 1",
            counted="lines",
        ),
        critical(
            "handling_capacity",
            "what_is_left_adds_up",
            "What may still be late is what may be late less what is overdue",
            fails_when="allowed_late_left <> allowed_late - overdue_orders or needed_per_day < 0",
        ),
    )


OPEN_ORDERS: dict[str, tuple[Expectation, ...]] = {
    "open_orders": _open_orders(),
    "handling_capacity": _handling_capacity(),
}
