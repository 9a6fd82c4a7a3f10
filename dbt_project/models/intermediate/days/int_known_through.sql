{{ config(materialized='view') }}
{#- How far a shop's data reach: the lesser of the newest content stamps of orders and of tracking. -#}
with orders as (

    select
        shop_id,
        max(greatest(created_at, paid_at, rts_at, shipped_at, delivered_at, cancelled_at)) as newest_at
    from {{ ref('int_orders') }}
    group by shop_id

),

tracking as (

    select shop_id, max(feed_last_event_at) as newest_at
    from {{ ref('int_tracking_feeds') }}
    group by shop_id

)

select
    orders.shop_id,
    orders.newest_at as orders_through_at,
    tracking.newest_at as tracking_through_at,
    least(orders.newest_at, tracking.newest_at) as known_through_at
from orders
left join tracking
    on orders.shop_id = tracking.shop_id
