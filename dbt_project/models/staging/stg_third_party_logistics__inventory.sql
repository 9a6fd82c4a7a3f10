with source as (

    select * from {{ source('lake', 'third_party_logistics__inventory') }}

),

renamed as (

    select
        shop_id,
        warehouse_id,
        seller_sku,
        snapshot_at,
        snapshot_on,
        on_hand,
        reserved,
        available,
        inbound
    from source

)

select * from renamed
