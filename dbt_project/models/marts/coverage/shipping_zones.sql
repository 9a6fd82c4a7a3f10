select
    zones.shop_id,
    zones.warehouse_id,
    zones.origin_zip3,
    zones.zip3 as destination_zip3,
    zones.ship_to_state,
    middles.zip3 is not null as stands_for_state,
    zones.distance_mi,
    cast(zones.zone as bigint) as zone,
    cast(zones.computed_zone as bigint) as computed_zone,
    zones.zone_source,
    zones.is_near_band_edge
from {{ ref('int_zip3_zones') }} as zones
left join {{ ref('int_state_zip3s') }} as middles
    on zones.zip3 = middles.zip3
