with source as (

    select * from {{ source('lake', 'seller_center__settlements') }}

),

renamed as (

    select
        -- ids
        shop_id,
        source_id,
        row_number,
        reference_id,
        related_order_id,
        statement_id,
        payment_id,
        sku_id,

        -- what it is
        {{ fold('transaction_type') }} as transaction_type,
        statement_status,
        sample_order_type,
        adjustment_reason,

        -- numbers; signs and totals as the file states them, null where it says nothing
        quantity,
        settlement_amount,
        revenue_amount,
        sales_amount,
        gross_sales_amount,
        seller_discount_amount,
        refund_amount,
        gross_refund_amount,
        refunded_discount_amount,
        fee_total_amount,
        referral_fee_amount,
        referral_fee_tax_amount,
        transaction_fee_amount,
        refund_admin_fee_amount,
        affiliate_commission_amount,
        affiliate_partner_commission_amount,
        affiliate_ads_commission_amount,
        shipping_total_amount,
        shipping_charge_amount,
        fbt_shipping_amount,
        customer_shipping_amount,
        refunded_shipping_amount,
        shipping_discount_amount,
        shipping_subsidy_amount,
        return_shipping_amount,
        adjustment_amount,
        customer_payment_amount,
        customer_refund_amount,
        platform_discount_amount,
        sales_tax_amount,
        currency,

        -- stamps
        order_created_at,
        order_delivered_at,
        settled_at,
        settled_on,

        -- one row in several files: what every layout says of it
        {{ row_fingerprint([
            'reference_id', fold('transaction_type'), 'settled_on', 'settlement_amount', 'sku_id'
        ]) }} as row_fingerprint,
        {{ row_fingerprint([
            'related_order_id', 'statement_id', 'payment_id',
            'statement_status', 'sample_order_type', 'adjustment_reason',
            'quantity', 'settlement_amount', 'revenue_amount', 'sales_amount',
            'gross_sales_amount', 'seller_discount_amount', 'refund_amount',
            'gross_refund_amount', 'refunded_discount_amount', 'fee_total_amount',
            'referral_fee_amount', 'referral_fee_tax_amount',
            'transaction_fee_amount', 'refund_admin_fee_amount',
            'affiliate_commission_amount', 'affiliate_partner_commission_amount',
            'affiliate_ads_commission_amount', 'shipping_total_amount',
            'shipping_charge_amount', 'fbt_shipping_amount',
            'customer_shipping_amount', 'refunded_shipping_amount',
            'shipping_discount_amount', 'shipping_subsidy_amount',
            'return_shipping_amount', 'adjustment_amount',
            'customer_payment_amount', 'customer_refund_amount',
            'platform_discount_amount', 'sales_tax_amount', 'currency',
            'order_created_at', 'order_delivered_at', 'settled_at'
        ]) }} as content_fingerprint,
        case when related_order_id is null then 0 else 1 end
        + case when statement_id is null then 0 else 1 end
        + case when adjustment_reason is null then 0 else 1 end
        + case when order_created_at is null then 0 else 1 end as details
    from source

)

select * from renamed
