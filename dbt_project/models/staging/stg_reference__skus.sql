with source as (

    select * from {{ source('lake', 'reference__skus') }}

),

renamed as (

    select
        shop_id,
        seller_sku,
        category,
        supplier
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, seller_sku
    order by supplier nulls last, category nulls last
) = 1
