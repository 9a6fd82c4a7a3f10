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

packages as (

    select
        packages.shop_id,
        packages.package_key,
        packages.order_key,
        packages.tracking_number,
        coalesce(packages.carrier, '(none)') as carrier
    from {{ ref('int_packages') }} as packages
    inner join reach
        on
            packages.shop_id = reach.shop_id
            and greatest(packages.rts_on, packages.shipped_on) >= reach.from_on
    where packages.is_rated_package

),

labels as (

    select
        shop_id,
        order_key,
        tracking_number
    from {{ ref('int_shipments') }}
    where label_created_at is not null

),

labelled as (

    select packages.shop_id, packages.package_key
    from packages
    where exists (
        select 1
        from labels
        where
            labels.shop_id = packages.shop_id
            and labels.tracking_number = packages.tracking_number
    )

    union all

    -- A number that never reached the platform cannot be looked up: the order's own shipments speak.
    select packages.shop_id, packages.package_key
    from packages
    where
        packages.tracking_number is null
        and exists (select 1 from labels where labels.order_key = packages.order_key)

),

phases as (

    select
        phases.*,
        packages.carrier,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse,
        case when labelled.package_key is not null then 'warehouse' else 'seller' end as label_source
    from packages
    inner join {{ ref('int_package_phases') }} as phases
        on
            packages.shop_id = phases.shop_id
            and packages.package_key = phases.package_key
            and phases.counts_from_on is not null
            and (phases.to_on is null or phases.from_on < phases.to_on)
    left join {{ ref('int_order_warehouses') }} as origins
        on packages.order_key = origins.order_key
    left join labelled
        on
            packages.shop_id = labelled.shop_id
            and packages.package_key = labelled.package_key

),

spans as (

    {{ tracking_spans('phases', keys) }}

)

{{ tracking_changes('spans', keys) }}
