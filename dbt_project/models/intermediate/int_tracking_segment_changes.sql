{#-
  The same as `int_tracking_changes`, by carrier, warehouse and whose label it is; only of the shipping
  days that some as-of day's window can reach. Labels that the platform sold are outside of the rate.
-#}
{%- set keys = ['shop_id', 'window_on', 'carrier', 'warehouse', 'label_source'] -%}
with reach as (

    select shop_id, {{ add_days('min(as_of_on)', -29) }} as from_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

recent as (

    select phases.*
    from {{ ref('int_package_phases') }} as phases
    inner join reach
        on
            phases.shop_id = reach.shop_id
            and phases.window_on >= reach.from_on
    where
        phases.is_rated_package
        and phases.counts_from_on is not null
        and (phases.to_on is null or phases.from_on < phases.to_on)

),

labels as (

    select distinct shop_id, tracking_number
    from {{ ref('int_shipments') }}
    where tracking_number is not null and label_created_at is not null

),

-- A number that never reached the platform cannot be looked up: the order's own shipments speak.
labelled_orders as (

    select distinct order_key
    from {{ ref('int_shipments') }}
    where label_created_at is not null

),

phases as (

    select
        recent.*,
        coalesce(packages.carrier, '(none)') as carrier,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse,
        case
            when labels.tracking_number is not null or labelled_orders.order_key is not null then 'warehouse'
            else 'seller'
        end as label_source
    from recent
    inner join {{ ref('int_packages') }} as packages
        on
            recent.shop_id = packages.shop_id
            and recent.package_key = packages.package_key
    left join {{ ref('int_order_warehouses') }} as origins
        on packages.order_key = origins.order_key
    left join labels
        on
            packages.shop_id = labels.shop_id
            and packages.tracking_number = labels.tracking_number
    left join labelled_orders
        on
            packages.order_key = labelled_orders.order_key
            and packages.tracking_number is null

),

spans as (

    {{ tracking_spans('phases', keys) }}

)

{{ tracking_changes('spans', keys) }}
