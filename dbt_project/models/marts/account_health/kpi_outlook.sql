{#-
  Where each rate is heading, by its slope and by the orders that are open.

  The slope is that of the rate's own window over the last seven days, by least squares; a week to date
  begins anew on Mondays, so it takes the slope of rolling_7d. Values have nine decimals here and are
  summed exactly, so a rate that stands still has a slope of exactly 0.
-#}
with rates as (

    select
        rates.*,
        case when rates.window_name = 'week' then 'rolling_7d' else rates.window_name end as slope_window,
        rates.denominator < rates.min_denominator as is_small_volume,
        lines.is_higher_better,
        lines.is_target_crossed_at,
        lines.target as exact_target,
        -- A line has at most six decimals: in millionths it is a whole number.
        cast(lines.target * 1000000 as bigint) as target_millionths,
        cast(rates.value as decimal(10, 9)) as level,
        cast({{ dbt.datediff("cast('2020-01-01' as date)", 'rates.as_of_on', 'day') }} as int) as day_number
    from {{ ref('kpi_daily') }} as rates
    inner join {{ ref('int_policy_lines') }} as lines
        on
            rates.policy_version = lines.policy_version
            and rates.metric = lines.metric

),

sums as (

    select
        shop_id,
        as_of_on,
        metric,
        basis,
        window_name,
        cast(count(level) over last_days as int) as n,
        cast(sum(case when level is not null then day_number end) over last_days as int) as sum_x,
        cast(sum(case when level is not null then day_number * day_number end) over last_days as bigint) as sum_xx,
        cast(sum(level) over last_days as decimal(18, 9)) as sum_y,
        cast(sum(day_number * level) over last_days as decimal(18, 9)) as sum_xy
    from rates
    where window_name <> 'week'
    window last_days as (
        partition by shop_id, metric, basis, window_name
        order by as_of_on nulls last
        rows between 6 preceding and current row
    )

),

slopes as (

    select
        shop_id,
        as_of_on,
        metric,
        basis,
        window_name,
        case
            when n >= {{ var('slope_least_days') }}
                then {{ ratio('n * sum_xy - sum_x * sum_y', 'n * sum_xx - cast(sum_x as bigint) * sum_x') }}
        end as slope
    from sums

),

falling_due as (

    -- The orders open at the end of a day, by the days on which they are due, and those due before.
    select
        days.shop_id,
        days.as_of_on,
        spans.due_on,
        sum(sum(spans.orders)) over (
            partition by days.shop_id, days.as_of_on
            order by spans.due_on nulls last
            rows between unbounded preceding and current row
        ) as orders
    from (select distinct shop_id, as_of_on from rates) as days
    inner join {{ ref('int_open_order_spans') }} as spans
        on
            days.shop_id = spans.shop_id
            and days.as_of_on >= spans.from_on
            and days.as_of_on < spans.to_on
    group by days.shop_id, days.as_of_on, spans.due_on

),

standing as (

    -- What is overdue already is in the projected counts; the platform counts it once it is dispatched.
    select
        rates.shop_id,
        rates.as_of_on,
        rates.basis,
        rates.window_name,
        coalesce(projected.numerator, rates.numerator) as late_orders,
        coalesce(projected.denominator, rates.denominator) as orders,
        rates.exact_target,
        rates.is_target_crossed_at,
        rates.min_denominator
    from rates
    left join rates as projected
        on
            rates.basis = 'platform'
            and rates.shop_id = projected.shop_id
            and rates.as_of_on = projected.as_of_on
            and rates.metric = projected.metric
            and rates.window_name = projected.window_name
            and projected.basis = 'projected'
    where rates.metric = 'late_dispatch_rate'

),

coming as (

    select shop_id, as_of_on, due_on, orders
    from falling_due

    union all

    select distinct shop_id, as_of_on, as_of_on as due_on, 0 as orders
    from standing

),

broken as (

    select
        standing.shop_id,
        standing.as_of_on,
        standing.basis,
        standing.window_name,
        min(coming.due_on) as broken_on
    from standing
    inner join coming
        on
            standing.shop_id = coming.shop_id
            and standing.as_of_on = coming.as_of_on
    where
        standing.orders + coming.orders >= standing.min_denominator
        and case
            when standing.is_target_crossed_at
                then standing.late_orders + coming.orders >= standing.exact_target * (standing.orders + coming.orders)
            else standing.late_orders + coming.orders > standing.exact_target * (standing.orders + coming.orders)
        end
    group by standing.shop_id, standing.as_of_on, standing.basis, standing.window_name

)

select
    rates.shop_id,
    rates.as_of_on,
    rates.metric,
    rates.basis,
    rates.window_name,
    rates.numerator,
    rates.denominator,
    rates.value,
    rates.status,
    rates.is_evaluated,
    100 * slopes.slope as slope_points_per_day,
    {% for line, statuses in [('target', "('breach', 'enforcement')"), ('enforcement', "('enforcement')")] -%}
    case
        when rates.is_small_volume or rates.{{ line }} is null then null
        when rates.status in {{ statuses }} then 0
        when slopes.slope * case when rates.is_higher_better then -1 else 1 end > 0
            then {{ ratio('rates.' ~ line ~ ' - rates.value', 'slopes.slope') }}
    end as days_to_{{ 'breach' if line == 'target' else line }},
    {% endfor -%}
    broken.broken_on as breach_on_open_orders_on,
    case
        when rates.denominator = 0 then 0
        when rates.is_higher_better
            then greatest(
                {{ ceiling_of(
                    'rates.target_millionths * rates.denominator - 1000000 * rates.numerator',
                    '1000000 - rates.target_millionths'
                ) }},
                0
            )
        when rates.is_target_crossed_at
            then greatest(
                {{ floor_of('1000000 * rates.numerator', 'rates.target_millionths') }} + 1 - rates.denominator,
                0
            )
        else greatest(
            {{ ceiling_of('1000000 * rates.numerator', 'rates.target_millionths') }} - rates.denominator, 0
        )
    end as needed_to_recover,
    rates.is_small_volume
from rates
left join slopes
    on
        rates.shop_id = slopes.shop_id
        and rates.as_of_on = slopes.as_of_on
        and rates.metric = slopes.metric
        and rates.basis = slopes.basis
        and rates.slope_window = slopes.window_name
left join broken
    on
        rates.metric = 'late_dispatch_rate'
        and rates.shop_id = broken.shop_id
        and rates.as_of_on = broken.as_of_on
        and rates.basis = broken.basis
        and rates.window_name = broken.window_name
