with source as (

    select * from {{ source('lake', 'reference__hero_skus') }}

),

renamed as (

    select
        shop_id,
        seller_sku,
        hero_from_on,
        hero_to_on,
        decided_by,
        reason
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, seller_sku, hero_from_on
    order by hero_to_on desc nulls last, decided_by nulls last, reason nulls last
) = 1
