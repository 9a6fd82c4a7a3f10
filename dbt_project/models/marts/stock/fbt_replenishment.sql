with stock as (

    select
        shop_id,
        seller_sku,
        sum(available) filter (where is_fbt) as fbt_available,
        sum(inbound) filter (where is_fbt) as fbt_inbound,
        coalesce(sum(available) filter (where is_site), 0) as buffer_available
    from {{ ref('int_site_stock') }}
    group by shop_id, seller_sku

),

covered as (

    select
        stock.shop_id,
        stock.seller_sku,
        stock.fbt_available,
        stock.fbt_inbound,
        stock.buffer_available,
        coalesce(sales.average_daily_fbt_units, 0) as daily_units,
        {{ ratio('stock.fbt_available', 'sales.average_daily_fbt_units') }} as days_of_cover,
        -- What is on its way counts: it was sent because the stock ran low.
        {{ ratio('stock.fbt_available + stock.fbt_inbound', 'sales.average_daily_fbt_units') }} as days_with_inbound
    from stock
    left join {{ ref('hero_skus') }} as sales
        on
            stock.shop_id = sales.shop_id
            and stock.seller_sku = sales.seller_sku
    where stock.fbt_available is not null

),

due as (

    select
        *,
        coalesce(days_with_inbound <= {{ var('fbt_lead_days') }} + {{ var('fbt_reserve_days') }}, false) as is_due
    from covered

)

select
    shop_id,
    seller_sku,
    cast(fbt_available as bigint) as fbt_available,
    cast(fbt_inbound as bigint) as fbt_inbound,
    cast(buffer_available as bigint) as buffer_available,
    daily_units as average_daily_units,
    days_of_cover,
    cast({{ var('fbt_lead_days') }} as integer) as lead_days,
    cast({{ var('fbt_reserve_days') }} as integer) as reserve_days,
    cast(
        case
            when is_due
                then ceil(
                    round(
                        ({{ var('fbt_lead_days') }} + {{ var('fbt_cover_days') }}) * daily_units
                        - fbt_available - fbt_inbound, 6
                    )
                )
            else 0
        end as bigint
    ) as suggested_units,
    is_due
from due
