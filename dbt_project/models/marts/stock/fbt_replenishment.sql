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

paced as (

    select
        stock.*,
        coalesce(
            nullif(sales.average_daily_fbt_units, 0),
            -- What is not there cannot sell: its pace is that of the month before.
            case when stock.fbt_available <= 0 then earlier.daily_fbt_units end,
            0
        ) as daily_units
    from stock
    left join {{ ref('hero_skus') }} as sales
        on
            stock.shop_id = sales.shop_id
            and stock.seller_sku = sales.seller_sku
    left join {{ ref('int_earlier_fbt_sales') }} as earlier
        on
            stock.shop_id = earlier.shop_id
            and stock.seller_sku = earlier.seller_sku
    where stock.fbt_available is not null

),

covered as (

    select
        *,
        {{ ratio('fbt_available', 'daily_units') }} as days_of_cover
    from paced

),

due as (

    select
        *,
        coalesce(days_of_cover <= {{ var('fbt_lead_days') }} + {{ var('fbt_reserve_days') }}, false) as is_due
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
                -- What is on its way need not be sent again.
                then greatest(
                    ceil(
                        round(
                            ({{ var('fbt_lead_days') }} + {{ var('fbt_cover_days') }}) * daily_units
                            - fbt_available - fbt_inbound, 6
                        )
                    ), 0
                )
            else 0
        end as bigint
    ) as suggested_units,
    is_due
from due
