{{ config(materialized='view') }}
{#-
  Where orders went in the 90 days up to the last Sunday, by destination: the orders that coverage
  counts, as known at the current day. An order whose ZIP is missing or has no place is put in the
  middle of its state: sites are not to be chosen for those alone whose ZIP is known.
-#}
with windows as (

    select
        shop_id,
        as_of_on,
        -- The Sunday of the last full week; the current day itself where it is one.
        {{ add_days(week_start(add_days('as_of_on', 1)), -1) }} as demand_to_on
    from {{ ref('int_current_days') }}

),

ordered as (

    -- Few rows before places come to them.
    select
        windows.shop_id,
        windows.as_of_on,
        windows.demand_to_on,
        orders.zip3,
        orders.state_code,
        count(*) as orders
    from windows
    inner join {{ ref('int_orders') }} as orders
        on
            windows.shop_id = orders.shop_id
            and orders.created_on between {{ add_days('windows.demand_to_on', -89) }} and windows.demand_to_on
            and orders.counts_from_on <= windows.as_of_on
    where
        orders.is_rated
        and (orders.cancelled_on is null or orders.cancelled_on > windows.as_of_on)
    group by windows.shop_id, windows.as_of_on, windows.demand_to_on, orders.zip3, orders.state_code

),

placed as (

    select
        ordered.*,
        coalesce(places.zip3, middles.zip3) as destination_zip3,
        places.zip3 is null as is_place_assumed
    from ordered
    left join {{ ref('zip3_centroids') }} as places
        on ordered.zip3 = places.zip3
    left join {{ ref('int_state_zip3s') }} as middles
        on ordered.state_code = middles.state_code

)

select
    shop_id,
    as_of_on,
    {{ add_days('demand_to_on', -89) }} as demand_from_on,
    demand_to_on,
    destination_zip3,
    cast(sum(orders) as bigint) as orders,
    cast(coalesce(sum(orders) filter (where is_place_assumed), 0) as bigint) as assumed_orders,
    sum(cast(sum(orders) as bigint)) over (partition by shop_id) >= {{ var('network_least_orders') }}
        as is_enough_demand
from placed
where destination_zip3 is not null
group by shop_id, as_of_on, demand_to_on, destination_zip3
