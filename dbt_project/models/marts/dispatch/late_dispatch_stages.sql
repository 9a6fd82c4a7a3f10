{#- Where the late orders of the last 30 days lost their time, beside what is usual. -#}
{%- set stages = late_stages() -%}
with late as (

    select causes.*
    from {{ ref('late_dispatch_causes') }} as causes
    inner join {{ ref('int_current_days') }} as now
        on
            causes.shop_id = now.shop_id
            and causes.dispatch_due_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on

),

measured as (

    {% for stage in stages -%}
    select
        shop_id,
        case when grouping(warehouse) = 1 then '(all)' else warehouse end as warehouse,
        '{{ stage.name }}' as stage,
        {{ loop.index }} as stage_number,
        count(*) as late_orders,
        count({{ stage.name }}_hours) as stage_orders,
        count(*) filter (where primary_stage = '{{ stage.name }}') as primary_orders,
        -- Decimals: a sum of doubles depends on the order of its rows.
        sum(cast({{ stage.name }}_hours as decimal(18, 9))) as hours,
        sum(cast(elapsed_hours as decimal(18, 9))) as elapsed_hours,
        percentile_cont(0.5) within group (order by {{ stage.name }}_hours) as p50_hours
    from late
    group by grouping sets ((shop_id), (shop_id, warehouse))
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    measured.shop_id,
    'rolling_30d' as window_name,
    measured.warehouse,
    measured.stage,
    cast(measured.stage_number as bigint) as stage_number,
    case
        when measured.stage in ('confirm', 'allocate') then 'sourcing'
        when measured.stage in ('pick', 'pack', 'label') then 'order_processing'
        else 'logistics'
    end as phase,
    cast(measured.late_orders as bigint) as late_orders,
    cast(measured.stage_orders as bigint) as stage_orders,
    cast(measured.primary_orders as bigint) as primary_orders,
    measured.p50_hours,
    usual.p50_hours as usual_p50_hours,
    usual.p90_hours as usual_p90_hours,
    {{ ratio('coalesce(measured.hours, 0)', 'measured.elapsed_hours') }} as share_of_hours
from measured
left join {{ ref('dispatch_stage_times') }} as usual
    on
        measured.shop_id = usual.shop_id
        and measured.warehouse = usual.warehouse
        and measured.stage = usual.stage
