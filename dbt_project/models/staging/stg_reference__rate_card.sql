with source as (

    select * from {{ source('lake', 'reference__rate_card') }}

),

renamed as (

    select
        shop_id,
        carrier as carrier_name,
        service,
        cast(zone as integer) as zone,
        max_weight_kg,
        price,
        currency
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, carrier_name, service, zone, max_weight_kg
    order by price desc nulls last, currency nulls last
) = 1
