"""Whether a shop had a surge of orders, which changes what comes after it."""

ORDER_FEED = "seller_center/orders"
WEEKS = 8
_SURGE = 2.5

AS_OF = "(select shop_id, as_of_on, ends_at from inputs.as_of where is_current)"
"""The day as of which each shop is judged."""


def surging_shops() -> str:
    """Shops of which a day of the last nine weeks had far more orders than the middle one.

    What comes after orders piles up and thins out behind a surge: that is no fault of a feed.
    """
    return (
        "select shop_id from (select a.shop_id, t.created_on, "
        "approx_count_distinct(t.order_id) as n from lake.seller_center__orders as t "
        f"inner join {AS_OF} as a on a.shop_id = t.shop_id and t.created_on <= a.as_of_on "
        f"and t.created_on > a.as_of_on - {7 * (WEEKS + 1)} group by all) group by 1 "
        f"having max(n) > {_SURGE} * median(n)"
    )
