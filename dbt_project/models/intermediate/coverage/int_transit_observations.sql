{#-
  Business days from first scan to delivery as the scans show them, by zone and delivery day. The day
  of the scan is day 0.
-#}
with parcels as (

    select
        packages.shop_id,
        packages.order_key,
        packages.zip3,
        packages.first_possession_on,
        packages.delivered_on
    from {{ ref('int_packages') }} as packages
    where packages.first_possession_on is not null and packages.delivered_on is not null

)

select
    parcels.shop_id,
    zones.zone,
    parcels.delivered_on,
    cast(arrived.business_day_index - sent.business_day_index as integer) as transit_days,
    cast(count(*) as bigint) as packages
from parcels
inner join {{ ref('int_order_warehouses') }} as origins
    on parcels.order_key = origins.order_key
inner join {{ ref('int_zip3_zones') }} as zones
    on
        parcels.shop_id = zones.shop_id
        and parcels.zip3 = zones.zip3
        and origins.warehouse_id = zones.warehouse_id
inner join {{ ref('int_policy_days') }} as sent
    on
        parcels.shop_id = sent.shop_id
        and parcels.first_possession_on = sent.day_on
inner join {{ ref('int_policy_days') }} as arrived
    on
        parcels.shop_id = arrived.shop_id
        and parcels.delivered_on = arrived.day_on
group by
    parcels.shop_id,
    zones.zone,
    parcels.delivered_on,
    arrived.business_day_index - sent.business_day_index
