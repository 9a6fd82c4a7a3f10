with source as (

    select * from {{ source('lake', 'reference__preferred_routes') }}

),

renamed as (

    select
        shop_id,
        warehouse_id,
        {{ fold('ship_to_state') }} as ship_to_state,
        carrier as carrier_name,
        service
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, warehouse_id, ship_to_state
    order by carrier_name desc nulls last, service nulls last
) = 1
