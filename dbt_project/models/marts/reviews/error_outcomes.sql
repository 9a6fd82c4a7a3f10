{%- set links = [
    ('address', 'is_address_wrong', 'shipping_contact', 'is_shipping_contact', true),
    ('sku', 'is_sku_mistake', 'wrong_item_contact', 'is_wrong_item_contact', true),
    ('tracking_update', 'is_tracking_missing', 'shipping_contact', 'is_shipping_contact', true),
    ('unusual_carrier', 'is_unusual_carrier', 'late_delivery', 'is_late_delivery', false),
    ('late_dispatch', 'is_late_dispatch', 'shipping_contact', 'is_shipping_contact', true),
    ('late_delivery', 'is_late_delivery', 'refund', 'is_refunded', false),
] -%}
with orders as (

    select * from {{ ref('int_order_outcomes') }}

),

ticket_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__support_tickets') }}

),

counted as (

    {% for error, is_error, outcome, is_outcome, is_of_tickets in links -%}
    select
        shop_id,
        '{{ error }}' as error,
        '{{ outcome }}' as outcome,
        {{ is_of_tickets }} as is_of_tickets,
        cast(sum(case when {{ is_error }} then 1 else 0 end) as bigint) as orders_with_error,
        cast(sum(case when {{ is_error }} and {{ is_outcome }} then 1 else 0 end) as bigint)
            as outcomes_with_error,
        cast(sum(case when {{ is_error }} then 0 else 1 end) as bigint) as orders_without_error,
        cast(sum(case when {{ is_outcome }} and not {{ is_error }} then 1 else 0 end) as bigint)
            as outcomes_without_error
    from orders
    group by shop_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

known as (

    -- Without the feed nobody knows who wrote in.
    select
        counted.shop_id,
        counted.error,
        counted.outcome,
        counted.orders_with_error,
        counted.orders_without_error,
        case when ticket_feeds.shop_id is not null or not counted.is_of_tickets
            then counted.outcomes_with_error end as outcomes_with_error,
        case when ticket_feeds.shop_id is not null or not counted.is_of_tickets
            then counted.outcomes_without_error end as outcomes_without_error
    from counted
    left join ticket_feeds
        on counted.shop_id = ticket_feeds.shop_id

)

select
    shop_id,
    'rolling_30d' as window_name,
    error,
    outcome,
    orders_with_error,
    outcomes_with_error,
    {{ ratio('outcomes_with_error', 'orders_with_error') }} as value_with_error,
    orders_without_error,
    outcomes_without_error,
    {{ ratio('outcomes_without_error', 'orders_without_error') }} as value_without_error,
    {{ ratio(
        'outcomes_with_error * orders_without_error', 'outcomes_without_error * orders_with_error'
    ) }} as lift
from known
