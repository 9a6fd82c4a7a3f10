with destinations as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        changes.ship_to_state,
        changes.zip3,
        sum(changes.orders) as orders,
        sum(changes.deliverable_orders) as deliverable_orders,
        sum(changes.on_time_orders) as on_time_orders
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_destination_changes') }} as changes
        on
            as_of.shop_id = changes.shop_id
            and changes.created_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
            and changes.known_on <= as_of.as_of_on
    group by as_of.shop_id, as_of.as_of_on, changes.ship_to_state, changes.zip3
    having sum(changes.orders) > 0

),

active_zones as (

    -- The nearest warehouse that is open on the day.
    select
        as_of.shop_id,
        as_of.as_of_on,
        zones.zip3,
        min(zones.zone) as zone
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('stg_reference__warehouses') }} as warehouses
        on
            as_of.shop_id = warehouses.shop_id
            and (warehouses.active_from_on is null or warehouses.active_from_on <= as_of.as_of_on)
            and (warehouses.active_to_on is null or warehouses.active_to_on >= as_of.as_of_on)
    inner join {{ ref('int_zip3_zones') }} as zones
        on
            warehouses.shop_id = zones.shop_id
            and warehouses.warehouse_id = zones.warehouse_id
    group by as_of.shop_id, as_of.as_of_on, zones.zip3

),

served as (

    select
        destinations.*,
        '(active)' as origin_set,
        active_zones.zone
    from destinations
    left join active_zones
        on
            destinations.shop_id = active_zones.shop_id
            and destinations.as_of_on = active_zones.as_of_on
            and destinations.zip3 = active_zones.zip3

    union all

    select
        destinations.*,
        warehouses.warehouse_id as origin_set,
        zones.zone
    from destinations
    inner join {{ ref('stg_reference__warehouses') }} as warehouses
        on destinations.shop_id = warehouses.shop_id
    left join {{ ref('int_zip3_zones') }} as zones
        on
            destinations.shop_id = zones.shop_id
            and destinations.zip3 = zones.zip3
            and warehouses.warehouse_id = zones.warehouse_id

),

timed as (

    select
        served.*,
        transit.transit_days
    from served
    left join {{ ref('int_zone_transit') }} as transit
        on
            served.shop_id = transit.shop_id
            and served.as_of_on = transit.as_of_on
            and served.zone = transit.zone

),

by_state as (

    {% for state in ['ship_to_state', "'(all)'"] -%}
    select
        shop_id,
        as_of_on,
        origin_set,
        {{ state }} as ship_to_state,
        cast(sum(orders) as bigint) as orders,
        cast(coalesce(sum(orders) filter (where zone is not null), 0) as bigint) as zoned_orders,
        sum(orders * zone) as zone_sum,
        sum(orders * transit_days) as transit_sum,
        cast(coalesce(sum(orders) filter (where transit_days <= 2), 0) as bigint) as fast_orders,
        cast(sum(deliverable_orders) as bigint) as deliverable_orders,
        cast(sum(on_time_orders) as bigint) as on_time_orders
    from timed
    group by shop_id, as_of_on, origin_set{{ ', ship_to_state' if state == 'ship_to_state' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    shop_id,
    as_of_on,
    origin_set,
    ship_to_state,
    orders,
    {{ ratio(
        'orders',
        "max(case when ship_to_state = '(all)' then orders end) over (partition by shop_id, as_of_on, origin_set)"
    ) }} as share_of_orders,
    {{ ratio('zone_sum', 'zoned_orders') }} as mean_zone,
    -- Of the orders whose zone is known.
    case when zoned_orders > 0 then {{ ratio('fast_orders', 'zoned_orders') }} end as share_within_2_days,
    {{ ratio('transit_sum', 'zoned_orders') }} as mean_transit_days,
    {{ ratio('on_time_orders', 'deliverable_orders') }} as on_time_delivery_rate,
    zoned_orders
from by_state
