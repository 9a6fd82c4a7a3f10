{{ config(materialized='view') }}
{#-
  What the platform shipped of each SKU in the 30 days before the last 30, of orders that count by the
  current day: the pace of what has been sold out since.
-#}
select
    orders.shop_id,
    lines.seller_sku,
    round(cast(sum(lines.quantity) as double) / 30, 4) as daily_fbt_units
from {{ ref('int_orders') }} as orders
inner join {{ ref('int_current_days') }} as now
    on
        orders.shop_id = now.shop_id
        and orders.created_on between {{ add_days('now.as_of_on', -59) }} and {{ add_days('now.as_of_on', -30) }}
        and orders.counts_from_on <= now.as_of_on
inner join {{ ref('int_order_lines') }} as lines
    on orders.order_key = lines.order_key
where
    orders.is_rated
    and orders.is_fbt
    and (orders.cancelled_on is null or orders.cancelled_on > now.as_of_on)
group by orders.shop_id, lines.seller_sku
