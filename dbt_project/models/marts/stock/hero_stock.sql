with skus as (

    select shop_id, seller_sku from {{ ref('int_site_stock') }}

    union

    select shop_id, seller_sku from {{ ref('hero_skus') }} where is_hero

),

stock as (

    select
        skus.shop_id,
        skus.seller_sku,
        sites.warehouse_id,
        sites.warehouse_name,
        sites.is_site,
        coalesce(heroes.is_hero, false) as is_hero,
        coalesce(lists.hero_source = 'declared', false) as has_list,
        counts.counted_at,
        coalesce(counts.available, 0) as available,
        coalesce(counts.inbound, 0) as inbound
    from skus
    inner join {{ ref('int_stock_sites') }} as sites
        on skus.shop_id = sites.shop_id
    left join {{ ref('int_site_stock') }} as counts
        on
            sites.shop_id = counts.shop_id
            and sites.warehouse_id = counts.warehouse_id
            and skus.seller_sku = counts.seller_sku
    left join {{ ref('hero_skus') }} as heroes
        on
            skus.shop_id = heroes.shop_id
            and skus.seller_sku = heroes.seller_sku
    left join (select distinct shop_id, hero_source from {{ ref('hero_skus') }}) as lists
        on skus.shop_id = lists.shop_id

)

select
    shop_id,
    seller_sku,
    warehouse_id,
    warehouse_name,
    is_hero,
    counted_at,
    cast(available as bigint) as available,
    cast(inbound as bigint) as inbound,
    is_hero and is_site and available <= 0 as is_missing_hero,
    -- Which SKUs are the long tail is the shop's to say: without a list nothing is in too many places.
    has_list
    and not is_hero
    and is_site
    and available > 0
    and count(*) filter (where is_site and available > 0) over (partition by shop_id, seller_sku) > 1
        as is_scattered_long_tail
from stock
