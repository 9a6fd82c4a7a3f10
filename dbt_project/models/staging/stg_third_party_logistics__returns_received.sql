with source as (

    select * from {{ source('lake', 'third_party_logistics__returns_received') }}

),

renamed as (

    select
        -- ids
        shop_id,
        rma_id,
        order_id,
        seller_sku,
        warehouse_id,

        -- what it is
        grade,
        disposition,

        -- numbers
        quantity,

        -- stamps
        received_at,
        received_on,
        graded_at,
        graded_on,

        {{ row_fingerprint([
            'order_id', 'warehouse_id', 'grade', 'disposition', 'quantity', 'received_at', 'graded_at'
        ]) }} as content_fingerprint
    from source

)

select * from renamed
