{#-
  The newest version of every order, line by line: what differs between lines. What an order says on
  each of them is read by `int_orders` from the line marked first.

  A version is the rows with the same order-level stamps and status; within it each SKU comes from
  one file. Most orders stand in one file once and need no choice; of the others only narrow rows are
  ranked, and the wide ones fetched afterwards.

  `is_first_line` marks one line an order, by its content. `is_ranked` marks the orders in which a SKU may stand in more than one line.
  `order_key` stands for shop and order id in every join below: one number instead of two texts. It
  is the place of the order's first row (file and row number) and means nothing outside of a build.
-#}
{%- set stamps = ['created_at', 'paid_at', 'rts_at', 'shipped_at', 'delivered_at', 'cancelled_at'] -%}
{%- set columns = [
    'shop_id', 'order_id', 'sku_id', 'seller_sku', 'package_id', 'tracking_number', 'product_name',
    'shipping_provider_name', 'tracking_fits', 'creator_handle', 'quantity', 'created_on', 'row_key'
] -%}
{%- set is_given_away -%}
    coalesce(lines.subtotal_after_discount = 0 and lines.subtotal_before_discount > 0, false)
{%- endset -%}
-- Orders of more than one row, and whether those are plainly two SKUs of one file and version.
with repeated_orders as (

    select
        shop_id,
        order_id,
        min(row_key) as order_key,
        count(*) as order_rows,
        min(sku_fingerprint) as first_sku_fingerprint,
        not (
            count(*) = 2
            and min(sku_fingerprint) <> max(sku_fingerprint)
            and min(source_fingerprint) = max(source_fingerprint)
            and min(version_fingerprint) = max(version_fingerprint)
        ) as needs_ranking
    from (
        select
            shop_id,
            order_id,
            row_key,
            version_fingerprint,
            {{ row_fingerprint(['sku_id']) }} as sku_fingerprint,
            {{ row_fingerprint(['source_id']) }} as source_fingerprint
        from {{ ref('int_order_rows') }}
    ) as narrow
    group by shop_id, order_id
    having count(*) > 1

),

ranked_rows as (

    select
        repeated_orders.order_key,
        lines.row_key,
        coalesce(lines.sku_id, '') as sku_id,
        lines.source_id,
        lines.version_fingerprint,
        {{ row_fingerprint([
            'lines.seller_sku', 'package_id', 'tracking_number', 'normal_or_pre_order', 'product_name',
            'cancel_by', 'cancel_reason', 'fulfillment_type', 'warehouse_name', 'delivery_option_type',
            'delivery_option', 'shipping_provider_name', 'state', 'zip3', 'payment_method',
            'order_channel', 'creator_handle', 'quantity', 'subtotal_before_discount',
            'subtotal_after_discount', 'order_amount', 'currency'
        ]) }} as content_fingerprint
    from {{ ref('int_order_rows') }} as lines
    inner join repeated_orders
        on
            lines.shop_id = repeated_orders.shop_id
            and lines.order_id = repeated_orders.order_id
            and repeated_orders.needs_ranking

),

versions as (

    select
        repeated_orders.order_key,
        lines.version_fingerprint,
        max(
            {% for stamp in stamps -%}
                case when lines.{{ stamp }} is null then 0 else 1 end {{- ' + ' if not loop.last }}
            {% endfor %}
        ) as stamp_count,
        max(greatest(
            {%- for stamp in stamps %} lines.{{ stamp }} {{- ',' if not loop.last }}{% endfor -%}
        )) as latest_stamp,
        max(lines.order_status) as order_status,
        max(lines.order_substatus) as order_substatus
    from {{ ref('int_order_rows') }} as lines
    inner join repeated_orders
        on
            lines.shop_id = repeated_orders.shop_id
            and lines.order_id = repeated_orders.order_id
            and repeated_orders.needs_ranking
    group by repeated_orders.order_key, lines.version_fingerprint

),

newest_versions as (

    select
        versions.order_key,
        versions.version_fingerprint
    from versions
    left join {{ ref('order_statuses') }} as statuses
        on versions.order_status = statuses.status
    left join {{ ref('order_statuses') }} as substatuses
        on versions.order_substatus = substatuses.status
    qualify row_number() over (
        partition by versions.order_key
        order by
            versions.stamp_count desc nulls last,
            versions.latest_stamp desc nulls last,
            greatest(coalesce(statuses.rank, -1), coalesce(substatuses.rank, -1)) desc nulls last,
            versions.version_fingerprint desc nulls last
    ) = 1

),

newest_rows as (

    -- A row that stands twice in one file is one row.
    select
        ranked_rows.order_key,
        ranked_rows.sku_id,
        ranked_rows.source_id,
        ranked_rows.content_fingerprint,
        min(ranked_rows.row_key) as row_key
    from ranked_rows
    inner join newest_versions
        on
            ranked_rows.order_key = newest_versions.order_key
            and ranked_rows.version_fingerprint = newest_versions.version_fingerprint
    group by
        ranked_rows.order_key,
        ranked_rows.sku_id,
        ranked_rows.source_id,
        ranked_rows.content_fingerprint

),

sku_files as (

    select
        order_key,
        sku_id,
        source_id
    from newest_rows
    group by order_key, sku_id, source_id
    qualify row_number() over (
        partition by order_key, sku_id
        order by
            count(*) desc nulls last,
            min(content_fingerprint) desc nulls last,
            max(content_fingerprint) desc nulls last,
            source_id nulls last
    ) = 1

),

chosen as (

    select
        newest_rows.order_key,
        newest_rows.row_key,
        count(*) over (partition by newest_rows.order_key) as order_rows,
        row_number() over (
            partition by newest_rows.order_key
            order by newest_rows.sku_id nulls last, newest_rows.content_fingerprint nulls last
        ) = 1 as is_first_line
    from newest_rows
    inner join sku_files
        on
            newest_rows.order_key = sku_files.order_key
            and newest_rows.sku_id = sku_files.sku_id
            and newest_rows.source_id = sku_files.source_id

),

gathered as (

    select
        {% for column in columns %}lines.{{ column }}, {% endfor %}
        {{ is_given_away }} as is_given_away,
        coalesce(repeated_orders.order_key, lines.row_key) as order_key,
        cast(coalesce(repeated_orders.order_rows, 1) as integer) as order_rows,
        coalesce(
            repeated_orders.first_sku_fingerprint = {{ row_fingerprint(['lines.sku_id']) }}, true
        ) as is_first_line,
        false as is_ranked
    from {{ ref('int_order_rows') }} as lines
    left join repeated_orders
        on
            lines.shop_id = repeated_orders.shop_id
            and lines.order_id = repeated_orders.order_id
    where not coalesce(repeated_orders.needs_ranking, false)

    union all

    select
        {% for column in columns %}lines.{{ column }}, {% endfor %}
        {{ is_given_away }} as is_given_away,
        chosen.order_key,
        cast(chosen.order_rows as integer) as order_rows,
        chosen.is_first_line,
        true as is_ranked
    from {{ ref('int_order_rows') }} as lines
    inner join chosen
        on lines.row_key = chosen.row_key

)

select
    gathered.*,
    coalesce(creators.creator_handle, gathered.creator_handle) as credited_creator
from gathered
left join {{ ref('int_creators_by_line') }} as creators
    on
        gathered.shop_id = creators.shop_id
        and gathered.order_id = creators.order_id
        and coalesce(gathered.sku_id, '') = creators.sku_id
