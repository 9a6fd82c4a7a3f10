with source as (

    select * from {{ source('lake', 'reference__warehouses') }}

),

renamed as (

    select distinct
        shop_id,
        warehouse_id,
        name as warehouse_name,
        kind,
        zip3,
        timezone,
        order_cutoff,
        daily_capacity,
        active_from_on,
        active_to_on
    from source

)

select * from renamed
-- Two declarations that disagree are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, warehouse_id
    order by
        active_from_on desc nulls last,
        zip3 nulls last,
        warehouse_name nulls last,
        kind nulls last,
        daily_capacity nulls last,
        timezone nulls last,
        order_cutoff nulls last
) = 1
