{#- From the score of 30 days before to that of the as-of day, by what moved it. -#}
with spans as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        {{ add_days('as_of.as_of_on', -29) }} as window_start_on
    from {{ source('inputs', 'as_of') }} as as_of

),

ends as (

    select
        spans.shop_id,
        spans.as_of_on,
        spans.window_start_on,
        closing.score as closing_points,
        -- A shop younger than the window starts from its opening points.
        coalesce(opening.opening, closing.opening_points) as opening_points
    from spans
    inner join {{ ref('int_account_health_scores') }} as closing
        on
            spans.shop_id = closing.shop_id
            and spans.as_of_on = closing.as_of_on
    left join {{ ref('int_account_health_scores') }} as opening
        on
            spans.shop_id = opening.shop_id
            and spans.window_start_on = opening.as_of_on

),

movements as (

    select
        ends.shop_id,
        ends.as_of_on,
        events.reason,
        events.kind,
        sum(events.points_change) as points,
        count(*) as events
    from ends
    inner join {{ ref('int_account_health_events') }} as events
        on
            ends.shop_id = events.shop_id
            and events.recorded_on between ends.window_start_on and ends.as_of_on
            and events.kind <> 'snapshot'
    group by ends.shop_id, ends.as_of_on, events.reason, events.kind

    union all

    select
        ends.shop_id,
        ends.as_of_on,
        events.reason,
        'rolled_off' as kind,
        -sum(events.points_change) as points,
        count(*) as events
    from ends
    inner join {{ ref('int_account_health_events') }} as events
        on
            ends.shop_id = events.shop_id
            and events.off_on between ends.window_start_on and ends.as_of_on
            and events.kind <> 'snapshot'
    group by ends.shop_id, ends.as_of_on, events.reason

),

bounds as (

    select
        ends.shop_id,
        ends.as_of_on,
        ends.closing_points - ends.opening_points - coalesce(sum(movements.points), 0) as points
    from ends
    left join movements
        on
            ends.shop_id = movements.shop_id
            and ends.as_of_on = movements.as_of_on
    group by ends.shop_id, ends.as_of_on, ends.closing_points, ends.opening_points

),

steps as (

    select shop_id, as_of_on, '(all)' as reason, 'opening' as kind, opening_points as points, 0 as events
    from ends

    union all

    select shop_id, as_of_on, reason, kind, points, events
    from movements

    union all

    select shop_id, as_of_on, '(all)' as reason, 'clamped' as kind, points, 0 as events
    from bounds
    where points <> 0

    union all

    select shop_id, as_of_on, '(all)' as reason, 'closing' as kind, closing_points as points, 0 as events
    from ends

)

select
    shop_id,
    as_of_on,
    'rolling_30d' as window_name,
    reason,
    kind,
    cast(points as bigint) as points,
    cast(events as bigint) as events
from steps
