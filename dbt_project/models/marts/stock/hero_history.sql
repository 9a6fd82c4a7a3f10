select
    heroes.shop_id,
    heroes.seller_sku,
    heroes.hero_from_on,
    heroes.hero_to_on,
    heroes.decided_by,
    heroes.reason,
    heroes.hero_to_on is null or heroes.hero_to_on >= now.as_of_on as is_hero
from {{ ref('stg_reference__hero_skus') }} as heroes
inner join {{ ref('int_current_days') }} as now
    on
        heroes.shop_id = now.shop_id
        and heroes.hero_from_on <= now.as_of_on
