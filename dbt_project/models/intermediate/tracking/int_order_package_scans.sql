{#-
  What the feed shows of each package, as seen from each order in it.

  Events more than 90 days before the order belong to another parcel with the same number. Those
  more than 24 hours before it are seen, but dispatch nothing.
-#}
with paired as (

    select
        packages.*,
        orders.created_at,
        parcels.first_event_at,
        parcels.first_event_on,
        parcels.first_possession_at,
        parcels.first_possession_on,
        parcels.delivered_at,
        parcels.delivered_on,
        parcels.delivered_zip_on,
        lpad(cast(parcels.delivered_zip as {{ dbt.type_string() }}), 3, '0') as delivered_zip3
    from {{ ref('int_order_packages') }} as packages
    inner join {{ ref('int_orders') }} as orders
        on packages.order_key = orders.order_key
    left join {{ ref('int_parcels') }} as parcels
        on
            packages.shop_id = parcels.shop_id
            and packages.tracking_number = parcels.tracking_number

),

-- Only a number that was seen before its order needs to be read event by event.
early as (

    select *
    from paired
    where first_event_at < {{ add_hours('created_at', -24) }}

),

early_events as (

    select
        early.order_key,
        early.package_key,
        events.event_at,
        events.event_on,
        events.event_code,
        events.event_zip3,
        events.is_possession,
        events.event_at < {{ add_hours('early.created_at', -24) }} as is_before_order
    from early
    inner join {{ ref('stg_carriers__tracking_events') }} as events
        on
            early.shop_id = events.shop_id
            and early.tracking_number = events.tracking_number
            and events.event_at >= {{ dbt.dateadd('day', -90, 'early.created_at') }}

),

early_scans as (

    select
        order_key,
        package_key,
        min(event_at) as first_event_at,
        min(event_on) as first_event_on,
        min(case when is_possession then event_at end) as first_possession_at,
        min(case when is_possession then event_on end) as first_possession_on,
        min(case when is_possession and not is_before_order then event_at end) as dispatched_at,
        min(case when is_possession and not is_before_order then event_on end) as dispatched_on,
        min(case when event_code = 'delivered' and not is_before_order then event_at end) as delivered_at,
        min(case when event_code = 'delivered' and not is_before_order then event_on end) as delivered_on,
        min(
            case
                when event_code = 'delivered' and not is_before_order and event_zip3 is not null
                    then event_on
            end
        ) as delivered_zip_on,
        min(
            case
                when event_code = 'delivered' and not is_before_order and event_zip3 is not null
                    then {{ epoch_micros('event_at') }} * 1000 + cast(event_zip3 as bigint)
            end
        ) % 1000 as delivered_zip,
        bool_or(is_before_order) as has_scan_before_order
    from early_events
    group by order_key, package_key

)

select
    shop_id,
    order_id,
    order_key,
    package_key,
    tracking_number,
    carrier_name,
    carrier,
    spec_code,
    tracking_fits,
    first_event_at,
    first_event_on,
    first_possession_at,
    first_possession_on,
    first_possession_at as dispatched_at,
    first_possession_on as dispatched_on,
    delivered_at,
    delivered_on,
    delivered_zip_on,
    delivered_zip3,
    false as has_scan_before_order
from paired
where first_event_at is null or first_event_at >= {{ add_hours('created_at', -24) }}

union all

select
    early.shop_id,
    early.order_id,
    early.order_key,
    early.package_key,
    early.tracking_number,
    early.carrier_name,
    early.carrier,
    early.spec_code,
    early.tracking_fits,
    early_scans.first_event_at,
    early_scans.first_event_on,
    early_scans.first_possession_at,
    early_scans.first_possession_on,
    early_scans.dispatched_at,
    early_scans.dispatched_on,
    early_scans.delivered_at,
    early_scans.delivered_on,
    early_scans.delivered_zip_on,
    lpad(cast(early_scans.delivered_zip as {{ dbt.type_string() }}), 3, '0') as delivered_zip3,
    coalesce(early_scans.has_scan_before_order, false) as has_scan_before_order
from early
left join early_scans
    on
        early.order_key = early_scans.order_key
        and early.package_key = early_scans.package_key
