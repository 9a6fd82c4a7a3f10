with weeks as (

    select
        shop_id,
        as_of_on,
        indicator,
        max(case when period = 'now' then numerator end) as numerator,
        max(case when period = 'now' then denominator end) as denominator,
        max(case when period = 'before' then numerator end) as previous_numerator,
        max(case when period = 'before' then denominator end) as previous_denominator
    from {{ ref('int_indicator_counts') }}
    group by shop_id, as_of_on, indicator

),

indicators as (

    {% for indicator, unit, worse in [
        ('late_dispatch', 'share', '>'),
        ('valid_tracking', 'share', '<'),
        ('seller_fault_cancellation', 'share', '>'),
        ('unshipped_orders', 'share', '>'),
        ('refund_reasons', 'share', '>'),
        ('delivery_complaints', 'per_100_orders', '>'),
        ('shipping_tickets', 'per_100_orders', '>'),
    ] -%}
    select {{ loop.index }} as place, '{{ indicator }}' as indicator, '{{ unit }}' as unit,
        {{ 100 if unit == 'per_100_orders' else 1 }} as per,
        {{ 'true' if worse == '<' else 'false' }} as is_higher_better
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Seven rows a day, whatever is known.
valued as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        indicators.place,
        indicators.indicator,
        indicators.unit,
        indicators.is_higher_better,
        weeks.numerator,
        weeks.denominator,
        indicators.per * {{ ratio('weeks.numerator', 'weeks.denominator') }} as value,
        weeks.previous_numerator,
        weeks.previous_denominator,
        indicators.per * {{ ratio('weeks.previous_numerator', 'weeks.previous_denominator') }} as previous_value
    from {{ source('inputs', 'as_of') }} as as_of
    cross join indicators
    left join weeks
        on
            as_of.shop_id = weeks.shop_id
            and as_of.as_of_on = weeks.as_of_on
            and indicators.indicator = weeks.indicator

),

ticket_feeds as (

    select
        shop_id,
        max(created_on) as newest_on
    from {{ ref('stg_reference__support_tickets') }}
    group by shop_id

)

select
    valued.shop_id,
    valued.as_of_on,
    cast(valued.place as bigint) as place,
    valued.indicator,
    valued.unit,
    valued.numerator,
    valued.denominator,
    valued.value,
    valued.previous_numerator,
    valued.previous_denominator,
    valued.previous_value,
    valued.value - valued.previous_value as change,
    case
        when valued.is_higher_better then valued.value < valued.previous_value
        else valued.value > valued.previous_value
    end as is_worse,
    reasons.dimension as top_dimension,
    reasons.reason as top_reason,
    reasons.counted as top_count,
    case when valued.place >= 6 then ticket_feeds.newest_on end as tickets_through_on,
    case when valued.place >= 6 and ticket_feeds.shop_id is null then 'reference/support_tickets' end
        as mend_feed
from valued
left join {{ ref('int_indicator_reasons') }} as reasons
    on
        valued.shop_id = reasons.shop_id
        and valued.as_of_on = reasons.as_of_on
        and valued.indicator = reasons.indicator
left join ticket_feeds
    on valued.shop_id = ticket_feeds.shop_id
