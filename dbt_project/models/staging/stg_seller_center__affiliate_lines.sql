with source as (

    select * from {{ source('lake', 'seller_center__affiliate_orders') }}

),

renamed as (

    select
        -- ids
        shop_id,
        order_id,
        sku_id,
        content_id,

        -- what it is
        creator_handle,
        content_type,
        order_status,

        -- numbers
        est_commission_amount,
        actual_commission_amount,

        -- stamps
        created_at,
        paid_at,
        delivered_at,
        commission_paid_at,
        commission_paid_on,

        {{ row_fingerprint([
            'creator_handle', 'content_type', 'content_id', 'order_status',
            'est_commission_amount', 'actual_commission_amount'
        ]) }} as content_fingerprint
    from source

)

select * from renamed
