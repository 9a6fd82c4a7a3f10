{# Whole numbers 0 .. count - 1, one a row. #}
{% macro numbers(count, name) -%}
    {% for number in range(count) -%}
    select cast({{ number }} as integer) as {{ name }}{{ ' union all ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
