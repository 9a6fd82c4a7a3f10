{#- Promotions that run or begin in the 30 days after an as-of day, held against the score of that day. -#}
with ahead as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        promotions.promotion_id,
        promotions.promotion_name,
        promotions.starts_on,
        promotions.ends_on,
        promotions.min_score
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('stg_reference__promotions') }} as promotions
        on
            as_of.shop_id = promotions.shop_id
            and promotions.ends_on > as_of.as_of_on
            and promotions.starts_on <= {{ add_days('as_of.as_of_on', 30) }}

),

green as (

    select policy_version, points as green_score
    from {{ ref('int_account_health_lines') }}
    where kind = 'zone' and name = 'green' and points_kind = 'score'

),

held as (

    select
        ahead.*,
        health.score,
        health.points_kind,
        -- A calendar that names no score asks for the green zone.
        coalesce(ahead.min_score, green.green_score) as asked_score,
        green.green_score,
        health.days_to_recover,
        cast(
            greatest({{ dbt.datediff('ahead.as_of_on', 'ahead.starts_on', 'day') }}, 0) as bigint
        ) as days_until_start
    from ahead
    left join {{ ref('account_health_daily') }} as health
        on
            ahead.shop_id = health.shop_id
            and ahead.as_of_on = health.as_of_on
    left join green
        on health.policy_version = green.policy_version

)

select
    shop_id,
    as_of_on,
    promotion_id,
    promotion_name,
    starts_on,
    ends_on,
    asked_score as min_score,
    score,
    score - asked_score as headroom_points,
    days_until_start,
    days_to_recover,
    case when points_kind = 'score' then score < asked_score end as is_at_risk,
    case
        when score is null then 'no_score'
        when points_kind <> 'score' then 'not_by_score'
        when score >= asked_score then 'eligible'
        -- Days to recover lead back to the points with which a shop begins, in the green zone.
        when asked_score <= green_score and days_to_recover <= days_until_start then 'recovers_in_time'
        else 'below_score'
    end as reason
from held
