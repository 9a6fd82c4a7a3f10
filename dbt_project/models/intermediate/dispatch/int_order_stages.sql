{#-
  How far the warehouse was with each order, and when: a stage is done when the last of the order's
  shipments is through it, and null while one of them is not.
-#}
{%- set stages = {
    'confirmed_at': 'received_at',
    'allocated_at': 'allocated_at',
    'picked_at': 'picked_at',
    'quality_checked_at': 'quality_checked_at',
    'packed_at': 'packed_at',
    'labelled_at': 'label_created_at',
    'tendered_at': 'tendered_at',
    'uploaded_at': 'tracking_uploaded_at',
} -%}
select
    order_key,
    min(shop_id) as shop_id,
    cast(count(*) as bigint) as shipments,
    min(warehouse_id) as warehouse_id,
    min(carrier) as carrier,
    {%- for stage, stamp in stages.items() %}
    case when count({{ stamp }}) = count(*) then max({{ stamp }}) end as {{ stage }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_shipments') }}
group by order_key
