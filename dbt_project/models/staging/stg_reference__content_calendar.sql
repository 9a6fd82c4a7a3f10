with source as (

    select * from {{ source('lake', 'reference__content_calendar') }}

),

renamed as (

    select
        shop_id,
        goes_live_at,
        creator_handle,
        seller_sku,
        goes_live_on,
        content_id,
        campaign,
        expected_units
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, goes_live_at, creator_handle, seller_sku
    order by content_id desc nulls last, campaign nulls last, expected_units nulls last
) = 1
