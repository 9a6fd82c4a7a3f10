{#- What orders add to the on-time delivery rate, by deliver-by day, carrier and the day it is known. -#}
with states as (

    select
        shop_id,
        coalesce(carrier, '(unknown)') as carrier,
        deliver_by_on as window_on,
        greatest(deliver_by_on, counts_from_on, valid_from_on) as from_on,
        least(
            valid_to_on,
            case when dispatched_at is null or cancelled_at < dispatched_at then cancelled_on end
        ) as to_on,
        cast(coalesce(delivered_at <= deliver_by_at, false) as integer) as on_time
    from {{ ref('int_order_states') }}
    where
        is_rated
        and counts_from_on is not null
        and not is_fbt
        and not is_express
        and deliver_by_on is not null

),

held as (

    select * from states where to_on is null or from_on < to_on

)

select
    shop_id,
    carrier,
    window_on,
    from_on as known_on,
    cast(count(*) as bigint) as orders,
    cast(sum(on_time) as bigint) as on_time_orders
from held
group by shop_id, carrier, window_on, from_on

union all

select
    shop_id,
    carrier,
    window_on,
    to_on as known_on,
    cast(-count(*) as bigint) as orders,
    cast(-sum(on_time) as bigint) as on_time_orders
from held
where to_on is not null
group by shop_id, carrier, window_on, to_on
