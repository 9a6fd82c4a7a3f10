with source as (

    select * from {{ source('lake', 'carriers__tracking_events') }}

),

renamed as (

    select
        shop_id,
        tracking_number,
        carrier as carrier_name,
        event_at,
        event_on,
        event_code,
        event_zip3,
        event_country,
        -- A label or a tender is the seller's word; only a carrier's scan is possession.
        event_code not in ('label_created', 'tendered') as is_possession
    from source

)

select * from renamed
