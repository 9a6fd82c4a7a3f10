{{ config(materialized='view') }}
{#-
  How many orders of the demand's 90 days arrived on time, by the days that their way takes. Where
  fewer than 30 orders say it, the rule does: an order that leaves on its last day is on time where the
  way is no longer than the business days from the dispatch clock to the delivery clock.
-#}
with windows as (

    select distinct shop_id, as_of_on, demand_from_on, demand_to_on
    from {{ ref('int_network_demand') }}

),

arrived as (

    -- Few rows before places and days come to them.
    select
        windows.shop_id,
        windows.as_of_on,
        orders.zip3,
        origins.warehouse_id,
        count(*) as orders,
        count(*) filter (where states.delivered_at <= states.deliver_by_at) as on_time_orders
    from windows
    inner join {{ ref('int_orders') }} as orders
        on
            windows.shop_id = orders.shop_id
            and orders.created_on between windows.demand_from_on and windows.demand_to_on
            and orders.is_rated
    inner join {{ ref('int_order_states') }} as states
        on
            orders.order_key = states.order_key
            and not states.is_fbt
            and not states.is_express
            and states.deliver_by_on between windows.demand_from_on and windows.as_of_on
            and states.counts_from_on <= windows.as_of_on
            and states.valid_from_on <= windows.as_of_on
            and (states.valid_to_on is null or states.valid_to_on > windows.as_of_on)
            and (states.cancelled_on is null or states.cancelled_on > windows.as_of_on)
    inner join {{ ref('int_order_warehouses') }} as origins
        on orders.order_key = origins.order_key
    group by windows.shop_id, windows.as_of_on, orders.zip3, origins.warehouse_id

),

judged as (

    select
        arrived.shop_id,
        cast(transit.transit_days as bigint) as transit_days,
        sum(arrived.orders) as orders,
        sum(arrived.on_time_orders) as on_time_orders
    from arrived
    inner join {{ ref('int_zip3_zones') }} as zones
        on
            arrived.shop_id = zones.shop_id
            and arrived.zip3 = zones.zip3
            and arrived.warehouse_id = zones.warehouse_id
    inner join {{ ref('int_zone_transit') }} as transit
        on
            arrived.shop_id = transit.shop_id
            and arrived.as_of_on = transit.as_of_on
            and zones.zone = transit.zone
    group by arrived.shop_id, cast(transit.transit_days as bigint)

),

asked as (

    select distinct
        windows.shop_id,
        windows.as_of_on,
        cast(transit.transit_days as bigint) as transit_days
    from windows
    inner join {{ ref('int_zone_transit') }} as transit
        on
            windows.shop_id = transit.shop_id
            and windows.as_of_on = transit.as_of_on

),

-- The clocks of an order of the current day.
allowances as (

    select
        today.shop_id,
        delivered.business_day_index - dispatched.business_day_index as allowed_days
    from windows
    inner join {{ ref('int_policy_days') }} as today
        on
            windows.shop_id = today.shop_id
            and windows.as_of_on = today.day_on
    inner join {{ ref('int_policy_days') }} as delivered
        on
            today.shop_id = delivered.shop_id
            and today.deliver_by_on = delivered.day_on
    inner join {{ ref('int_policy_days') }} as dispatched
        on
            today.shop_id = dispatched.shop_id
            and today.dispatch_due_on = dispatched.day_on

)

select
    asked.shop_id,
    asked.transit_days,
    cast(coalesce(judged.orders, 0) as bigint) as orders,
    cast(coalesce(judged.on_time_orders, 0) as bigint) as on_time_orders,
    case
        when judged.orders >= 30 then {{ ratio('judged.on_time_orders', 'judged.orders') }}
        when asked.transit_days <= allowances.allowed_days then cast(1 as double)
        when asked.transit_days > allowances.allowed_days then cast(0 as double)
    end as on_time_delivery_rate,
    case when judged.orders >= 30 then 'orders' else 'rule' end as rate_source
from asked
left join judged
    on
        asked.shop_id = judged.shop_id
        and asked.transit_days = judged.transit_days
left join allowances
    on asked.shop_id = allowances.shop_id
