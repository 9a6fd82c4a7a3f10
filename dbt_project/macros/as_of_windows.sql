{# A change that is in the 30 days up to an as-of day and known by its end. #}
{% macro in_last_30_days(changes, as_of='as_of') -%}
    {{ as_of }}.shop_id = {{ changes }}.shop_id
    and {{ changes }}.window_on between {{ add_days(as_of ~ '.as_of_on', -29) }} and {{ as_of }}.as_of_on
    and {{ changes }}.known_on <= {{ as_of }}.as_of_on
{%- endmacro %}
