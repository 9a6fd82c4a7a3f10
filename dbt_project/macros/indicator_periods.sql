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
