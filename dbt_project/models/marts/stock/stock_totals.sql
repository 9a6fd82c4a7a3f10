with stock as (

    select
        shop_id,
        seller_sku,
        count(*) filter (where available > 0) as places,
        sum(available) as available,
        coalesce(sum(available) filter (where is_fbt), 0) as fbt_available,
        coalesce(sum(available) filter (where not is_fbt), 0) as own_available,
        sum(inbound) as inbound
    from {{ ref('int_site_stock') }}
    group by shop_id, seller_sku

)

select
    stock.shop_id,
    stock.seller_sku,
    cast(stock.places as integer) as places,
    cast(stock.available as bigint) as available,
    cast(stock.fbt_available as bigint) as fbt_available,
    cast(stock.own_available as bigint) as own_available,
    cast(stock.inbound as bigint) as inbound,
    coalesce(sales.average_daily_units, 0) as average_daily_units,
    {{ ratio('stock.available', 'sales.average_daily_units') }} as days_of_cover,
    stock.fbt_available > 0 and stock.own_available <= 0 as is_in_fbt_alone
from stock
left join {{ ref('hero_skus') }} as sales
    on
        stock.shop_id = sales.shop_id
        and stock.seller_sku = sales.seller_sku
