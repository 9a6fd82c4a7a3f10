{#-
  What each order of a shop with statements should bring, by the shop's own exports and the published
  rates: of orders that were delivered or that a statement names. Refunds apart. Stamps only.

  The referral fee is a share of what the buyer and the platform pay for items and shipping, taxes
  left out. Its default rate is the one of the United States and says nothing of another market.
-#}
with shops as (

    select distinct
        rows.shop_id,
        shops.market
    from {{ ref('int_settlement_rows') }} as rows
    inner join {{ source('inputs', 'shops') }} as shops
        on rows.shop_id = shops.shop_id

),

stated_orders as (

    select distinct order_key
    from {{ ref('int_settlement_rows') }}
    where order_key is not null

),

orders as (

    select
        orders.*,
        shops.market
    from {{ ref('int_orders') }} as orders
    inner join shops
        on orders.shop_id = shops.shop_id
    left join stated_orders
        on orders.order_key = stated_orders.order_key
    where orders.delivered_on is not null or stated_orders.order_key is not null

),

lines as (

    select
        orders.order_key,
        min(orders.shop_id) as shop_id,
        min(orders.order_id) as order_id,
        min(orders.market) as market,
        coalesce(lines.sku_id, '') as sku_id,
        max(lines.seller_sku) as seller_sku,
        cast(sum(lines.quantity) as bigint) as units,
        sum(coalesce(rows.subtotal_after_discount, 0) + coalesce(rows.platform_discount, 0)) as sales_amount,
        max(coalesce(rows.shipping_fee_after_discount, 0)) as shipping_amount
    from orders
    inner join {{ ref('int_order_lines') }} as lines
        on orders.order_key = lines.order_key
    inner join {{ ref('int_order_rows') }} as rows
        on lines.row_key = rows.row_key
    group by orders.order_key, coalesce(lines.sku_id, '')

),

skus as (

    select distinct shop_id, seller_sku from lines

),

rates as (

    {{ sku_costs('skus', ['referral_fee_rate']) }}

),

shops_with_creators as (

    select distinct shop_id from {{ ref('int_creators_by_line') }}

),

summed as (

    select
        lines.order_key,
        count(*) as lines,
        case when count(*) = 1 then max(lines.seller_sku) else '(several)' end as seller_sku,
        sum(lines.sales_amount) as sales_amount,
        max(lines.shipping_amount) as shipping_amount,
        sum(rates.referral_fee_rate * lines.sales_amount) as item_fee,
        -- Items of several rates share the shipping by their sales.
        case
            when min(rates.referral_fee_rate) = max(rates.referral_fee_rate)
                then min(rates.referral_fee_rate) * max(lines.shipping_amount)
            else coalesce(
                sum(rates.referral_fee_rate * lines.sales_amount)
                * {{ ratio('max(lines.shipping_amount)', 'sum(lines.sales_amount)') }},
                0
            )
        end as shipping_fee,
        bool_or(rates.referral_fee_rate_is_assumed and lines.market <> 'US') as is_rate_unknown,
        sum(coalesce(creators.est_commission_amount, 0)) as est_commission_amount,
        sum(coalesce(creators.actual_commission_amount, 0)) as actual_commission_amount,
        -- Null while a commission of the order is not settled.
        case
            when count(creators.creator_handle) = count(creators.commission_paid_at)
                then max(creators.commission_paid_at)
        end as commission_paid_at
    from lines
    left join rates
        on
            lines.shop_id = rates.shop_id
            and lines.seller_sku = rates.seller_sku
    left join {{ ref('int_creators_by_line') }} as creators
        on
            lines.shop_id = creators.shop_id
            and lines.order_id = creators.order_id
            and lines.sku_id = creators.sku_id
    group by lines.order_key

)

select
    orders.order_key,
    orders.shop_id,
    orders.order_id,
    summed.seller_sku,
    cast(summed.lines as bigint) as lines,
    orders.created_at,
    orders.shipped_at,
    orders.delivered_at,
    orders.delivered_on,
    orders.cancelled_at,
    orders.is_sample or orders.is_replacement as is_given_away,
    orders.currency,
    cast(orders.order_amount as decimal(18, 2)) as order_amount,
    cast(summed.sales_amount as decimal(18, 2)) as sales_amount,
    cast(summed.shipping_amount as decimal(18, 2)) as shipping_amount,
    case when not summed.is_rate_unknown then {{ cents('summed.item_fee + summed.shipping_fee') }} end
        as referral_fee_amount,
    -- Its part on shipping.
    case
        when not summed.is_rate_unknown
            then {{ cents('summed.item_fee + summed.shipping_fee') }} - {{ cents('summed.item_fee') }}
    end as shipping_fee_amount,
    case when shops_with_creators.shop_id is not null then cast(summed.est_commission_amount as decimal(18, 2)) end
        as est_commission_amount,
    case when shops_with_creators.shop_id is not null then cast(summed.actual_commission_amount as decimal(18, 2)) end
        as actual_commission_amount,
    summed.commission_paid_at
from orders
inner join summed
    on orders.order_key = summed.order_key
left join shops_with_creators
    on orders.shop_id = shops_with_creators.shop_id
