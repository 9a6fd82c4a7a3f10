with source as (

    select * from {{ source('lake', 'reference__zone_chart') }}

),

renamed as (

    select
        shop_id,
        origin_zip3,
        destination_from_zip3,
        greatest(destination_from_zip3, coalesce(destination_to_zip3, destination_from_zip3)) as destination_to_zip3,
        cast(zone as integer) as zone
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, origin_zip3, destination_from_zip3
    order by destination_to_zip3 desc nulls last, zone nulls last
) = 1
