with scores as (

    select
        *,
        -- More harm is worse, whichever way the points are counted: see `int_account_health_lines`.
        case when points_kind = 'score' then -score else score end as harm,
        case when points_kind = 'score' then -unbounded_score else unbounded_score end as unbounded_harm,
        case when points_kind = 'score' then -opening_points else opening_points end as opening_harm
    from {{ ref('int_account_health_scores') }}

),

lines as (

    select * from {{ ref('int_account_health_lines') }}

),

shown as (

    -- The last score that the platform showed on a day, and the ledger's points of that day after it.
    select
        shop_id,
        recorded_on,
        score_after,
        cast(
            coalesce(
                sum(points_change) over (
                    partition by shop_id, recorded_on
                    order by
                        recorded_at desc nulls last, case when kind = 'snapshot' then 0 else 1 end,
                        event_id desc nulls last
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as bigint
        ) as later_change,
        row_number() over (
            partition by shop_id, recorded_on, score_after is not null
            order by
                recorded_at desc nulls last, case when kind = 'snapshot' then 0 else 1 end,
                event_id desc nulls last
        ) as place
    from {{ ref('int_account_health_events') }}

),

platform as (

    select
        shown.shop_id,
        shown.recorded_on,
        shown.score_after as platform_score,
        shown.score_after - greatest(
            scores.lowest_points, least(scores.highest_points, scores.unbounded_score - shown.later_change)
        ) as platform_difference,
        lead(shown.recorded_on) over (
            partition by shown.shop_id order by shown.recorded_on nulls last
        ) as next_on
    from shown
    inner join scores
        on
            shown.shop_id = scores.shop_id
            and shown.recorded_on = scores.as_of_on
    where shown.score_after is not null and shown.place = 1

),

roll_offs as (

    -- With no further event: the harm that is left from each coming day on which events roll off.
    select
        scores.shop_id,
        scores.as_of_on,
        events.off_on,
        scores.opening_harm,
        scores.unbounded_harm
        - sum(
            sum(
                case when scores.points_kind = 'score' then -events.points_change else events.points_change end
            )
        ) over (
            partition by scores.shop_id, scores.as_of_on
            order by events.off_on nulls last
            rows between unbounded preceding and current row
        ) as harm_left
    from scores
    inner join {{ ref('int_account_health_events') }} as events
        on
            scores.shop_id = events.shop_id
            and scores.as_of_on >= events.recorded_on
            and scores.as_of_on < events.off_on
    where scores.harm > scores.opening_harm
    group by scores.shop_id, scores.as_of_on, events.off_on, scores.opening_harm, scores.unbounded_harm

),

recovered as (

    select
        shop_id,
        as_of_on,
        cast(min({{ dbt.datediff('as_of_on', 'off_on', 'day') }}) as bigint) as days_by_roll_off
    from roll_offs
    where harm_left <= opening_harm
    group by shop_id, as_of_on

),

assumed as (

    select
        rates.shop_id,
        rates.as_of_on,
        cast(sum(assumptions.points) as bigint) as assumed_points
    from {{ ref('kpi_daily') }} as rates
    inner join scores
        on
            rates.shop_id = scores.shop_id
            and rates.as_of_on = scores.as_of_on
    inner join {{ ref('account_health_assumptions') }} as assumptions
        on
            rates.metric = assumptions.reason
            and scores.points_kind = assumptions.points_kind
    where rates.is_evaluated and rates.status = 'enforcement'
    group by rates.shop_id, rates.as_of_on

),

judged as (

    select
        scores.*,
        zones.name as zone,
        opening_zones.name as opening_zone,
        platform.platform_score,
        platform.recorded_on as platform_score_on,
        platform.platform_difference,
        coalesce(assumed.assumed_points, 0) as assumed_points,
        case
            when scores.harm <= scores.opening_harm then 0
            else recovered.days_by_roll_off
        end as days_by_roll_off,
        case
            when scores.harm <= scores.opening_harm then 0
            else {{ ceiling_of('(scores.harm - scores.opening_harm) * 30', 'scores.gained_in_30_days') }}
        end as days_by_gains
    from scores
    left join lines as zones
        on
            scores.policy_version = zones.policy_version
            and zones.kind = 'zone'
            and scores.harm >= zones.from_harm
            and (zones.to_harm is null or scores.harm < zones.to_harm)
    left join lines as opening_zones
        on
            scores.policy_version = opening_zones.policy_version
            and opening_zones.kind = 'zone'
            and scores.opening_harm >= opening_zones.from_harm
            and (opening_zones.to_harm is null or scores.opening_harm < opening_zones.to_harm)
    left join platform
        on
            scores.shop_id = platform.shop_id
            and scores.as_of_on >= platform.recorded_on
            and (platform.next_on is null or scores.as_of_on < platform.next_on)
    left join assumed
        on
            scores.shop_id = assumed.shop_id
            and scores.as_of_on = assumed.as_of_on
    left join recovered
        on
            scores.shop_id = recovered.shop_id
            and scores.as_of_on = recovered.as_of_on

),

looked_back as (

    select
        judged.*,
        -- Before its first day a shop stands at its opening points.
        coalesce(
            lag(zone, 2) over (partition by shop_id order by as_of_on nulls last), opening_zone
        ) as zone_48h_ago
    from judged

)

select
    days.shop_id,
    days.as_of_on,
    days.score,
    days.opening,
    days.gained,
    days.lost,
    days.appealed,
    days.rolled_off,
    days.clamped,
    days.zone,
    reached.points as milestone,
    reached.consequence as milestone_consequence,
    reached.restriction_days,
    ahead.points as next_milestone,
    ahead.consequence as next_milestone_consequence,
    ahead.from_harm - days.harm as points_to_next_milestone,
    coalesce(ahead.from_harm - days.harm <= ahead.warn_before, false) as is_near_milestone,
    days.zone_48h_ago,
    coalesce(days.zone <> days.zone_48h_ago, false) as is_zone_changed,
    days.platform_score,
    days.platform_score_on,
    cast(days.platform_difference as bigint) as platform_difference,
    {{ ratio('days.gained_in_30_days', '30') }} as gain_per_day,
    least(days.days_by_gains, days.days_by_roll_off) as days_to_recover,
    days.days_by_gains,
    days.days_by_roll_off,
    case when days.points_kind = 'score' then days.zone = 'green' end as is_promotion_eligible,
    days.assumed_points,
    greatest(
        days.lowest_points,
        least(
            days.highest_points,
            days.score
            + case when days.points_kind = 'score' then -days.assumed_points else days.assumed_points end
        )
    ) as assumed_what_if_score,
    days.policy_version,
    days.points_kind
from looked_back as days
left join lines as reached
    on
        days.policy_version = reached.policy_version
        and reached.kind = 'milestone'
        and days.harm >= reached.from_harm
        and (reached.to_harm is null or days.harm < reached.to_harm)
left join lines as ahead
    on
        days.policy_version = ahead.policy_version
        and ahead.kind = 'milestone'
        and days.harm < ahead.from_harm
        and (ahead.milder_harm is null or days.harm >= ahead.milder_harm)
