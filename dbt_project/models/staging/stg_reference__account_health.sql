with source as (

    select * from {{ source('lake', 'reference__account_health') }}

),

renamed as (

    select
        shop_id,
        event_id,
        recorded_at,
        recorded_on,
        kind,
        -- Logs write what was taken with and without its minus sign; the kind says which way it goes.
        abs(points) as points,
        score_after,
        reason,
        order_id
    from source

)

select * from renamed
-- Two logs that disagree on an event are reported by the gate; one of them still has to be taken.
qualify row_number() over (
    partition by shop_id, event_id
    order by
        recorded_at desc nulls last, kind nulls last, points nulls last, score_after nulls last,
        reason nulls last, order_id nulls last
) = 1
