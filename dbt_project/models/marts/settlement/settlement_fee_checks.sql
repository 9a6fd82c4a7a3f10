with orders as (

    -- A refund that one side has not seen yet takes its fees with it.
    select *
    from {{ ref('settlement_orders') }}
    where statements > 0 and state <> 'refund_pending'

),

checks as (

    select
        shop_id,
        order_id,
        seller_sku,
        settled_on,
        'referral_rate' as check_name,
        expected_referral_fee as expected_amount,
        stated_referral_fee as stated_amount,
        currency,
        -stated_referral_fee as rated_amount,
        expected_sales + expected_refund + expected_shipping as base_amount,
        0.01 * rounded_amounts as tolerance
    from orders

    union all

    select
        shop_id,
        order_id,
        seller_sku,
        settled_on,
        'refund_admin_fee' as check_name,
        expected_refund_admin_fee as expected_amount,
        stated_refund_admin_fee as stated_amount,
        currency,
        -stated_refund_admin_fee as rated_amount,
        refunded_referral_fee as base_amount,
        0.01 * refunds as tolerance
    from orders

    union all

    select
        shop_id,
        order_id,
        seller_sku,
        settled_on,
        'affiliate_rate' as check_name,
        expected_affiliate_commission as expected_amount,
        stated_affiliate_commission as stated_amount,
        currency,
        -stated_affiliate_commission as rated_amount,
        expected_sales + expected_refund as base_amount,
        0.01 * refunds as tolerance
    from orders

)

select
    shop_id,
    order_id,
    seller_sku,
    check_name,
    settled_on,
    expected_amount,
    stated_amount,
    cast(stated_amount - expected_amount as decimal(18, 2)) as difference,
    currency,
    {{ ratio('rated_amount', 'base_amount') }} as rate
from checks
where abs(stated_amount - expected_amount) > tolerance
