{#- Miles and zone from every warehouse to every destination ZIP3 that an order went to. -#}
with destinations as (

    select distinct shop_id, zip3
    from {{ ref('int_orders') }}
    where zip3 is not null

),

pairs as (

    select
        destinations.shop_id,
        destinations.zip3,
        warehouses.warehouse_id,
        -- Haversine on a sphere of 3,958.76 miles, rounded before it is put into a band.
        round(
            2 * 3958.76 * asin(least(1.0, sqrt(
                power(sin(radians(there.latitude - here.latitude) / 2), 2)
                + cos(radians(here.latitude)) * cos(radians(there.latitude))
                * power(sin(radians(there.longitude - here.longitude) / 2), 2)
            ))),
            1
        ) as distance_mi
    from destinations
    inner join {{ ref('stg_reference__warehouses') }} as warehouses
        on destinations.shop_id = warehouses.shop_id
    inner join {{ ref('zip3_centroids') }} as here
        on warehouses.zip3 = here.zip3
    inner join {{ ref('zip3_centroids') }} as there
        on destinations.zip3 = there.zip3

)

select
    pairs.shop_id,
    pairs.zip3,
    pairs.warehouse_id,
    pairs.distance_mi,
    min(bands.zone) as zone
from pairs
inner join {{ ref('transit_zones') }} as bands
    on pairs.distance_mi <= bands.max_miles
group by pairs.shop_id, pairs.zip3, pairs.warehouse_id, pairs.distance_mi
