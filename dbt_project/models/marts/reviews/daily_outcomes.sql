with days as (

    -- The day itself and the seven before it.
    select
        as_of.shop_id,
        as_of.as_of_on,
        days.day_on
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ source('inputs', 'shop_days') }} as days
        on
            as_of.shop_id = days.shop_id
            and days.day_on between {{ add_days('as_of.as_of_on', -7) }} and as_of.as_of_on

),

happened as (

    -- Each as it was known at the end of its day.
    select shop_id, window_on as day_on, 'late_orders' as outcome, sum(late_orders) as counted
    from {{ ref('int_dispatch_changes') }}
    where part = 'due' and known_on <= window_on
    group by shop_id, window_on

    union all

    select shop_id, window_on as day_on, 'incorrect_tracking' as outcome, sum(defective_packages) as counted
    from {{ ref('int_tracking_changes') }}
    where tracking_defect is not null and known_on <= window_on
    group by shop_id, window_on

    union all

    select
        shop_id,
        requested_on as day_on,
        'refund_demands' as outcome,
        count(distinct return_order_id) as counted
    from {{ ref('stg_seller_center__returns') }}
    where requested_on is not null
    group by shop_id, requested_on

    union all

    select shop_id, recorded_on as day_on, 'account_points' as outcome, sum(points) as counted
    from {{ ref('stg_reference__account_health') }}
    where kind = 'violation'
    group by shop_id, recorded_on

),

health_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__account_health') }}

),

outcomes as (

    select 1 as place, 'late_orders' as outcome union all
    select 2 as place, 'incorrect_tracking' as outcome union all
    select 3 as place, 'refund_demands' as outcome union all
    select 4 as place, 'account_points' as outcome

),

summed as (

    select
        days.shop_id,
        days.as_of_on,
        outcomes.place,
        outcomes.outcome,
        coalesce(sum(case when days.day_on = days.as_of_on then happened.counted end), 0) as counted,
        coalesce(sum(case when days.day_on < days.as_of_on then happened.counted end), 0) as before
    from days
    cross join outcomes
    left join happened
        on
            days.shop_id = happened.shop_id
            and days.day_on = happened.day_on
            and outcomes.outcome = happened.outcome
    group by days.shop_id, days.as_of_on, outcomes.place, outcomes.outcome

)

-- Without its log nobody knows which points were counted against the shop.
select
    summed.shop_id,
    summed.as_of_on,
    cast(summed.place as bigint) as place,
    summed.outcome,
    case
        when summed.outcome <> 'account_points' or health_feeds.shop_id is not null
            then cast(summed.counted as bigint)
    end as counted,
    case
        when summed.outcome <> 'account_points' or health_feeds.shop_id is not null
            then cast(summed.before as double) / 7
    end as usual
from summed
left join health_feeds
    on summed.shop_id = health_feeds.shop_id
