{{ config(materialized='view') }}
{#-
  What each order of the last 180 days should have brought by its shop's newest as-of moment: one row an order and number
  of refunds counted. Refunds land in a later statement, so those of the last `settlement_days` may be
  missing from it, the latest first; older ones are counted in every row. Null is what nothing says.
  Days are counted by the shop's calendar.
-#}
with costs as (

    {{ shop_costs(['settlement_days', 'refund_admin_fee_share']) }}

),

seen as (

    select
        refunds.*,
        refunds.returned_on >= {{ add_days('now.as_of_on', '1 - cast(costs.settlement_days as integer)') }} as is_young
    from {{ ref('int_settlement_refunds') }} as refunds
    inner join {{ ref('int_current_days') }} as now
        on
            refunds.shop_id = now.shop_id
            and refunds.returned_at < now.ends_at
    inner join costs
        on refunds.shop_id = costs.shop_id

),

refunds_so_far as (

    select
        order_key,
        count(*) over so_far as refunds_counted,
        count(*) over (partition by order_key) as refunds,
        count(*) filter (where not is_young) over (partition by order_key) as old_refunds,
        sum(refund_amount) over so_far as refund_amount,
        sum(paid_back_amount) over so_far as paid_back_amount,
        sum(referral_fee_amount) over so_far as referral_fee_amount,
        sum(refund_admin_fee_amount) over so_far as refund_admin_fee_amount,
        sum(commission_amount) over so_far as commission_amount,
        bool_or(is_commission_unknown) over so_far as is_commission_unknown
    from seen
    window so_far as (
        partition by order_key
        order by returned_at nulls last, return_order_id nulls last, line_sku_id nulls last
        rows between unbounded preceding and current row
    )

),

refund_counts as (

    -- With no refund counted, unless one is old; and with each further one.
    select
        sales.order_key,
        0 as refunds_counted,
        coalesce(counts.refunds, 0) as refunds,
        cast(0 as decimal(18, 2)) as refund_amount,
        cast(0 as decimal(18, 2)) as paid_back_amount,
        cast(0 as decimal(18, 2)) as referral_fee_amount,
        cast(0 as decimal(18, 2)) as refund_admin_fee_amount,
        cast(0 as decimal(18, 2)) as commission_amount,
        false as is_commission_unknown
    from {{ ref('int_settlement_sales') }} as sales
    left join (
        select
            order_key,
            count(*) as refunds,
            count(*) filter (where not is_young) as old_refunds
        from seen
        group by order_key
    ) as counts
        on sales.order_key = counts.order_key
    where coalesce(counts.old_refunds, 0) = 0

    union all

    select
        order_key,
        refunds_counted,
        refunds,
        refund_amount,
        paid_back_amount,
        referral_fee_amount,
        refund_admin_fee_amount,
        commission_amount,
        is_commission_unknown
    from refunds_so_far
    where refunds_counted >= old_refunds

),

counted as (

    select
        sales.*,
        now.as_of_on,
        now.ends_at,
        cast(costs.settlement_days as integer) as settlement_days,
        costs.refund_admin_fee_share,
        refunds.refunds_counted,
        refunds.refunds,
        refunds.refund_amount,
        refunds.referral_fee_amount as refunded_item_fee_amount,
        refunds.refund_admin_fee_amount as kept_item_fee_amount,
        refunds.commission_amount,
        refunds.is_commission_unknown,
        -- Nothing is due for an order that was cancelled and never arrived.
        coalesce(sales.cancelled_at < now.ends_at, false)
        and not coalesce(sales.delivered_at < now.ends_at, false) as is_void,
        -- What was paid back beyond the items covers the shipping only where it is the whole order's.
        coalesce(
            sales.shipping_amount > 0
            and refunds.paid_back_amount >= sales.order_amount
            and refunds.paid_back_amount - refunds.refund_amount >= sales.shipping_amount,
            false
        ) as is_shipping_refunded,
        coalesce(sales.commission_paid_at < now.ends_at, false) as is_commission_paid,
        coalesce(
            sales.commission_paid_at < now.ends_at
            and sales.commission_paid_on
            >= {{ add_days('now.as_of_on', '1 - cast(costs.settlement_days as integer)') }},
            false
        ) as is_commission_young
    from {{ ref('int_settlement_sales') }} as sales
    inner join refund_counts as refunds
        on sales.order_key = refunds.order_key
    inner join {{ ref('int_current_days') }} as now
        on
            sales.shop_id = now.shop_id
            and sales.created_at < now.ends_at
            and sales.created_on >= {{ add_days('now.as_of_on', 1 - var('settlement_horizon_days')) }}
    inner join costs
        on sales.shop_id = costs.shop_id

),

with_shipping as (

    -- Refunded shipping gives its part of the referral fee back, less what the platform keeps.
    select
        counted.*,
        refunded_item_fee_amount
        + case when is_shipping_refunded then shipping_fee_amount else 0 end as refunded_fee_amount,
        kept_item_fee_amount
        + case
            when is_shipping_refunded then {{ cents('refund_admin_fee_share * shipping_fee_amount') }}
            else 0
        end as refund_admin_fee_amount
    from counted

)

select
    order_key,
    shop_id,
    order_id,
    seller_sku,
    lines,
    created_at,
    as_of_on,
    settlement_days,
    case when delivered_at < ends_at then delivered_at end as delivered_at,
    case when delivered_at < ends_at then delivered_on end as delivered_on,
    is_void,
    is_given_away,
    currency,
    refunds_counted,
    refunds,
    case when is_void then 0 else sales_amount end as sales_amount,
    case when is_void then 0 else -refund_amount end as refund_amount,
    case when is_void or is_shipping_refunded then 0 else shipping_amount end as shipping_amount,
    case when is_void then 0 else refunded_fee_amount - referral_fee_amount end as referral_fee_amount,
    refunded_fee_amount,
    case when is_void then 0 else -refund_admin_fee_amount end as refund_admin_fee_amount,
    case
        when is_void then 0
        when is_commission_paid then -actual_commission_amount
        when is_commission_unknown then null
        else commission_amount - est_commission_amount
    end as affiliate_commission_amount,
    -- As long as a commission that was settled otherwise may not have come back in a statement.
    case when is_commission_young and not is_commission_unknown then commission_amount - est_commission_amount end
        as charged_commission_amount
from with_shipping
