{{ config(materialized='view') }}
{#-
  Every place that could hold stock with every destination of the demand: how long an order takes
  from there and what it costs. Transit follows the zone alone, also from warehouses that have scans
  of their own: a place that the shop does not use yet must not lose for want of scans.
-#}
with sites as (

    select
        shop_id,
        site_zip3 as zip3
    from {{ ref('int_network_sites') }}

),

zones as (

    {{ zones_between('sites') | indent(4) }}

)

select
    demand.shop_id,
    demand.as_of_on,
    zones.origin_zip3 as site_zip3,
    demand.destination_zip3,
    sites.region,
    demand.orders,
    zones.distance_mi,
    zones.zone,
    cast(transit.transit_days as bigint) as transit_days,
    -- Whole cents, so that totals are exact: carriage, and bringing in the units of an order.
    cast(
        round(100 * (postage.postage_amount + sites.inbound_cost_per_unit * postage.units_per_order))
        as bigint
    ) as order_cents,
    -- Of the 90 days that the demand spans.
    cast(300 * sites.storage_cost_per_month as bigint) as site_cents,
    sites.is_present,
    sites.is_assumed or postage.is_assumed as is_assumed,
    demand.is_enough_demand
from {{ ref('int_network_demand') }} as demand
inner join zones
    on
        demand.shop_id = zones.shop_id
        and demand.destination_zip3 = zones.destination_zip3
inner join {{ ref('int_network_sites') }} as sites
    on
        zones.shop_id = sites.shop_id
        and zones.origin_zip3 = sites.site_zip3
inner join {{ ref('int_zone_transit') }} as transit
    on
        demand.shop_id = transit.shop_id
        and demand.as_of_on = transit.as_of_on
        and zones.zone = transit.zone
left join {{ ref('int_network_postage') }} as postage
    on
        demand.shop_id = postage.shop_id
        and zones.zone = postage.zone
