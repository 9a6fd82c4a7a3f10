{#- How long a carrier takes to scan what it was handed over, by the hour of the hand-over. -#}
with now as (

    select
        current_days.shop_id,
        current_days.as_of_on,
        first_days.starts_at as window_starts_at
    from {{ ref('int_current_days') }} as current_days
    inner join {{ source('inputs', 'shop_days') }} as first_days
        on
            current_days.shop_id = first_days.shop_id
            and first_days.day_on = {{ add_days('current_days.as_of_on', -29) }}

),

-- Hours are told from the start of the local day; what waited longer than a month has none.
days as (

    select
        shop_days.shop_id,
        shop_days.starts_at,
        shop_days.ends_at
    from {{ source('inputs', 'shop_days') }} as shop_days
    inner join now
        on
            shop_days.shop_id = now.shop_id
            and shop_days.day_on between {{ add_days('now.as_of_on', -59) }} and now.as_of_on

),

scanned as (

    select
        timelines.shop_id,
        coalesce(scans.carrier, '(unknown)') as carrier,
        timelines.first_scan_hours as hours,
        timelines.is_late and timelines.tendered_at <= timelines.dispatch_due_at as is_late_scan,
        {{ hours_between('days.starts_at', 'timelines.tendered_at') }} as hour_of_day
    from {{ ref('int_dispatch_timelines') }} as timelines
    inner join now
        on
            timelines.shop_id = now.shop_id
            and timelines.first_scan_at >= now.window_starts_at
    left join days
        on
            timelines.shop_id = days.shop_id
            and timelines.tendered_at >= days.starts_at
            and timelines.tendered_at < days.ends_at
    left join {{ ref('int_order_scans') }} as scans
        on timelines.order_key = scans.order_key
    where timelines.tendered_at is not null

),

windowed as (

    select
        scanned.*,
        case
            when hour_of_day < 12 then '00-12'
            when hour_of_day < 15 then '12-15'
            when hour_of_day < 18 then '15-18'
            when hour_of_day >= 18 then '18-24'
            else '(unknown)'
        end as pickup_window
    from scanned

)

select
    shop_id,
    'rolling_30d' as window_name,
    carrier,
    case when grouping(pickup_window) = 1 then '(all)' else pickup_window end as pickup_window,
    cast(count(*) as bigint) as orders,
    cast(count(case when is_late_scan then 1 end) as bigint) as late_scans,
    percentile_cont(0.5) within group (order by hours) as p50_hours,
    percentile_cont(0.9) within group (order by hours) as p90_hours,
    {{ ratio('count(case when hours > 24 then 1 end)', 'count(*)') }} as share_over_24_hours
from windowed
group by grouping sets ((shop_id, carrier), (shop_id, carrier, pickup_window))
