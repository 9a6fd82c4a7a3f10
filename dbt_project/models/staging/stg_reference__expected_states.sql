with source as (

    select * from {{ source('lake', 'reference__expected_states') }}

),

renamed as (

    select
        shop_id,
        {{ fold('state') }} as state_name,
        expected_share
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, state_name
    order by expected_share desc nulls last
) = 1
