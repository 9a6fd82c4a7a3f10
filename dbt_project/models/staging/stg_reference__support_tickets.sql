with source as (

    select * from {{ source('lake', 'reference__support_tickets') }}

),

renamed as (

    select
        shop_id,
        ticket_id,
        order_id,
        kind,
        topic,
        channel,
        created_at,
        created_on,
        closed_at,
        closed_on,
        {{ row_fingerprint(['order_id', 'kind', 'topic', 'channel', 'created_at', 'closed_at']) }}
            as content_fingerprint
    from source

)

select
    *,
    topic in ('shipping_status', 'tracking', 'delivery') as is_about_shipping
from renamed
-- Of a ticket that stands in several rows the one that is further on counts.
qualify row_number() over (
    partition by shop_id, ticket_id
    order by
        case when closed_at is null then 0 else 1 end desc nulls last,
        greatest(created_at, coalesce(closed_at, created_at)) desc nulls last,
        content_fingerprint desc nulls last
) = 1
