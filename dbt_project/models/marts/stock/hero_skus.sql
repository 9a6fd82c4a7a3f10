with sales as (

    select * from {{ ref('int_sku_sales') }}

),

declared as (

    select
        heroes.shop_id,
        heroes.seller_sku,
        heroes.hero_from_on,
        heroes.hero_to_on,
        heroes.decided_by,
        now.as_of_on,
        heroes.hero_to_on is null or heroes.hero_to_on >= now.as_of_on as is_hero
    from {{ ref('stg_reference__hero_skus') }} as heroes
    inner join {{ ref('int_current_days') }} as now
        on
            heroes.shop_id = now.shop_id
            and heroes.hero_from_on <= now.as_of_on

),

lists as (

    select
        shop_id,
        max(as_of_on) as as_of_on,
        -- A list changes when a SKU enters it and when one has left it.
        max(
            case
                when hero_to_on < as_of_on then {{ add_days('hero_to_on', 1) }}
                else hero_from_on
            end
        ) as changed_on
    from declared
    group by shop_id

),

listed as (

    select
        shop_id,
        seller_sku,
        hero_from_on,
        decided_by
    from declared
    where is_hero
    qualify row_number() over (
        partition by shop_id, seller_sku
        order by hero_from_on desc nulls last
    ) = 1

),

skus as (

    select shop_id, seller_sku from sales

    union

    select shop_id, seller_sku from listed

),

ranked as (

    select
        skus.shop_id,
        skus.seller_sku,
        sales.product_name,
        coalesce(sales.sales_amount, 0) as sales_amount,
        coalesce(sales.units, 0) as units,
        coalesce(sales.daily_units, 0) as daily_units,
        coalesce(sales.daily_fbt_units, 0) as daily_fbt_units,
        row_number() over (
            partition by skus.shop_id
            order by coalesce(sales.sales_amount, 0) desc nulls last, skus.seller_sku nulls last
        ) as place,
        sum(coalesce(sales.sales_amount, 0)) over (partition by skus.shop_id) as shop_sales,
        sum(coalesce(sales.sales_amount, 0)) over (
            partition by skus.shop_id
            order by coalesce(sales.sales_amount, 0) desc nulls last, skus.seller_sku nulls last
            rows between unbounded preceding and current row
        ) as sales_so_far
    from skus
    left join sales
        on
            skus.shop_id = sales.shop_id
            and skus.seller_sku = sales.seller_sku

)

select
    ranked.shop_id,
    ranked.seller_sku,
    ranked.product_name,
    -- A list that the shop keeps decides alone; without one those that hold the share.
    case
        when lists.shop_id is not null then listed.seller_sku is not null
        else ranked.sales_amount > 0
            and ranked.sales_so_far - ranked.sales_amount < {{ var('hero_sales_share') }} * ranked.shop_sales
    end as is_hero,
    case when lists.shop_id is not null then 'declared' else 'revenue' end as hero_source,
    listed.decided_by,
    listed.hero_from_on,
    cast(ranked.sales_amount as decimal(18, 2)) as sales_amount,
    shops.currency,
    cast(ranked.units as bigint) as units,
    ranked.daily_units as average_daily_units,
    ranked.daily_fbt_units as average_daily_fbt_units,
    {{ ratio('ranked.sales_amount', 'ranked.shop_sales') }} as revenue_share,
    {{ ratio('ranked.sales_so_far', 'ranked.shop_sales') }} as cumulative_share,
    cast(ranked.place as integer) as place,
    cast({{ dbt.datediff('lists.changed_on', 'lists.as_of_on', 'day') }} as integer) as list_age_days,
    coalesce({{ dbt.datediff('lists.changed_on', 'lists.as_of_on', 'day') }} > {{ var('hero_list_days') }}, false)
        as is_list_stale
from ranked
inner join {{ source('inputs', 'shops') }} as shops
    on ranked.shop_id = shops.shop_id
left join lists
    on ranked.shop_id = lists.shop_id
left join listed
    on
        ranked.shop_id = listed.shop_id
        and ranked.seller_sku = listed.seller_sku
