{#-
  Transit days of each zone as of each day: the rule, replaced by the median of what the scans of the
  last 90 days show where there are at least 30 of them.
-#}
with counted as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        observed.zone,
        observed.transit_days,
        sum(observed.packages) as packages
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_transit_observations') }} as observed
        on
            as_of.shop_id = observed.shop_id
            and observed.delivered_on between {{ add_days('as_of.as_of_on', -89) }} and as_of.as_of_on
    group by as_of.shop_id, as_of.as_of_on, observed.zone, observed.transit_days

),

running as (

    select
        *,
        sum(packages) over (
            partition by shop_id, as_of_on, zone
            order by transit_days nulls last
            rows between unbounded preceding and current row
        ) as packages_so_far,
        sum(packages) over (partition by shop_id, as_of_on, zone) as all_packages
    from counted

),

medians as (

    select
        shop_id,
        as_of_on,
        zone,
        max(all_packages) as packages,
        min(transit_days) as median_days
    from running
    where packages_so_far * 2 >= all_packages
    group by shop_id, as_of_on, zone

)

select
    as_of.shop_id,
    as_of.as_of_on,
    rules.zone,
    cast(case when medians.packages >= 30 then medians.median_days else rules.default_days end as double)
        as transit_days,
    cast(coalesce(medians.packages, 0) as bigint) as observed_packages
from {{ source('inputs', 'as_of') }} as as_of
cross join {{ ref('transit_zones') }} as rules
left join medians
    on
        as_of.shop_id = medians.shop_id
        and as_of.as_of_on = medians.as_of_on
        and rules.zone = medians.zone
