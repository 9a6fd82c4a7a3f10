with source as (

    select * from {{ source('lake', 'reference__cost_assumptions') }}

),

renamed as (

    select
        shop_id,
        lower(parameter) as parameter,
        applies_to,
        value,
        currency,
        note
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, parameter, applies_to
    order by value desc nulls last, currency nulls last, note nulls last
) = 1
