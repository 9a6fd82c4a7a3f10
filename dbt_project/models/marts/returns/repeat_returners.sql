{#- Buyers who gave back at least so many orders within ninety days; known by their hash alone. -#}
with refunds as (

    select
        returns.*,
        now.ends_at,
        shops.currency as shop_currency
    from {{ ref('int_returns') }} as returns
    inner join {{ ref('int_current_days') }} as now
        on
            returns.shop_id = now.shop_id
            and returns.returned_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    inner join {{ source('inputs', 'shops') }} as shops
        on returns.shop_id = shops.shop_id
    where
        returns.is_refunded
        and returns.buyer_hash is not null
        and coalesce(returns.is_rated, true)

)

select
    shop_id,
    buyer_hash,
    count(distinct order_id) as orders,
    count(distinct return_order_id) as returns,
    cast(sum(units) as bigint) as units_returned,
    count(distinct case when is_refund_only then return_order_id end) as refund_only_returns,
    count(distinct case when received_at < ends_at and received_units < return_quantity then return_order_id end)
        as short_returns,
    cast(coalesce(sum(shop_refund_amount), 0) as decimal(18, 2)) as refund_amount,
    shop_currency as currency,
    min(returned_on) as first_on,
    max(returned_on) as last_on
from refunds
group by shop_id, buyer_hash, shop_currency
having count(distinct order_id) >= {{ var('repeat_returner_least_orders') }}
