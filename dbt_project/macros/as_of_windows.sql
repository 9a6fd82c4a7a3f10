{# A change that is in the 30 days up to an as-of day and known by its end. #}
{% macro in_last_30_days(changes, as_of='as_of') -%}
    {{ as_of }}.shop_id = {{ changes }}.shop_id
    and {{ changes }}.window_on between {{ add_days(as_of ~ '.as_of_on', -29) }} and {{ as_of }}.as_of_on
    and {{ changes }}.known_on <= {{ as_of }}.as_of_on
{%- endmacro %}

{#
  The days that the windows of some as-of day can reach, by shop: from `days` days before the first
  as-of day to the last one. For signed changes that no older day can need.
#}
{% macro as_of_reach(days) -%}
select
    shop_id,
    {{ add_days('min(as_of_on)', -days) }} as from_on,
    max(as_of_on) as to_on
from {{ source('inputs', 'as_of') }}
group by shop_id
{%- endmacro %}
