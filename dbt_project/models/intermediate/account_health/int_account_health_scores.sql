{#-
  The ledger: the score at the end of every day, from the opening points of the policy and the events
  that count on that day. The bounds are applied to the sum of a day and never carried on, so points
  beyond a bound still count when others roll off. Scores that the platform shows do not bend it.
-#}
with newest_days as (

    select shop_id, max(as_of_on) as newest_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

first_days as (

    -- A shop without an event by its newest day has no ledger: nothing says that its log is empty.
    select
        first_events.shop_id,
        newest_days.newest_on,
        least(first_events.first_on, coalesce(first_orders.first_on, first_events.first_on)) as first_on
    from (
        select shop_id, min(recorded_on) as first_on
        from {{ ref('int_account_health_events') }}
        group by shop_id
    ) as first_events
    inner join newest_days
        on
            first_events.shop_id = newest_days.shop_id
            and first_events.first_on <= newest_days.newest_on
    left join (
        select shop_id, min(created_on) as first_on
        from {{ ref('int_orders') }}
        group by shop_id
    ) as first_orders
        on first_events.shop_id = first_orders.shop_id

),

days as (

    select
        days.shop_id,
        days.day_on as as_of_on,
        days.policy_version,
        versions.points_kind,
        versions.opening_points,
        versions.lowest_points,
        versions.highest_points
    from {{ ref('int_policy_days') }} as days
    inner join first_days
        on
            days.shop_id = first_days.shop_id
            and days.day_on between first_days.first_on and first_days.newest_on
    inner join {{ ref('policy_versions') }} as versions
        on days.policy_version = versions.policy_version

),

changes as (

    select
        shop_id,
        recorded_on as as_of_on,
        case when kind = 'gain' then points_change else 0 end as gained,
        case when kind = 'violation' then points_change else 0 end as lost,
        case when kind = 'appeal' then points_change else 0 end as appealed,
        0 as rolled_off
    from {{ ref('int_account_health_events') }}

    union all

    select
        shop_id,
        off_on as as_of_on,
        0 as gained,
        0 as lost,
        0 as appealed,
        -points_change as rolled_off
    from {{ ref('int_account_health_events') }}

),

daily_changes as (

    select
        shop_id,
        as_of_on,
        {% for part in ['gained', 'lost', 'appealed', 'rolled_off'] -%}
        cast(sum({{ part }}) as bigint) as {{ part }}{{ ',' if not loop.last }}
        {% endfor %}
    from changes
    group by shop_id, as_of_on

),

summed as (

    select
        days.*,
        {% for part in ['gained', 'lost', 'appealed', 'rolled_off'] -%}
        coalesce(daily_changes.{{ part }}, 0) as {{ part }},
        {% endfor -%}
        cast(
            days.opening_points
            + sum(coalesce(gained + lost + appealed + rolled_off, 0)) over (
                partition by days.shop_id
                order by days.as_of_on nulls last
                rows between unbounded preceding and current row
            ) as bigint
        ) as unbounded_score,
        cast(
            sum(coalesce(abs(gained), 0)) over (
                partition by days.shop_id
                order by days.as_of_on nulls last
                rows between 29 preceding and current row
            ) as bigint
        ) as gained_in_30_days
    from days
    left join daily_changes
        on
            days.shop_id = daily_changes.shop_id
            and days.as_of_on = daily_changes.as_of_on

),

bounded as (

    select
        *,
        cast(greatest(lowest_points, least(highest_points, unbounded_score)) as bigint) as score
    from summed

),

opened as (

    select
        *,
        cast(
            coalesce(
                lag(score) over (partition by shop_id order by as_of_on nulls last), opening_points
            ) as bigint
        ) as opening
    from bounded

)

select
    shop_id,
    as_of_on,
    policy_version,
    points_kind,
    cast(opening_points as bigint) as opening_points,
    cast(lowest_points as bigint) as lowest_points,
    cast(highest_points as bigint) as highest_points,
    opening,
    gained,
    lost,
    appealed,
    rolled_off,
    -- What the bounds took or gave back, and what a new opening of the policy does.
    score - opening - gained - lost - appealed - rolled_off as clamped,
    score,
    unbounded_score,
    gained_in_30_days
from opened
