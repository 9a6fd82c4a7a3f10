with windows as (

    select * from {{ ref('int_kpi_windows') }}

),

ruled as (

    select
        windows.*,
        days.ends_at,
        days.policy_version,
        lines.is_higher_better,
        lines.target,
        lines.enforcement,
        lines.is_target_crossed_at,
        lines.is_enforcement_crossed_at,
        lines.approaching,
        lines.min_denominator,
        coalesce(
            windows.basis = lines.evaluated_basis and windows.window_name = lines.evaluated_window, false
        ) as is_evaluated
    from windows
    inner join {{ ref('int_policy_days') }} as days
        on
            windows.shop_id = days.shop_id
            and windows.as_of_on = days.day_on
    inner join {{ ref('int_policy_lines') }} as lines
        on
            days.policy_version = lines.policy_version
            and windows.metric = lines.metric

)

select
    ruled.shop_id,
    ruled.as_of_on,
    ruled.metric,
    ruled.basis,
    ruled.window_name,
    ruled.window_start_on,
    ruled.as_of_on as window_end_on,
    case when ruled.denominator > 0 then ruled.numerator else 0 end as numerator,
    ruled.denominator,
    {{ ratio('ruled.numerator', 'ruled.denominator') }} as value,
    cast(ruled.target as double) as target,
    cast(ruled.enforcement as double) as enforcement,
    -- Decimal arithmetic: whether a rate that equals its line has crossed it is for the policy to say.
    case
        when ruled.denominator = 0 then 'no_data'
        when ruled.denominator < ruled.min_denominator then 'insufficient_volume'
        when ruled.is_higher_better
            then case
                when ruled.numerator < ruled.target * ruled.denominator then 'breach'
                when ruled.numerator <= ruled.approaching * ruled.denominator then 'approaching'
                else 'ok'
            end
        when ruled.numerator > ruled.enforcement * ruled.denominator then 'enforcement'
        when ruled.is_enforcement_crossed_at and ruled.numerator = ruled.enforcement * ruled.denominator
            then 'enforcement'
        when ruled.numerator > ruled.target * ruled.denominator then 'breach'
        when ruled.is_target_crossed_at and ruled.numerator = ruled.target * ruled.denominator then 'breach'
        when ruled.numerator >= ruled.approaching * ruled.denominator then 'approaching'
        else 'ok'
    end as status,
    cast(
        case
            when ruled.denominator = 0 then 0
            when ruled.is_higher_better
                then
                    floor((1 - ruled.target) * ruled.denominator)
                    - (ruled.denominator - ruled.numerator)
            when ruled.is_target_crossed_at
                then ceil(ruled.target * ruled.denominator) - 1 - ruled.numerator
            else floor(ruled.target * ruled.denominator) - ruled.numerator
        end as bigint
    ) as headroom,
    ruled.min_denominator,
    ruled.is_evaluated,
    ruled.policy_version,
    known.known_through_at,
    coalesce(known.known_through_at >= ruled.ends_at, false) as is_complete
from ruled
left join {{ ref('int_known_through') }} as known
    on ruled.shop_id = known.shop_id
