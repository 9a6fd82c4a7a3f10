{# The parts of each dimension add up to the denominator of a rate on the same day and in the same window. #}
{% test parts_add_up_to_rate(model, metric, dimension, part) %}
select
    parts.shop_id,
    parts.as_of_on,
    parts.{{ dimension }},
    parts.total,
    rates.denominator
from (
    select shop_id, as_of_on, window_name, {{ dimension }}, sum({{ part }}) as total
    from {{ model }}
    group by shop_id, as_of_on, window_name, {{ dimension }}
) as parts
inner join {{ ref('kpi_daily') }} as rates
    on
        parts.shop_id = rates.shop_id
        and parts.as_of_on = rates.as_of_on
        and parts.window_name = rates.window_name
        and rates.metric = '{{ metric }}'
        and rates.basis = 'platform'
where parts.total <> rates.denominator
{% endtest %}
