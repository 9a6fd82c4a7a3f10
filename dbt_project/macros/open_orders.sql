{# What the open orders and the times of past orders are told in. #}

{# The stages of an order on its way to its dispatch, in their order: name, and the stamp of it. #}
{% macro dispatch_stages() -%}
    {{ return([
        ('created', 'created_at'),
        ('received', 'confirmed_at'),
        ('allocated', 'allocated_at'),
        ('picked', 'picked_at'),
        ('quality_checked', 'quality_checked_at'),
        ('packed', 'packed_at'),
        ('labelled', 'labelled_at'),
        ('tendered', 'tendered_at'),
        ('tracking_uploaded', 'rts_at'),
    ]) }}
{%- endmacro %}

{# Days whose dispatches tell how long each stage takes. #}
{% macro stage_history_days() -%}60{%- endmacro %}

{# From this many hours on all are one: more than ten days. #}
{% macro longest_stage_hours() -%}240{%- endmacro %}

{# Hours from one moment to another; negative when it lies before. #}
{% macro hours_between(earlier, later) -%}
    ({{ epoch_micros(later) }} - {{ epoch_micros(earlier) }}) / cast(3600000000 as double)
{%- endmacro %}

{# The whole hours of an amount of hours, the longest ones as one. #}
{% macro hour_bin(hours) -%}
    cast(
        case
            when {{ hours }} >= {{ longest_stage_hours() }} then {{ longest_stage_hours() }}
            else floor({{ hours }})
        end as integer
    )
{%- endmacro %}
