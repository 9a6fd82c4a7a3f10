{#-
  Orders by the day they were due, so that late ones that are still open count, and each order once.
-#}
{%- set dimensions = {
    'warehouse': 'warehouse',
    'carrier': 'carrier',
    'seller_sku': 'seller_sku',
    'supplier': 'supplier',
    'creator': 'creator_handle',
    'volume_decile': "coalesce(cast(volume_decile as " ~ dbt.type_string() ~ "), '(unknown)')",
} -%}
with due_orders as (

    select
        orders.shop_id,
        orders.order_key,
        orders.created_on,
        orders.creator_handle,
        orders.dispatch_due_on > {{ add_days('seen.as_of_on', -30) }} as is_in_window
    from {{ ref('int_orders_now') }} as seen
    inner join {{ ref('int_orders') }} as orders
        on seen.order_key = orders.order_key
    where
        seen.is_late_dispatch is not null
        and (seen.dispatched_at is not null or seen.is_overdue_open)
        and orders.dispatch_due_on between {{ add_days('seen.as_of_on', -59) }} and seen.as_of_on

),

segmented as (

    {{ order_segments('due_orders') }}

),

due_segments as (

    select
        due_orders.shop_id,
        due_orders.is_in_window,
        due_orders.creator_handle,
        segmented.warehouse,
        segmented.carrier,
        segmented.seller_sku,
        segmented.supplier,
        segmented.volume_decile
    from due_orders
    inner join segmented
        on due_orders.order_key = segmented.order_key

),

late_segments as (

    select
        causes.*,
        causes.dispatch_due_on > {{ add_days('now.as_of_on', -30) }} as is_in_window
    from {{ ref('late_dispatch_causes') }} as causes
    inner join {{ ref('int_current_days') }} as now
        on causes.shop_id = now.shop_id
    where causes.dispatch_due_on between {{ add_days('now.as_of_on', -59) }} and now.as_of_on

),

due as (

    {% for dimension, value in dimensions.items() -%}
    select
        shop_id,
        '{{ dimension }}' as dimension,
        {{ value }} as segment,
        count(*) filter (where is_in_window) as orders,
        count(*) filter (where not is_in_window) as previous_orders
    from due_segments
    group by shop_id, {{ value }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

late as (

    {% for dimension, value in dimensions.items() -%}
    select
        shop_id,
        '{{ dimension }}' as dimension,
        {{ value }} as segment,
        coalesce(primary_cause, '(all)') as primary_cause,
        count(*) filter (where is_in_window) as late_orders,
        count(*) filter (where not is_in_window) as previous_late_orders
    from late_segments
    group by grouping sets ((shop_id, {{ value }}), (shop_id, {{ value }}, primary_cause))
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

counted as (

    -- Every segment has its line for all causes, also without a late order.
    select
        due.*,
        '(all)' as primary_cause,
        coalesce(late.late_orders, 0) as late_orders,
        coalesce(late.previous_late_orders, 0) as previous_late_orders
    from due
    left join late
        on
            due.shop_id = late.shop_id
            and due.dimension = late.dimension
            and due.segment = late.segment
            and late.primary_cause = '(all)'

    union all

    select
        due.*,
        late.primary_cause,
        late.late_orders,
        late.previous_late_orders
    from due
    inner join late
        on
            due.shop_id = late.shop_id
            and due.dimension = late.dimension
            and due.segment = late.segment
            and late.primary_cause <> '(all)'

)

select
    shop_id,
    'rolling_30d' as window_name,
    dimension,
    segment,
    primary_cause,
    cast(late_orders as bigint) as late_orders,
    cast(orders as bigint) as orders,
    {{ ratio('late_orders', 'orders') }} as value,
    cast(previous_late_orders as bigint) as previous_late_orders,
    cast(previous_orders as bigint) as previous_orders,
    {{ ratio('previous_late_orders', 'previous_orders') }} as previous_value
from counted
where orders > 0 and (primary_cause = '(all)' or late_orders > 0)
