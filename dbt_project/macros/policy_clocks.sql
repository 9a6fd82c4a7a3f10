{# Minutes from a wall-clock time, as '14:00', to the end of its day. #}
{% macro cutoff_minutes_left(cutoff) -%}
    1440 - cast(substring({{ cutoff }}, 1, 2) as int) * 60 - cast(substring({{ cutoff }}, 4, 2) as int)
{%- endmacro %}

{#
  The moment `minutes` before another. Clocks change before dawn, so a cut-off counted back from the
  end of its day is right on those days too.
#}
{% macro minutes_before(moment, minutes) -%}
    {{ dbt.dateadd('minute', '-(' ~ minutes ~ ')', moment) }}
{%- endmacro %}

{#
  The kind of an order by the words of its export, null for a regular one. `words` is folded text
  that begins with the column `Normal or Pre-order`.
#}
{% macro special_order_type(words) -%}
    case
        when {{ words }} like 'pre%' then 'pre_order'
        when {{ words }} like 'made%to%order%' then 'made_to_order'
        when {{ words }} like 'back%order%' then 'backorder'
        when {{ words }} like 'custom%' then 'custom'
    end
{%- endmacro %}
