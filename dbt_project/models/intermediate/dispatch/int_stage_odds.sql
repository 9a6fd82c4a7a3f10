{{ config(materialized='view') }}
{#-
  What past orders tell of an open one: of those that were at its stage and still not dispatched after
  as many hours, how many were dispatched past its due time, and within how many hours half and nine
  tenths of them were.

  The orders of the same warehouse and carrier are asked first, then the warehouse's, then the shop's;
  an answer of fewer than 20 orders is none.
-#}
{%- set levels = {'warehouse_carrier': ['warehouse', 'carrier'], 'warehouse': ['warehouse'], 'shop': []} -%}
{%- set key = ['shop_id', 'warehouse', 'carrier', 'stage', 'elapsed_hours', 'due_hours'] -%}
with past as (

    select
        times.shop_id,
        times.warehouse,
        times.carrier,
        times.stage,
        times.hours,
        sum(times.orders) as orders
    from {{ ref('int_stage_times') }} as times
    inner join {{ ref('int_moments') }} as moments
        on
            times.shop_id = moments.shop_id
            and times.dispatched_on < moments.today_on
            and times.dispatched_on >= {{ add_days('moments.today_on', '-' ~ stage_history_days()) }}
    group by times.shop_id, times.warehouse, times.carrier, times.stage, times.hours

),

asked as (

    select distinct {{ key | join(', ') }}
    from {{ ref('int_open_order_stages') }}

),

answers as (

    {% for level, columns in levels.items() -%}
    select
        {% for column in key %}asked.{{ column }}, {% endfor %}
        '{{ level }}' as basis,
        {{ loop.index }} as basis_place,
        past.hours,
        sum(past.orders) as orders
    from asked
    inner join past
        on
            asked.shop_id = past.shop_id
            and asked.stage = past.stage
            {%- for column in columns %}
            and asked.{{ column }} = past.{{ column }}
            {%- endfor %}
            and asked.elapsed_hours <= past.hours
    group by {% for column in key %}asked.{{ column }}, {% endfor %}past.hours
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

running as (

    select
        *,
        sum(orders) over (
            partition by {{ key | join(', ') }}, basis
            order by hours nulls last
            rows between unbounded preceding and current row
        ) as orders_by_then,
        sum(orders) over (partition by {{ key | join(', ') }}, basis) as all_orders
    from answers

),

summed as (

    select
        {{ key | join(', ') }},
        basis,
        basis_place,
        sum(orders) as orders,
        coalesce(sum(case when hours > due_hours then orders end), 0) as late_orders,
        min(case when orders_by_then * 2 >= all_orders then hours end) as p50_hours,
        min(case when orders_by_then * 10 >= all_orders * 9 then hours end) as p90_hours
    from running
    group by {{ key | join(', ') }}, basis, basis_place

)

select
    {{ key | join(', ') }},
    basis,
    cast(orders as bigint) as orders,
    cast(late_orders as bigint) as late_orders,
    p50_hours,
    p90_hours
from summed
where orders >= 20
qualify row_number() over (partition by {{ key | join(', ') }} order by basis_place nulls last) = 1
