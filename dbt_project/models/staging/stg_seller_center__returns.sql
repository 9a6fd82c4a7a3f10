with source as (

    select * from {{ source('lake', 'seller_center__returns') }}

),

renamed as (

    select
        -- ids
        shop_id,
        return_order_id,
        order_id,
        sku_id,
        seller_sku,
        buyer_hash,
        return_tracking_number,

        -- what it is
        product_name,
        sku_name as variation,
        return_type,
        return_reason,
        return_status,
        return_sub_status,
        dispute_status,
        appeal_status,
        compensation_status,

        -- numbers; a file without the column returned one unit a row
        coalesce(return_quantity, 1) as return_quantity,
        coalesce(refund_amount, 0) as refund_amount,
        compensation_amount,
        currency,

        -- stamps
        requested_at,
        requested_on,
        refunded_at,
        refunded_on,

        {{ row_fingerprint([
            'return_type', 'return_reason', 'return_status', 'return_sub_status',
            'return_quantity', 'refund_amount', 'requested_at', 'refunded_at',
            'dispute_status', 'appeal_status', 'compensation_status', 'compensation_amount',
            'seller_sku', 'product_name', 'sku_name', 'return_tracking_number', 'currency'
        ]) }} as content_fingerprint
    from source

)

select * from renamed
