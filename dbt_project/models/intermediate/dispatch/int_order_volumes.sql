{{ config(materialized='view') }}
{#-
  How busy each of the last 90 days was: the paid orders created on it that the seller ships, and its
  decile among the days that had any, 1 being the quietest.
-#}
with days as (

    select
        orders.shop_id,
        orders.created_on,
        cast(count(*) as bigint) as orders
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on
            orders.shop_id = now.shop_id
            and orders.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
            and orders.counts_from_on <= now.as_of_on
    where orders.is_rated and not orders.is_fbt
    group by orders.shop_id, orders.created_on

)

select
    shop_id,
    created_on,
    orders,
    cast(
        ntile(10) over (partition by shop_id order by orders nulls last, created_on nulls last) as bigint
    ) as volume_decile
from days
