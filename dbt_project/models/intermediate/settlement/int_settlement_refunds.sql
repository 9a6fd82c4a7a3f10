{#-
  What each refund of a shop with statements takes back, by the return export and the published rates:
  the items at what they were refunded with, their referral fee less the part that the platform keeps,
  and the commission of a line that comes back whole. Stamps only.
-#}
with refunds as (

    select
        returns.shop_id,
        returns.order_id,
        returns.order_key,
        returns.return_order_id,
        returns.line_sku_id,
        returns.seller_sku,
        returns.returned_at,
        returns.returned_on,
        returns.return_quantity,
        returns.units_ordered,
        returns.shop_refund_amount as refund_amount,
        coalesce(returns.returned_at >= coalesce(sales.shipped_at, sales.delivered_at), false) as is_after_shipping
    from {{ ref('int_returns') }} as returns
    inner join {{ ref('int_settlement_sales') }} as sales
        on returns.order_key = sales.order_key
    where returns.is_refunded and returns.returned_at is not null

),

lines as (

    select
        lines.order_key,
        coalesce(lines.sku_id, '') as sku_id,
        sum(coalesce(rows.subtotal_after_discount, 0) + coalesce(rows.platform_discount, 0)) as sales_amount
    from {{ ref('int_order_lines') }} as lines
    inner join (select distinct order_key from refunds) as refunded_orders
        on lines.order_key = refunded_orders.order_key
    inner join {{ ref('int_order_rows') }} as rows
        on lines.row_key = rows.row_key
    group by lines.order_key, coalesce(lines.sku_id, '')

),

skus as (

    select distinct shop_id, seller_sku from refunds

),

rates as (

    {{ sku_costs(
        'skus', ['referral_fee_rate', 'refund_admin_fee_share', 'refund_admin_fee_cap', 'commission_kept_share']
    ) }}

),

valued as (

    select
        refunds.*,
        rates.referral_fee_rate,
        rates.refund_admin_fee_share,
        rates.refund_admin_fee_cap,
        rates.commission_kept_share,
        rates.referral_fee_rate_is_assumed and shops.market <> 'US' as is_rate_unknown,
        -- A refund gives taxes and shipping back, too; the items are worth no more than they were sold for,
        -- up to a cent of rounding. Of money in another currency their price is all that is known.
        case
            when lines.sales_amount is null or coalesce(refunds.units_ordered, 0) = 0
                then coalesce(refunds.refund_amount, 0)
            when
                refunds.refund_amount
                <= lines.sales_amount * least(refunds.return_quantity, refunds.units_ordered)
                / cast(refunds.units_ordered as double)
                + 0.01
                then refunds.refund_amount
            else {{ cents(
                'lines.sales_amount * least(refunds.return_quantity, refunds.units_ordered) / cast(refunds.units_ordered as double)'
            ) }}
        end as item_amount,
        coalesce(refunds.return_quantity >= refunds.units_ordered, false) as is_whole_line,
        creators.est_commission_amount
    from refunds
    inner join {{ source('inputs', 'shops') }} as shops
        on refunds.shop_id = shops.shop_id
    left join lines
        on
            refunds.order_key = lines.order_key
            and refunds.line_sku_id = lines.sku_id
    left join rates
        on
            refunds.shop_id = rates.shop_id
            and refunds.seller_sku = rates.seller_sku
    left join {{ ref('int_creators_by_line') }} as creators
        on
            refunds.shop_id = creators.shop_id
            and refunds.order_id = creators.order_id
            and refunds.line_sku_id = creators.sku_id

),

charged as (

    select
        valued.*,
        case when not is_rate_unknown then {{ cents('referral_fee_rate * item_amount') }} end as referral_fee_amount
    from valued

)

select
    order_key,
    shop_id,
    return_order_id,
    line_sku_id,
    seller_sku,
    returned_at,
    returned_on,
    cast(item_amount as decimal(18, 2)) as refund_amount,
    cast(charged.refund_amount as decimal(18, 2)) as paid_back_amount,
    referral_fee_amount,
    case
        when not is_after_shipping then cast(0 as decimal(18, 2))
        when refund_admin_fee_cap is null then {{ cents('refund_admin_fee_share * referral_fee_amount') }}
        else least({{ cents('refund_admin_fee_share * referral_fee_amount') }}, cast(refund_admin_fee_cap as decimal(18, 2)))
    end as refund_admin_fee_amount,
    -- A line's commission is given back once, with the first refund of the whole line.
    case
        when
            is_whole_line
            and row_number() over (
                partition by order_key, line_sku_id, is_whole_line
                order by returned_at nulls last, return_order_id nulls last
            ) = 1
            then {{ cents('(1 - commission_kept_share) * coalesce(est_commission_amount, 0)') }}
        else cast(0 as decimal(18, 2))
    end as commission_amount,
    -- What a part of a line takes back of its commission is the platform's to say.
    not is_whole_line and coalesce(est_commission_amount, 0) <> 0 as is_commission_unknown
from charged
