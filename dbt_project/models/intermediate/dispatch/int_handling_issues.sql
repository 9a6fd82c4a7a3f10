{#-
  Where the warehouse's word and the platform's differ: orders that never reached it, that it holds
  more shipments of than there are parcels, that it sends to another ZIP, or whose stamps run backwards.
-#}
{%- set goods = ['confirmed_at', 'allocated_at', 'picked_at', 'quality_checked_at', 'packed_at', 'tendered_at'] -%}
with oldest_days as (

    -- Older orders have no shipments in the models, unless they were late.
    select shop_id, {{ add_days('min(as_of_on)', -120) }} as recent_from_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

reach as (

    -- From when until when the feed speaks of a warehouse.
    select shop_id, warehouse_id, min(received_at) as first_received_at, max(received_at) as last_received_at
    from {{ ref('int_shipments') }}
    where warehouse_id is not null
    group by shop_id, warehouse_id

),

placed as (

    select
        orders.order_key,
        orders.shop_id,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse,
        origins.warehouse_id,
        orders.zip3,
        -- A day after it is paid an order should have reached its warehouse.
        {{ add_hours('greatest(orders.created_at, coalesce(orders.paid_at, orders.created_at))', 24) }} as expected_at,
        orders.cancelled_at is null
        and not orders.is_fbt
        and orders.order_type in ('regular', 'express') as is_expected
    from {{ ref('int_orders') }} as orders
    inner join oldest_days
        on
            orders.shop_id = oldest_days.shop_id
            and orders.created_on >= oldest_days.recent_from_on
    left join {{ ref('int_order_warehouses') }} as origins
        on orders.order_key = origins.order_key
    where orders.counts_from_on is not null

),

missing as (

    select
        placed.shop_id,
        'missing_at_warehouse' as issue,
        placed.warehouse,
        placed.expected_at as known_at
    from placed
    inner join reach
        on
            placed.shop_id = reach.shop_id
            and placed.warehouse_id = reach.warehouse_id
            and placed.expected_at > reach.first_received_at
            and placed.expected_at <= reach.last_received_at
    left join {{ ref('int_order_stages') }} as stages
        on placed.order_key = stages.order_key
    where placed.is_expected and stages.order_key is null

),

parcels as (

    select order_key, count(*) as packages
    from {{ ref('int_order_packages') }}
    group by order_key

),

doubled as (

    select
        placed.shop_id,
        'doubled_at_warehouse' as issue,
        placed.warehouse,
        coalesce(stages.confirmed_at, placed.expected_at) as known_at
    from {{ ref('int_order_stages') }} as stages
    inner join placed
        on stages.order_key = placed.order_key
    inner join parcels
        on stages.order_key = parcels.order_key
    where stages.shipments > parcels.packages

),

elsewhere as (

    select
        placed.shop_id,
        'ships_elsewhere' as issue,
        placed.warehouse,
        min(coalesce(shipments.received_at, placed.expected_at)) as known_at
    from {{ ref('int_shipments') }} as shipments
    inner join placed
        on shipments.order_key = placed.order_key
    where shipments.ship_to_zip3 <> placed.zip3
    group by placed.shop_id, placed.order_key, placed.warehouse

),

backwards as (

    select
        placed.shop_id,
        'stage_times_run_backwards' as issue,
        placed.warehouse,
        coalesce({% for stamp in goods | reverse %}stages.{{ stamp }}, {% endfor %}placed.expected_at)
            as known_at
    from {{ ref('int_order_stages') }} as stages
    inner join placed
        on stages.order_key = placed.order_key
    where
        false
        {%- for stamp in goods %}
        {%- for earlier in goods[:loop.index0] %}
        or stages.{{ stamp }} < stages.{{ earlier }}
        {%- endfor %}
        {%- endfor %}

),

found as (

    select * from missing
    union all
    select * from doubled
    union all
    select * from elsewhere
    union all
    select * from backwards

),

mends as (

    select 'missing_at_warehouse' as issue, 'Ask the warehouse for these orders: they were paid a day ago and it has not received them.' as mend
    union all
    select 'doubled_at_warehouse', 'Have the surplus shipments cancelled: the platform knows fewer parcels of these orders.'
    union all
    select 'ships_elsewhere', 'Compare the addresses: the warehouse sends these orders to another ZIP than the buyer gave.'
    union all
    select 'stage_times_run_backwards', 'Have the warehouse correct its clock or its export: a stage cannot end before the one before it.'

)

select
    found.shop_id,
    found.issue,
    found.warehouse,
    days.day_on as known_on,
    cast(count(*) as bigint) as orders,
    mends.mend
from found
inner join mends
    on found.issue = mends.issue
inner join {{ source('inputs', 'shop_days') }} as days
    on
        found.shop_id = days.shop_id
        and found.known_at >= days.starts_at
        and found.known_at < days.ends_at
group by found.shop_id, found.issue, found.warehouse, days.day_on, mends.mend
