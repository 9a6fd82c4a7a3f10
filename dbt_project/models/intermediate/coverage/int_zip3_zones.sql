{#- Miles and zone from every warehouse to every ZIP3 that has a place. -#}
with origins as (

    select distinct shop_id, zip3
    from {{ ref('stg_reference__warehouses') }}
    where zip3 is not null

),

zones as (

    {{ zones_between('origins') | indent(4) }}

)

select
    warehouses.shop_id,
    zones.destination_zip3 as zip3,
    warehouses.warehouse_id,
    zones.origin_zip3,
    zones.ship_to_state,
    zones.distance_mi,
    zones.zone,
    zones.computed_zone,
    zones.zone_source,
    zones.is_near_band_edge
from {{ ref('stg_reference__warehouses') }} as warehouses
inner join zones
    on
        warehouses.shop_id = zones.shop_id
        and warehouses.zip3 = zones.origin_zip3
