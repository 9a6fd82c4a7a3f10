with source as (

    select * from {{ source('lake', 'reference__skus') }}

),

renamed as (

    select
        shop_id,
        seller_sku,
        title,
        category,
        supplier,
        unit_cost,
        currency,
        weight_kg,
        is_branded
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, seller_sku
    order by
        supplier nulls last, category nulls last, unit_cost desc nulls last, currency nulls last,
        weight_kg desc nulls last, title nulls last, is_branded nulls last
) = 1
