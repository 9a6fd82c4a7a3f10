{#-
  How long the orders of the last thirty days spent in each stage before their dispatch. A stage lasts
  from the last stamp before it to its own; one that was stamped earlier than those lasted no time.
-#}
{%- set steps = [
    ('confirmation', 'confirmed_at'), ('stock', 'allocated_at'), ('picking', 'picked_at'), ('packing', 'packed_at'),
    ('label', 'labelled_at'), ('hand_over', 'tendered_at'), ('first_scan', 'dispatched_at'),
] -%}
{%- set earlier = ['created_at'] -%}
with stamped as (

    select
        states.shop_id,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse,
        orders.created_at,
        {%- for _, stamp in steps[:-1] %}
        stages.{{ stamp }},
        {%- endfor %}
        states.dispatched_at
    from {{ ref('int_order_states') }} as states
    inner join {{ ref('int_moments') }} as moments
        on
            states.shop_id = moments.shop_id
            and states.dispatched_on < moments.today_on
            and states.dispatched_on >= {{ add_days('moments.today_on', -30) }}
            and states.valid_from_on < moments.today_on
            and (states.valid_to_on is null or states.valid_to_on >= moments.today_on)
    inner join {{ ref('int_orders') }} as orders
        on states.order_key = orders.order_key
    inner join {{ ref('int_order_stages') }} as stages
        on states.order_key = stages.order_key
    left join {{ ref('int_order_warehouses') }} as origins
        on states.order_key = origins.order_key
    where
        states.is_rated
        and not states.is_fbt
        and states.counts_from_on < moments.today_on

),

lasted as (

    {% for step, stamp in steps -%}
    select
        shop_id,
        warehouse,
        '{{ step }}' as stage,
        {{ loop.index }} as place,
        {{ hours_between(earlier[0] if loop.first else 'greatest(' ~ earlier | join(', ') ~ ')', stamp) }} as hours
    from stamped
    where {{ stamp }} is not null
    {% do earlier.append('coalesce(' ~ stamp ~ ', created_at)') -%}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

grouped as (

    select shop_id, warehouse, stage, place, case when hours > 0 then hours else 0 end as hours
    from lasted
    union all
    select shop_id, '(all)' as warehouse, stage, place, case when hours > 0 then hours else 0 end as hours
    from lasted

)

select
    shop_id,
    warehouse,
    stage,
    place,
    cast(count(*) as bigint) as orders,
    avg(hours) as mean_hours,
    percentile_cont(0.5) within group (order by hours) as p50_hours,
    percentile_cont(0.9) within group (order by hours) as p90_hours
from grouped
group by shop_id, warehouse, stage, place
