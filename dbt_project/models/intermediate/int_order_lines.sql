{#-
  The newest version of every order, line by line.

  An order that stands in one row needs no choice: only the others go through the ranking. A version
  is the rows with the same order-level stamps and status; within it each SKU comes from one file.
-#}
{%- set stamps = ['created_at', 'paid_at', 'rts_at', 'shipped_at', 'delivered_at', 'cancelled_at'] -%}
with lines as (

    select * from {{ ref('stg_seller_center__order_lines') }}

),

repeated_orders as (

    select shop_id, order_id
    from lines
    group by shop_id, order_id
    having count(*) > 1

),

repeated as (

    select
        lines.*,
        {{ row_fingerprint([
            'lines.seller_sku', 'package_id', 'tracking_number', 'normal_or_pre_order', 'product_name',
            'cancel_by', 'cancel_reason', 'fulfillment_type', 'warehouse_name', 'delivery_option_type',
            'delivery_option', 'shipping_provider_name', 'state', 'zip3', 'payment_method',
            'order_channel', 'creator_handle', 'quantity', 'subtotal_before_discount',
            'subtotal_after_discount', 'order_amount', 'currency'
        ]) }} as content_fingerprint
    from lines
    inner join repeated_orders
        on
            lines.shop_id = repeated_orders.shop_id
            and lines.order_id = repeated_orders.order_id

),

versions as (

    select
        repeated.shop_id,
        repeated.order_id,
        repeated.version_fingerprint,
        max(
            {% for stamp in stamps -%}
                case when repeated.{{ stamp }} is null then 0 else 1 end {{- ' + ' if not loop.last }}
            {% endfor %}
        ) as stamp_count,
        max(greatest(
            {%- for stamp in stamps %} repeated.{{ stamp }} {{- ',' if not loop.last }}{% endfor -%}
        )) as latest_stamp,
        max(greatest(coalesce(statuses.rank, -1), coalesce(substatuses.rank, -1))) as status_rank
    from repeated
    left join {{ ref('order_statuses') }} as statuses
        on repeated.order_status = statuses.status
    left join {{ ref('order_statuses') }} as substatuses
        on repeated.order_substatus = substatuses.status
    group by repeated.shop_id, repeated.order_id, repeated.version_fingerprint

),

newest_versions as (

    select shop_id, order_id, version_fingerprint
    from versions
    qualify row_number() over (
        partition by shop_id, order_id
        order by
            stamp_count desc nulls last,
            latest_stamp desc nulls last,
            status_rank desc nulls last,
            version_fingerprint desc nulls last
    ) = 1

),

newest_rows as (

    -- A row that stands twice in one file is one row.
    select repeated.*
    from repeated
    inner join newest_versions
        on
            repeated.shop_id = newest_versions.shop_id
            and repeated.order_id = newest_versions.order_id
            and repeated.version_fingerprint = newest_versions.version_fingerprint
    qualify row_number() over (
        partition by
            repeated.shop_id,
            repeated.order_id,
            repeated.sku_id,
            repeated.source_id,
            repeated.content_fingerprint
        order by repeated.sku_id nulls last
    ) = 1

),

sku_files as (

    select
        shop_id,
        order_id,
        sku_id,
        source_id
    from newest_rows
    group by shop_id, order_id, sku_id, source_id
    qualify row_number() over (
        partition by shop_id, order_id, sku_id
        order by
            count(*) desc nulls last,
            min(content_fingerprint) desc nulls last,
            max(content_fingerprint) desc nulls last,
            source_id nulls last
    ) = 1

),

chosen as (

    select newest_rows.*
    from newest_rows
    inner join sku_files
        on
            newest_rows.shop_id = sku_files.shop_id
            and newest_rows.order_id = sku_files.order_id
            and newest_rows.source_id = sku_files.source_id
            and coalesce(newest_rows.sku_id, '') = coalesce(sku_files.sku_id, '')

),

{% set columns = [
    'shop_id', 'order_id', 'sku_id', 'seller_sku', 'package_id', 'tracking_number',
    'normal_or_pre_order', 'product_name', 'cancel_by', 'cancel_reason', 'fulfillment_type',
    'warehouse_name', 'delivery_option_type', 'delivery_option', 'shipping_provider_name',
    'tracking_fits', 'state', 'zip3', 'payment_method', 'order_channel', 'creator_handle', 'quantity',
    'subtotal_before_discount', 'subtotal_after_discount', 'order_amount', 'currency', 'created_at',
    'created_on', 'paid_at', 'paid_on', 'rts_at', 'rts_on', 'shipped_at', 'shipped_on',
    'delivered_at', 'delivered_on', 'cancelled_at', 'cancelled_on'
] -%}
single as (

    select lines.*
    from lines
    left join repeated_orders
        on
            lines.shop_id = repeated_orders.shop_id
            and lines.order_id = repeated_orders.order_id
    where repeated_orders.order_id is null

)

select {{ columns | join(', ') }}, cast(1 as integer) as order_rows from single
union all
select
    {{ columns | join(', ') }},
    cast(count(*) over (partition by shop_id, order_id) as integer) as order_rows
from chosen
