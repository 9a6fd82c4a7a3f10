{#-
  What each event of the account health log does to the score, and until when. Points are those of
  the log, the sign is the kind's: a violation takes points away from a score and adds violation
  points, a gain or a won appeal does the opposite. An event counts from its day on and no longer on
  the day on which it rolls off, by the rules of the day on which it was recorded.
-#}
select
    events.shop_id,
    events.event_id,
    events.recorded_at,
    events.recorded_on,
    {{ add_days('events.recorded_on', 'versions.roll_off_days') }} as off_on,
    events.kind,
    coalesce(events.reason, '(none)') as reason,
    events.order_id,
    case
        when events.kind = 'snapshot' then 0
        when (events.kind = 'violation') = (versions.points_kind = 'score')
            then -coalesce(events.points, 0)
        else coalesce(events.points, 0)
    end as points_change,
    events.score_after
from {{ ref('stg_reference__account_health') }} as events
inner join {{ ref('int_policy_days') }} as days
    on
        events.shop_id = days.shop_id
        and events.recorded_on = days.day_on
inner join {{ ref('policy_versions') }} as versions
    on days.policy_version = versions.policy_version
