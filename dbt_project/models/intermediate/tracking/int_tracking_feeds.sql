{#- From when a shop's tracking feed speaks, as a whole and of each carrier. -#}
with by_name as (

    select
        shop_id,
        carrier_name,
        min(event_at) as first_event_at,
        min(event_on) as first_event_on,
        max(event_at) as last_event_at
    from {{ ref('stg_carriers__tracking_events') }}
    group by shop_id, carrier_name

),

by_carrier as (

    select
        by_name.shop_id,
        coalesce(carriers.carrier, {{ fold('by_name.carrier_name') }}) as carrier,
        min(by_name.first_event_at) as first_event_at,
        min(by_name.first_event_on) as first_event_on,
        max(by_name.last_event_at) as last_event_at
    from by_name
    left join {{ ref('carriers') }} as carriers
        on {{ fold('by_name.carrier_name') }} = carriers.alias
    group by by_name.shop_id, coalesce(carriers.carrier, {{ fold('by_name.carrier_name') }})

)

select
    shop_id,
    carrier,
    first_event_on as carrier_first_event_on,
    min(first_event_at) over (partition by shop_id) as feed_first_event_at,
    max(last_event_at) over (partition by shop_id) as feed_last_event_at
from by_carrier
