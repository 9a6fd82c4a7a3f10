with source as (

    select * from {{ source('lake', 'reference__grade_routes') }}

),

renamed as (

    select
        shop_id,
        {{ fold('grade') }} as grade,
        route,
        note
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, grade
    order by route desc nulls last, note nulls last
) = 1
