{# Distances and shipping zones. #}

{#
  Great-circle miles between two relations with `latitude` and `longitude` in degrees: haversine on a
  sphere of 3,958.76 miles, rounded to 0.1 before anything puts it into a band.
#}
{% macro distance_mi(here, there) -%}
    -- `least` would take the bound for a distance that is not known.
    case
        when {{ here }}.latitude is not null and {{ there }}.latitude is not null then round(
            2 * 3958.76 * asin(least(1.0, sqrt(
                power(sin(radians({{ there }}.latitude - {{ here }}.latitude) / 2), 2)
                + cos(radians({{ here }}.latitude)) * cos(radians({{ there }}.latitude))
                * power(sin(radians({{ there }}.longitude - {{ here }}.longitude) / 2), 2)
            ))),
            1
        )
    end
{%- endmacro %}

{# Within this share of a band's edge a computed zone may be off by one. #}
{% macro band_edge_share() -%}0.06{%- endmacro %}

{#
  The zone from each origin to every destination ZIP3.

  origins: a relation of distinct (shop_id, zip3). Gives a query: shop_id, origin_zip3,
  destination_zip3, ship_to_state, distance_mi, computed_zone (by the mileage band), zone (that of the
  shop's official chart where it has one), zone_source and is_near_band_edge. Of ranges of the chart
  that overlap the one that begins last holds, so a single ZIP3 within a range is an exception to it.
  An origin without a place has the zones of its chart alone.
#}
{% macro zones_between(origins) -%}
with bands as (

    select
        zone,
        max_miles,
        coalesce(lag(max_miles) over (order by max_miles nulls last), -1) as over_miles
    from {{ ref('transit_zones') }}

),

pairs as (

    select
        origins.shop_id,
        origins.zip3 as origin_zip3,
        there.zip3 as destination_zip3,
        there.state_code as ship_to_state,
        {{ distance_mi('here', 'there') }} as distance_mi
    from {{ origins }} as origins
    cross join {{ ref('zip3_centroids') }} as there
    left join {{ ref('zip3_centroids') }} as here
        on origins.zip3 = here.zip3

),

charted as (

    select
        pairs.shop_id,
        pairs.origin_zip3,
        pairs.destination_zip3,
        chart.zone
    from pairs
    inner join {{ ref('stg_reference__zone_chart') }} as chart
        on
            pairs.shop_id = chart.shop_id
            and pairs.origin_zip3 = chart.origin_zip3
            and pairs.destination_zip3 between chart.destination_from_zip3 and chart.destination_to_zip3
    qualify row_number() over (
        partition by pairs.shop_id, pairs.origin_zip3, pairs.destination_zip3
        order by chart.destination_from_zip3 desc nulls last
    ) = 1

)

select
    pairs.shop_id,
    pairs.origin_zip3,
    pairs.destination_zip3,
    pairs.ship_to_state,
    pairs.distance_mi,
    bands.zone as computed_zone,
    coalesce(charted.zone, bands.zone) as zone,
    case when charted.zone is not null then 'official_chart' else 'computed' end as zone_source,
    coalesce(
        bands.max_miles - pairs.distance_mi <= {{ band_edge_share() }} * bands.max_miles
        or pairs.distance_mi - bands.over_miles <= {{ band_edge_share() }} * bands.over_miles,
        false
    ) as is_near_band_edge
from pairs
left join bands
    on
        pairs.distance_mi > bands.over_miles
        and pairs.distance_mi <= bands.max_miles
left join charted
    on
        pairs.shop_id = charted.shop_id
        and pairs.origin_zip3 = charted.origin_zip3
        and pairs.destination_zip3 = charted.destination_zip3
where coalesce(charted.zone, bands.zone) is not null
{%- endmacro %}
