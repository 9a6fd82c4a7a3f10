{#-
  When an order was dispatched and delivered, and on which days that was the answer.

  Until the tracking feed first knows one of an order's packages the platform's own stamps decide;
  from that day on the scans do, and the order is dispatched when its last package is. An order has
  one row for each of the two answers that has a day to be valid on: [valid_from_on, valid_to_on).
-#}
{% for answer in ['stamps', 'scans'] -%}
select
    orders.order_key,
    orders.shop_id,
    orders.is_rated,
    orders.is_fbt,
    orders.is_express,
    orders.counts_from_on,
    orders.cancelled_at,
    orders.cancelled_on,
    orders.dispatch_due_at,
    orders.dispatch_due_on,
    orders.deliver_by_at,
    orders.deliver_by_on,
    scans.carrier,
    {% if answer == 'stamps' -%}
    orders.created_on as valid_from_on,
    scans.known_from_on as valid_to_on,
    case when orders.dispatch_event = 'tracking_uploaded' then orders.rts_at else orders.shipped_at end
        as dispatched_at,
    case when orders.dispatch_event = 'tracking_uploaded' then orders.rts_on else orders.shipped_on end
        as dispatched_on,
    orders.delivered_at,
    orders.delivered_on
    {%- else -%}
    greatest(orders.created_on, scans.known_from_on) as valid_from_on,
    cast(null as date) as valid_to_on,
    case when orders.dispatch_event = 'tracking_uploaded' then orders.rts_at else scans.dispatched_at end
        as dispatched_at,
    case when orders.dispatch_event = 'tracking_uploaded' then orders.rts_on else scans.dispatched_on end
        as dispatched_on,
    scans.delivered_at,
    scans.delivered_on
    {%- endif %}
from {{ ref('int_orders') }} as orders
{% if answer == 'stamps' -%}
left join {{ ref('int_order_scans') }} as scans
    on orders.order_key = scans.order_key
where scans.known_from_on is null or scans.known_from_on > orders.created_on
{%- else -%}
inner join {{ ref('int_order_scans') }} as scans
    on orders.order_key = scans.order_key
where scans.known_from_on is not null
{%- endif %}
{{ 'union all' if not loop.last }}
{% endfor %}
