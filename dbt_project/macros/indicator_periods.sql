{#-
  The two weeks that the indicators of an as-of day are held against each other: the seven days that
  end with it (`now`) and the seven before (`before`). One row an as-of day and period.
-#}
{% macro indicator_periods() -%}
select
    as_of.shop_id,
    as_of.as_of_on,
    periods.period,
    {{ add_days('as_of.as_of_on', '-periods.days_ago') }} as ends_on,
    {{ add_days('as_of.as_of_on', '-periods.days_ago - 6') }} as starts_on
from {{ source('inputs', 'as_of') }} as as_of
cross join (
    select 'now' as period, 0 as days_ago union all
    select 'before' as period, 7 as days_ago
) as periods
{%- endmacro %}

{# A change whose day is in a period, and that was known by the period's end. #}
{% macro known_in_period(changes, period, on='window_on') -%}
    {{ period }}.shop_id = {{ changes }}.shop_id
    and {{ changes }}.{{ on }} between {{ period }}.starts_on and {{ period }}.ends_on
    and {{ changes }}.known_on <= {{ period }}.ends_on
{%- endmacro %}
