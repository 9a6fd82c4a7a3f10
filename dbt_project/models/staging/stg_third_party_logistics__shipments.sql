with source as (

    select * from {{ source('lake', 'third_party_logistics__shipments') }}

),

renamed as (

    select
        shop_id,
        shipment_id,
        order_id,
        warehouse_id,
        tracking_number,
        carrier as carrier_name,
        service,
        ship_cost,
        currency,
        ship_from_zip3,
        ship_to_zip3,
        weight_kg,
        received_at,
        allocated_at,
        picked_at,
        quality_checked_at,
        packed_at,
        label_created_at,
        tendered_at,
        tracking_uploaded_at,
        tracking_uploaded_on,
        {{ row_fingerprint([
            'order_id', 'warehouse_id', 'weight_kg', 'tracking_number', 'carrier', 'service', 'ship_from_zip3',
            'received_at', 'allocated_at', 'picked_at', 'quality_checked_at', 'packed_at',
            'label_created_at', 'tendered_at', 'tracking_uploaded_at', 'ship_cost', 'currency'
        ]) }} as content_fingerprint
    from source

)

select * from renamed
