{#- Rates that got worse together: each over its last 7 days, now against 48 hours before. -#}
with rates as (

    select
        rates.shop_id,
        rates.as_of_on,
        rates.metric,
        rates.numerator,
        rates.denominator,
        rates.denominator >= rates.min_denominator as is_judged,
        case when lines.is_higher_better then -1 else 1 end as worse
    from {{ ref('kpi_daily') }} as rates
    inner join {{ ref('int_policy_lines') }} as lines
        on
            rates.policy_version = lines.policy_version
            and rates.metric = lines.metric
            and rates.basis = lines.evaluated_basis
    where rates.window_name = 'rolling_7d'

),

compared as (

    select
        now.shop_id,
        now.as_of_on,
        now.metric,
        -- Both sides times both denominators: whole numbers, so a change of exactly the threshold
        -- has not passed it.
        coalesce(
            now.is_judged
            and before.is_judged
            and now.worse
            * (now.numerator * before.denominator - before.numerator * now.denominator)
            > cast({{ var('worsening_threshold') }} as decimal(9, 5)) * (now.denominator * before.denominator),
            false
        ) as is_worsening
    from rates as now
    left join rates as before
        on
            now.shop_id = before.shop_id
            and now.metric = before.metric
            and now.as_of_on = {{ add_days('before.as_of_on', 2) }}

)

select
    shop_id,
    as_of_on,
    cast(sum(case when is_worsening then 1 else 0 end) as bigint) as worsening_rates,
    {{ joined_text('case when is_worsening then metric end') }} as metrics,
    sum(case when is_worsening then 1 else 0 end) >= 2 as is_compound_risk,
    cast({{ var('worsening_threshold') }} as double) as worsening_threshold
from compared
group by shop_id, as_of_on
