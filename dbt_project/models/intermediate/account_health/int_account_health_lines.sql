{{ config(materialized='view') }}
{#-
  Zones and milestones of a policy as stretches of harm: how bad a number of points is, whichever way
  the points are counted. Harm is the score with its sign turned, or the violation points as they are,
  so more is always worse. A line holds from its own harm to the next worse one of its kind.
-#}
with lines as (

    select
        milestones.policy_version,
        versions.points_kind,
        milestones.kind,
        milestones.name,
        milestones.points,
        milestones.warn_before,
        milestones.restriction_days,
        milestones.consequence,
        case
            -- A zone of a score reaches down to its points, a zone of violation points up from them.
            when milestones.kind = 'zone' and versions.points_kind = 'score'
                then
                    -coalesce(
                        lead(milestones.points) over (
                            partition by milestones.policy_version, milestones.kind
                            order by milestones.points nulls last
                        ) - 1,
                        versions.highest_points
                    )
            when versions.points_kind = 'score' then -milestones.points
            else milestones.points
        end as from_harm
    from {{ ref('policy_milestones') }} as milestones
    inner join {{ ref('policy_versions') }} as versions
        on milestones.policy_version = versions.policy_version

)

select
    policy_version,
    points_kind,
    kind,
    name,
    cast(points as bigint) as points,
    cast(warn_before as bigint) as warn_before,
    cast(restriction_days as bigint) as restriction_days,
    consequence,
    cast(from_harm as bigint) as from_harm,
    -- Exclusive; null for the worst line.
    cast(lead(from_harm) over severity as bigint) as to_harm,
    -- The next milder line of the kind; null for the mildest.
    cast(lag(from_harm) over severity as bigint) as milder_harm
from lines
window severity as (
    partition by policy_version, kind order by from_harm nulls last
)
