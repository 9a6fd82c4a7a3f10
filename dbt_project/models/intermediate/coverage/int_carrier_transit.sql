{#- Business days from first scan to delivery, by carrier and delivery day; the scan's day is day 0. -#}
select
    packages.shop_id,
    coalesce(packages.carrier, '(unknown)') as carrier,
    packages.delivered_on,
    cast(arrived.business_day_index - sent.business_day_index as integer) as transit_days,
    cast(count(*) as bigint) as packages
from {{ ref('int_packages') }} as packages
inner join {{ ref('int_policy_days') }} as sent
    on
        packages.shop_id = sent.shop_id
        and packages.first_possession_on = sent.day_on
inner join {{ ref('int_policy_days') }} as arrived
    on
        packages.shop_id = arrived.shop_id
        and packages.delivered_on = arrived.day_on
group by
    packages.shop_id,
    coalesce(packages.carrier, '(unknown)'),
    packages.delivered_on,
    arrived.business_day_index - sent.business_day_index
