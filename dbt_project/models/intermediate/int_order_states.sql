{#-
  When an order was dispatched and delivered, and on which days that was the answer.

  Until the tracking feed first knows one of an order's packages the platform's own stamps decide;
  from that day on the scans do, and the order is dispatched when its last package is. An order has
  one row for each of the two answers that has a day to be valid on: [valid_from_on, valid_to_on).
-#}
with scans as (

    select
        shop_id,
        order_id,
        min(coalesce(carrier, carrier_name)) as carrier,
        min(first_event_on) as known_from_on,
        count(*) as packages,
        count(dispatched_at) as dispatched_packages,
        max(dispatched_at) as dispatched_at,
        max(dispatched_on) as dispatched_on,
        count(delivered_at) as delivered_packages,
        max(delivered_at) as delivered_at,
        max(delivered_on) as delivered_on
    from {{ ref('int_order_package_scans') }}
    group by shop_id, order_id

),

orders as (

    select
        orders.shop_id,
        orders.order_id,
        orders.is_rated,
        orders.is_fbt,
        orders.is_express,
        orders.counts_from_on,
        orders.created_on,
        orders.cancelled_at,
        orders.cancelled_on,
        orders.dispatch_due_at,
        orders.dispatch_due_on,
        orders.deliver_by_at,
        orders.deliver_by_on,
        orders.dispatch_event,
        orders.rts_at,
        orders.rts_on,
        orders.shipped_at,
        orders.shipped_on,
        orders.delivered_at,
        orders.delivered_on,
        scans.carrier,
        scans.known_from_on,
        case when scans.packages = scans.dispatched_packages then scans.dispatched_at end as scanned_at,
        case when scans.packages = scans.dispatched_packages then scans.dispatched_on end as scanned_on,
        case when scans.packages = scans.delivered_packages then scans.delivered_at end as scan_delivered_at,
        case when scans.packages = scans.delivered_packages then scans.delivered_on end as scan_delivered_on
    from {{ ref('int_orders') }} as orders
    left join scans
        on
            orders.shop_id = scans.shop_id
            and orders.order_id = scans.order_id

)

{% for answer in ['stamps', 'scans'] -%}
select
    shop_id,
    order_id,
    is_rated,
    is_fbt,
    is_express,
    counts_from_on,
    cancelled_at,
    cancelled_on,
    dispatch_due_at,
    dispatch_due_on,
    deliver_by_at,
    deliver_by_on,
    carrier,
    {% if answer == 'stamps' -%}
    created_on as valid_from_on,
    known_from_on as valid_to_on,
    case when dispatch_event = 'tracking_uploaded' then rts_at else shipped_at end as dispatched_at,
    case when dispatch_event = 'tracking_uploaded' then rts_on else shipped_on end as dispatched_on,
    delivered_at,
    delivered_on
    {%- else -%}
    greatest(created_on, known_from_on) as valid_from_on,
    cast(null as date) as valid_to_on,
    case when dispatch_event = 'tracking_uploaded' then rts_at else scanned_at end as dispatched_at,
    case when dispatch_event = 'tracking_uploaded' then rts_on else scanned_on end as dispatched_on,
    scan_delivered_at as delivered_at,
    scan_delivered_on as delivered_on
    {%- endif %}
from orders
where {% if answer == 'stamps' %}known_from_on is null or known_from_on > created_on{% else %}known_from_on is not null{% endif %}
{{ 'union all' if not loop.last }}
{% endfor %}
