with sites as (

    select
        shop_id,
        warehouse_id,
        count(*) over (partition by shop_id) as sites
    from {{ ref('int_stock_sites') }}
    where is_site

),

costs as (

    {{ shop_costs(['site_cost_per_month', 'inbound_cost_per_unit']) | indent(4) }}

),

wanted as (

    -- A month of each SKU, alike at every site.
    select
        skus.shop_id,
        skus.seller_sku,
        skus.is_hero,
        sites.warehouse_id,
        sites.sites,
        -- Whole numbers: a division of doubles could ask for a unit too many.
        ceil(round(cast(skus.units as double) / sites.sites, 6)) as units
    from {{ ref('hero_skus') }} as skus
    inner join sites
        on skus.shop_id = sites.shop_id

),

missing as (

    select
        wanted.*,
        greatest(wanted.units - coalesce(stock.available, 0) - coalesce(stock.inbound, 0), 0) as units_to_move
    from wanted
    left join {{ ref('int_site_stock') }} as stock
        on
            wanted.shop_id = stock.shop_id
            and wanted.warehouse_id = stock.warehouse_id
            and wanted.seller_sku = stock.seller_sku

),

scopes as (

    select
        shop_id,
        'everything' as scope,
        count(distinct seller_sku) as skus,
        max(sites) as sites,
        sum(units) as units,
        sum(units_to_move) as units_to_move
    from missing
    group by shop_id

    union all

    select
        shop_id,
        'heroes' as scope,
        count(distinct case when is_hero then seller_sku end) as skus,
        max(sites) as sites,
        coalesce(sum(case when is_hero then units end), 0) as units,
        coalesce(sum(case when is_hero then units_to_move end), 0) as units_to_move
    from missing
    group by shop_id

),

shared as (

    select
        *,
        {{ ratio('units', 'max(units) over (partition by shop_id)') }} as storage_share
    from scopes

)

select
    shared.shop_id,
    shared.scope,
    cast(shared.skus as bigint) as skus,
    cast(shared.sites as integer) as sites,
    cast(shared.units_to_move as bigint) as units_to_move,
    cast(shared.units_to_move * costs.inbound_cost_per_unit as decimal(18, 2)) as inbound_cost,
    shared.storage_share,
    cast(round(shared.storage_share * shared.sites * costs.site_cost_per_month, 2) as decimal(18, 2))
        as storage_cost_per_month,
    shops.currency,
    coalesce(costs.site_cost_per_month_is_assumed or costs.inbound_cost_per_unit_is_assumed, false)
        as is_assumed
from shared
inner join {{ source('inputs', 'shops') }} as shops
    on shared.shop_id = shops.shop_id
left join costs
    on shared.shop_id = costs.shop_id
