{{ config(materialized='view') }}
{#-
  Where orders went in the 90 days up to the last Sunday, by destination: the orders that coverage
  counts, as known at the current day.
-#}
with windows as (

    select
        shop_id,
        as_of_on,
        -- The Sunday of the last full week; the current day itself where it is one.
        {{ add_days(week_start(add_days('as_of_on', 1)), -1) }} as demand_to_on
    from {{ ref('int_current_days') }}

)

select
    windows.shop_id,
    windows.as_of_on,
    {{ add_days('windows.demand_to_on', -89) }} as demand_from_on,
    windows.demand_to_on,
    orders.zip3 as destination_zip3,
    cast(count(*) as bigint) as orders,
    sum(cast(count(*) as bigint)) over (partition by windows.shop_id)
    >= {{ var('network_least_orders') }} as is_enough_demand
from windows
inner join {{ ref('int_orders') }} as orders
    on
        windows.shop_id = orders.shop_id
        and orders.created_on between {{ add_days('windows.demand_to_on', -89) }} and windows.demand_to_on
        and orders.counts_from_on <= windows.as_of_on
inner join {{ ref('zip3_centroids') }} as places
    on orders.zip3 = places.zip3
where
    orders.is_rated
    and (orders.cancelled_on is null or orders.cancelled_on > windows.as_of_on)
group by windows.shop_id, windows.as_of_on, windows.demand_to_on, orders.zip3
