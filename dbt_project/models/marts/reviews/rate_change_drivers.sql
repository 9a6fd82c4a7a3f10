{#-
  What moved a rate from one full week to the next, by segment. With w a segment's share of the orders
  and r its rate, in the week before (0) and this one (1), and R the shop's:

    rate_effect = (w0 + w1) / 2 * (r1 - r0)
    mix_effect  = (w1 - w0) * ((r0 + r1) / 2 - (R0 + R1) / 2)

  Over the segments of a dimension both together are R1 - R0, exactly. A segment that one week lacks
  takes its rate of the other, so that all it moves is mix.
-#}
with compared as (

    -- Each rate on the basis by which the platform judges it at the end of the week.
    select
        as_of.shop_id,
        as_of.as_of_on,
        lines.metric,
        lines.evaluated_basis as basis,
        {{ add_days('as_of.as_of_on', -7) }} as week_before_on
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_policy_days') }} as days
        on
            as_of.shop_id = days.shop_id
            and as_of.as_of_on = days.day_on
    inner join {{ ref('int_policy_lines') }} as lines
        on days.policy_version = lines.policy_version
    where as_of.as_of_on = {{ week_end('as_of.as_of_on') }}

),

segments as (

    select
        compared.shop_id,
        compared.as_of_on,
        compared.metric,
        compared.basis,
        weekly.dimension,
        weekly.segment,
        cast(
            sum(case when weekly.week_ends_on = compared.as_of_on then weekly.numerator else 0 end) as bigint
        ) as numerator,
        cast(
            sum(case when weekly.week_ends_on = compared.as_of_on then weekly.denominator else 0 end) as bigint
        ) as denominator,
        cast(
            sum(case when weekly.week_ends_on = compared.week_before_on then weekly.numerator else 0 end)
            as bigint
        ) as previous_numerator,
        cast(
            sum(case when weekly.week_ends_on = compared.week_before_on then weekly.denominator else 0 end)
            as bigint
        ) as previous_denominator
    from compared
    inner join {{ ref('int_weekly_segments') }} as weekly
        on
            compared.shop_id = weekly.shop_id
            and compared.metric = weekly.metric
            and compared.basis = weekly.basis
            and weekly.week_ends_on in (compared.as_of_on, compared.week_before_on)
    group by
        compared.shop_id,
        compared.as_of_on,
        compared.metric,
        compared.basis,
        weekly.dimension,
        weekly.segment

),

totals as (

    select
        shop_id,
        as_of_on,
        metric,
        dimension,
        cast(nullif(sum(denominator), 0) as double) as all_denominator,
        cast(nullif(sum(previous_denominator), 0) as double) as all_previous_denominator,
        {{ ratio('sum(numerator)', 'sum(denominator)') }} as shop_value,
        {{ ratio('sum(previous_numerator)', 'sum(previous_denominator)') }} as shop_previous_value
    from segments
    group by shop_id, as_of_on, metric, dimension

),

rated as (

    select
        segments.*,
        {{ ratio('segments.numerator', 'segments.denominator') }} as value,
        {{ ratio('segments.previous_numerator', 'segments.previous_denominator') }} as previous_value,
        totals.shop_value,
        totals.shop_previous_value,
        segments.denominator / totals.all_denominator as share,
        segments.previous_denominator / totals.all_previous_denominator as previous_share
    from segments
    inner join totals
        on
            segments.shop_id = totals.shop_id
            and segments.as_of_on = totals.as_of_on
            and segments.metric = totals.metric
            and segments.dimension = totals.dimension

)

select
    shop_id,
    as_of_on,
    metric,
    basis,
    dimension,
    segment,
    previous_numerator,
    previous_denominator,
    numerator,
    denominator,
    previous_value,
    value,
    previous_share,
    share,
    shop_previous_value,
    shop_value,
    (previous_share + share) / 2 * (coalesce(value, previous_value) - coalesce(previous_value, value))
        as rate_effect,
    (share - previous_share)
    * (
        (coalesce(previous_value, value) + coalesce(value, previous_value)) / 2
        - (shop_previous_value + shop_value) / 2
    ) as mix_effect
from rated
