{{ config(materialized='view') }}
{#-
  The ZIP3 in the middle of a state: the one nearest to the mean point of its ZIP3s, each weighted by
  the areas behind it. A destination of which only the state is known is put there.
-#}
with middles as (

    select
        state_code,
        sum(latitude * areas) / sum(areas) as latitude,
        sum(longitude * areas) / sum(areas) as longitude
    from (
        select
            state_code,
            cast(latitude as decimal(18, 5)) as latitude,
            cast(longitude as decimal(18, 5)) as longitude,
            greatest(zip_count, 1) as areas
        from {{ ref('zip3_centroids') }}
    ) as weighted
    group by state_code

)

select
    places.state_code,
    places.zip3
from {{ ref('zip3_centroids') }} as places
inner join middles
    on places.state_code = middles.state_code
qualify row_number() over (
    partition by places.state_code
    order by {{ distance_mi('middles', 'places') }} nulls last, places.zip3 nulls last
) = 1
