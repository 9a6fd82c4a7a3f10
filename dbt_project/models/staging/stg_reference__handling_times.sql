with source as (

    select * from {{ source('lake', 'reference__handling_times') }}

),

renamed as (

    select distinct
        shop_id,
        seller_sku,
        order_type,
        handling_business_days,
        closes_on
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, seller_sku, order_type
    order by handling_business_days desc nulls last, closes_on desc nulls last
) = 1
