{%- set gaps = [
    ('under_12h', 'scan_gap_hours < 12'),
    ('12_24h', 'scan_gap_hours >= 12 and scan_gap_hours < 24'),
    ('24_48h', 'scan_gap_hours >= 24 and scan_gap_hours < 48'),
    ('48_72h', 'scan_gap_hours >= 48 and scan_gap_hours < 72'),
    ('over_72h', 'scan_gap_hours >= 72'),
    ('no_scan', 'scan_gap_hours is null'),
] -%}
with ticket_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__support_tickets') }}

),

grouped as (

    select
        shop_id,
        case
            {%- for gap, holds in gaps %}
            when {{ holds }} then {{ loop.index }}
            {%- endfor %}
        end as place,
        case
            {%- for gap, holds in gaps %}
            when {{ holds }} then '{{ gap }}'
            {%- endfor %}
        end as scan_gap,
        cast(count(*) as bigint) as orders,
        cast(sum(shipping_contacts) as bigint) as tickets
    from {{ ref('int_order_outcomes') }}
    where is_ready
    group by 1, 2, 3

)

select
    grouped.shop_id,
    'rolling_30d' as window_name,
    cast(grouped.place as bigint) as place,
    grouped.scan_gap,
    grouped.orders,
    case when ticket_feeds.shop_id is not null then grouped.tickets end as tickets,
    case
        when ticket_feeds.shop_id is not null
            then 100 * {{ ratio('grouped.tickets', 'grouped.orders') }}
    end as tickets_per_100_orders
from grouped
left join ticket_feeds
    on grouped.shop_id = ticket_feeds.shop_id
