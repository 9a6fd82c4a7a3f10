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
        orders.shop_id,
        orders.market,
        lines.seller_sku,
        lines.order_rows,
        coalesce(rows.subtotal_after_discount, 0) + coalesce(rows.platform_discount, 0) as sales_amount,
        coalesce(rows.shipping_fee_after_discount, 0) as shipping_amount
    from orders
    inner join {{ ref('int_order_lines') }} as lines
        on orders.order_key = lines.order_key
    inner join {{ ref('int_order_rows') }} as rows
        on lines.row_key = rows.row_key

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

commissions as (

    select
        shop_id,
        order_id,
        sum(coalesce(est_commission_amount, 0)) as est_commission_amount,
        sum(coalesce(actual_commission_amount, 0)) as actual_commission_amount,
        -- Null while a commission of the order is not settled.
        case when count(*) = count(commission_paid_at) then max(commission_paid_at) end as commission_paid_at,
        case when count(*) = count(commission_paid_at) then max(commission_paid_on) end as commission_paid_on
    from {{ ref('int_creators_by_line') }}
    group by shop_id, order_id

),

rated as (

    select
        lines.*,
        rates.referral_fee_rate,
        rates.referral_fee_rate * lines.sales_amount as item_fee,
        coalesce(rates.referral_fee_rate_is_assumed and lines.market <> 'US', true) as is_rate_unknown
    from lines
    left join rates
        on
            lines.shop_id = rates.shop_id
            and lines.seller_sku = rates.seller_sku

),

summed as (

    -- Most orders are one line, and need no sum.
    select
        order_key,
        1 as lines,
        seller_sku,
        sales_amount,
        shipping_amount,
        item_fee,
        cast(referral_fee_rate * shipping_amount as double) as shipping_fee,
        is_rate_unknown
    from rated
    where order_rows = 1

    union all

    select
        order_key,
        count(*) as lines,
        case when min(seller_sku) = max(seller_sku) then min(seller_sku) else '(several)' end as seller_sku,
        sum(sales_amount) as sales_amount,
        -- Said of the whole order on each of its lines.
        max(shipping_amount) as shipping_amount,
        sum(item_fee) as item_fee,
        -- Items of several rates share the shipping by their sales.
        case
            when min(referral_fee_rate) = max(referral_fee_rate)
                then cast(min(referral_fee_rate) * max(shipping_amount) as double)
            else coalesce(sum(item_fee) * {{ ratio('max(shipping_amount)', 'sum(sales_amount)') }}, 0)
        end as shipping_fee,
        bool_or(is_rate_unknown) as is_rate_unknown
    from rated
    where order_rows > 1
    group by order_key

)

select
    orders.order_key,
    orders.shop_id,
    orders.order_id,
    summed.seller_sku,
    cast(summed.lines as bigint) as lines,
    orders.created_at,
    orders.created_on,
    orders.shipped_at,
    orders.delivered_at,
    orders.delivered_on,
    orders.cancelled_at,
    orders.is_sample or orders.is_replacement as is_given_away,
    orders.currency,
    cast(orders.order_amount as decimal(18, 2)) as order_amount,
    cast(summed.sales_amount as decimal(18, 2)) as sales_amount,
    cast(summed.shipping_amount as decimal(18, 2)) as shipping_amount,
    case when not summed.is_rate_unknown then {{ cents('summed.item_fee + cast(summed.shipping_fee as decimal(18, 4))') }} end
        as referral_fee_amount,
    -- Its part on shipping.
    case
        when not summed.is_rate_unknown
            then {{ cents('summed.item_fee + cast(summed.shipping_fee as decimal(18, 4))') }} - {{ cents('summed.item_fee') }}
    end as shipping_fee_amount,
    case
        when shops_with_creators.shop_id is not null
            then cast(coalesce(commissions.est_commission_amount, 0) as decimal(18, 2))
    end as est_commission_amount,
    case
        when shops_with_creators.shop_id is not null
            then cast(coalesce(commissions.actual_commission_amount, 0) as decimal(18, 2))
    end as actual_commission_amount,
    commissions.commission_paid_at,
    commissions.commission_paid_on
from orders
inner join summed
    on orders.order_key = summed.order_key
left join shops_with_creators
    on orders.shop_id = shops_with_creators.shop_id
left join commissions
    on
        orders.shop_id = commissions.shop_id
        and orders.order_id = commissions.order_id
