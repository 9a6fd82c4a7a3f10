{{ config(materialized='view') }}
{#-
  How far each open order is, by the stamps before its moment, and which stamps its warehouse gives at
  all: what is never stamped is unknown, not undone.
-#}
{%- set stages = dispatch_stages() -%}
{%- set warehouse_stages = stages[1:-1] -%}
{#- The goods' own way: a label may be made at any point of it. -#}
{%- set places = {'confirmed_at': 1, 'allocated_at': 2, 'picked_at': 3, 'quality_checked_at': 4, 'packed_at': 5, 'tendered_at': 6} -%}
with seen as (

    select
        orders.shop_id,
        orders.order_key,
        orders.moment_at,
        orders.dispatch_due_at,
        orders.created_at,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse,
        coalesce(orders.carrier, stages.carrier, '(unknown)') as carrier,
        {%- for _, stamp in warehouse_stages %}
        case when stages.{{ stamp }} < orders.moment_at then stages.{{ stamp }} end as {{ stamp }},
        {%- endfor %}
        orders.rts_at
    from {{ ref('int_open_orders') }} as orders
    left join {{ ref('int_order_stages') }} as stages
        on orders.order_key = stages.order_key
    left join {{ ref('int_order_warehouses') }} as origins
        on orders.order_key = origins.order_key

),

past as (

    select
        times.shop_id,
        times.warehouse,
        times.stage
    from {{ ref('int_stage_times') }} as times
    inner join {{ ref('int_moments') }} as moments
        on
            times.shop_id = moments.shop_id
            and times.dispatched_on < moments.today_on

),

given as (

    select
        shop_id,
        warehouse,
        {%- for stage, _ in warehouse_stages %}
        bool_or(stage = '{{ stage }}') as gives_{{ stage }}{{ ',' if not loop.last }}
        {%- endfor %}
    from past
    group by shop_id, warehouse

),

uploading as (

    select distinct shop_id
    from past
    where stage = 'tracking_uploaded'

),

placed as (

    select
        seen.*,
        coalesce(
            {%- for _, stamp in warehouse_stages %}
            {{ stamp }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) is not null as is_known_to_warehouse,
        case
            {%- for stamp, place in places.items() | reverse %}
            when {{ stamp }} is not null then {{ place }}
            {%- endfor %}
            else 0
        end as place,
        case
            {%- for stage, stamp in stages[1:] | reverse %}
            when {{ stamp }} is not null then '{{ stage }}'
            {%- endfor %}
            else 'created'
        end as stage,
        coalesce(
            {%- for _, stamp in stages | reverse %}
            {{ stamp }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as stage_at
    from seen

)

select
    placed.*,
    {{ hour_bin(hours_between('placed.stage_at', 'placed.moment_at')) }} as elapsed_hours,
    coalesce(
        {{ hour_bin(hours_between('placed.stage_at', 'placed.dispatch_due_at')) }},
        {{ longest_stage_hours() }}
    ) as due_hours,
    {%- for stage, _ in warehouse_stages %}
    coalesce(given.gives_{{ stage }}, false) as gives_{{ stage }},
    {%- endfor %}
    uploading.shop_id is not null as gives_tracking_uploaded
from placed
left join given
    on
        placed.shop_id = given.shop_id
        and placed.warehouse = given.warehouse
left join uploading
    on placed.shop_id = uploading.shop_id
