{{ config(materialized='view') }}
{#-
  The moment at which each shop is looked at, and the day that it falls on or begins: midnight, for a
  run as of a day; any time of the day for a look in between.
-#}
select
    now.shop_id,
    now.as_of_on,
    now.ends_at as moment_at,
    now.ends_at = days.starts_at as is_midnight,
    days.day_on as today_on,
    days.policy_version,
    -- Business days up to yesterday: what today adds counts as time that is left.
    days.business_day_index - case when days.is_business_day then 1 else 0 end as business_days_before
from {{ ref('int_current_days') }} as now
inner join {{ ref('int_policy_days') }} as days
    on
        now.shop_id = days.shop_id
        and now.ends_at >= days.starts_at
        and now.ends_at < days.ends_at
