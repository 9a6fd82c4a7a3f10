{#-
  Orders by destination and creation day, and how many of them had to be and were delivered on time:
  signed changes by the day they are known.
-#}
with reach as (

    {{ as_of_reach(29) }}

),

orders as (

    select
        orders.shop_id,
        orders.order_key,
        coalesce(orders.state_code, '(unknown)') as ship_to_state,
        orders.zip3,
        orders.created_on,
        orders.counts_from_on,
        orders.cancelled_on
    from {{ ref('int_orders') }} as orders
    inner join reach
        on
            orders.shop_id = reach.shop_id
            and orders.created_on between reach.from_on and reach.to_on
    where
        orders.is_rated
        and orders.counts_from_on is not null
        and (orders.cancelled_on is null or orders.cancelled_on > orders.counts_from_on)

),

judged as (

    select
        orders.shop_id,
        orders.ship_to_state,
        orders.zip3,
        orders.created_on,
        greatest(states.deliver_by_on, states.counts_from_on, states.valid_from_on) as from_on,
        least(states.valid_to_on, states.cancelled_on) as to_on,
        cast(coalesce(states.delivered_at <= states.deliver_by_at, false) as integer) as on_time
    from {{ ref('int_order_states') }} as states
    inner join orders
        on states.order_key = orders.order_key
    where not states.is_fbt and not states.is_express and states.deliver_by_on is not null

),

changes as (

    select
        shop_id, ship_to_state, zip3, created_on, counts_from_on as known_on,
        1 as orders, 0 as deliverable, 0 as on_time
    from orders

    union all

    select
        shop_id, ship_to_state, zip3, created_on, cancelled_on as known_on,
        -1 as orders, 0 as deliverable, 0 as on_time
    from orders
    where cancelled_on is not null

    union all

    select
        shop_id, ship_to_state, zip3, created_on, from_on as known_on,
        0 as orders, 1 as deliverable, on_time
    from judged
    where to_on is null or from_on < to_on

    union all

    select
        shop_id, ship_to_state, zip3, created_on, to_on as known_on,
        0 as orders, -1 as deliverable, -on_time as on_time
    from judged
    where from_on < to_on

)

select
    shop_id,
    ship_to_state,
    zip3,
    created_on,
    known_on,
    cast(sum(orders) as bigint) as orders,
    cast(sum(deliverable) as bigint) as deliverable_orders,
    cast(sum(on_time) as bigint) as on_time_orders
from changes
group by shop_id, ship_to_state, zip3, created_on, known_on
