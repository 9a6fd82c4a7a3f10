{{ config(materialized='view') }}
{#-
  From which of its sites a plan serves each destination: the one that is best by the plan's own
  objective, then the faster, then the nearer one.
-#}
select
    choices.shop_id,
    choices.objective,
    choices.plan,
    choices.name,
    pairs.site_zip3,
    pairs.destination_zip3,
    pairs.orders,
    pairs.zone,
    pairs.transit_days,
    pairs.order_cents,
    pairs.is_assumed
from {{ ref('int_network_choices') }} as choices
inner join {{ ref('int_network_pairs') }} as pairs
    on
        choices.shop_id = pairs.shop_id
        -- The sites were chosen at the build's own day; of any other day nothing is known.
        and choices.as_of_on = pairs.as_of_on
        and choices.site_zip3 = pairs.site_zip3
qualify row_number() over (
    partition by choices.shop_id, choices.objective, choices.name, pairs.destination_zip3
    order by
        case when choices.objective = 'total_cost' then pairs.order_cents else pairs.transit_days end nulls last,
        pairs.transit_days nulls last,
        pairs.distance_mi nulls last,
        pairs.site_zip3 nulls last
) = 1
