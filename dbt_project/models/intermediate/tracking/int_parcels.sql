{#- What the tracking feed says of each number, whoever used it. -#}
select
    shop_id,
    tracking_number,
    min(event_at) as first_event_at,
    min(event_on) as first_event_on,
    min(case when is_possession then event_at end) as first_possession_at,
    min(case when is_possession then event_on end) as first_possession_on,
    min(case when event_code = 'delivered' then event_at end) as delivered_at,
    min(case when event_code = 'delivered' then event_on end) as delivered_on,
    min(case when event_code = 'delivered' and event_zip3 is not null then event_on end)
        as delivered_zip_on,
    -- Time and ZIP3 in one number: the ZIP3 of the earliest delivery, ties by ZIP3.
    min(
        case
            when event_code = 'delivered' and event_zip3 is not null
                then {{ epoch_micros('event_at') }} * 1000 + cast(event_zip3 as bigint)
        end
    ) % 1000 as delivered_zip
from {{ ref('stg_carriers__tracking_events') }}
group by shop_id, tracking_number
