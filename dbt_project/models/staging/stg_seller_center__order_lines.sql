with source as (

    select * from {{ source('lake', 'seller_center__orders') }}

),

renamed as (

    select
        -- ids
        shop_id,
        source_id,
        row_number,
        order_id,
        sku_id,
        coalesce(seller_sku, sku_id, '(none)') as seller_sku,
        package_id,
        tracking_number,

        -- what it is
        order_status,
        order_substatus,
        normal_or_pre_order,
        product_name,
        variation,
        cancel_by,
        cancel_reason,
        fulfillment_type,
        warehouse_name,
        delivery_option_type,
        delivery_option,
        shipping_provider_name,
        tracking_fits,
        state,
        zip3,
        payment_method,
        order_channel,
        creator_handle,

        -- numbers
        quantity,
        subtotal_before_discount,
        platform_discount,
        subtotal_after_discount,
        order_amount,
        currency,
        shipping_fee_after_discount,

        -- stamps
        created_at,
        created_on,
        paid_at,
        paid_on,
        rts_at,
        rts_on,
        shipped_at,
        shipped_on,
        delivered_at,
        delivered_on,
        cancelled_at,
        cancelled_on,

        -- deadlines that the platform itself names
        rts_sla_at,
        rts_sla_on,
        tts_sla_at,
        tts_sla_on,
        delivery_due_at,
        delivery_due_on,

        -- what makes a version: the order-level stamps and the status
        {{ row_fingerprint([
            'created_at', 'paid_at', 'rts_at', 'shipped_at', 'delivered_at', 'cancelled_at',
            'order_status', 'order_substatus'
        ]) }} as version_fingerprint
    from source

)

select * from renamed
