with source as (

    select * from {{ source('lake', 'reference__promotions') }}

),

renamed as (

    select
        shop_id,
        promotion_id,
        name as promotion_name,
        starts_on,
        -- A promotion without a last day, or with one before its first, is one of a single day.
        greatest(starts_on, coalesce(ends_on, starts_on)) as ends_on,
        min_score
    from source

)

select * from renamed
-- Two calendars that disagree on a promotion are reported by the gate; one still has to be taken.
qualify row_number() over (
    partition by shop_id, promotion_id
    order by starts_on desc nulls last, ends_on desc nulls last, min_score desc nulls last,
        promotion_name nulls last
) = 1
