{%- set stages = late_stages() -%}
with timelines as (

    select *
    from {{ ref('int_dispatch_timelines') }}
    where not is_late

),

measured as (

    select
        shop_id,
        case when grouping(warehouse) = 1 then '(all)' else warehouse end as warehouse,
        count(*) as orders
        {%- for stage in stages %},
        count({{ stage.name }}_hours) as {{ stage.name }}_orders,
        percentile_cont(0.5) within group (order by {{ stage.name }}_hours) as {{ stage.name }}_p50_hours,
        percentile_cont(0.9) within group (order by {{ stage.name }}_hours) as {{ stage.name }}_p90_hours
        {%- endfor %}
    from timelines
    group by grouping sets ((shop_id), (shop_id, warehouse))

),

stages as (

    {% for stage in stages -%}
    select {{ loop.index }} as stage_number, '{{ stage.name }}' as stage
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    measured.shop_id,
    measured.warehouse,
    stages.stage,
    cast(stages.stage_number as bigint) as stage_number,
    cast(measured.orders as bigint) as orders,
    cast(
        case stages.stage
            {%- for stage in stages %}
            when '{{ stage.name }}' then measured.{{ stage.name }}_orders
            {%- endfor %}
        end as bigint
    ) as stage_orders,
    case stages.stage
        {%- for stage in stages %}
        when '{{ stage.name }}' then measured.{{ stage.name }}_p50_hours
        {%- endfor %}
    end as p50_hours,
    case stages.stage
        {%- for stage in stages %}
        when '{{ stage.name }}' then measured.{{ stage.name }}_p90_hours
        {%- endfor %}
    end as p90_hours
from measured
cross join stages
