{# A number that is there is finite and within its bounds. #}
{% test within(model, column_name, minimum=none, maximum=none) %}
select {{ column_name }}
from {{ model }}
where
    {{ column_name }} is not null
    and (
        cast({{ column_name }} as double) <> cast({{ column_name }} as double)
        {% if minimum is not none %}or {{ column_name }} < {{ minimum }}{% endif %}
        {% if maximum is not none %}or {{ column_name }} > {{ maximum }}{% endif %}
        or cast({{ column_name }} as double) in (cast('inf' as double), cast('-inf' as double), cast('nan' as double))
    )
{% endtest %}
