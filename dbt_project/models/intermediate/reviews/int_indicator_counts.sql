{#-
  The counts behind the seven indicators, of the week that ends with each as-of day and of the week
  before it, each as it was known at the week's end.
-#}
with periods as (

    {{ indicator_periods() }}

),

-- Late dispatch is read on the basis that the market's platform judges.
evaluated as (

    select shop_id, as_of_on, basis
    from {{ ref('kpi_daily') }}
    where is_evaluated and metric = 'late_dispatch_rate'

),

rates as (

    select
        periods.shop_id,
        periods.as_of_on,
        periods.period,
        case rates.metric
            when 'late_dispatch_rate' then 'late_dispatch'
            when 'valid_tracking_rate' then 'valid_tracking'
            else 'seller_fault_cancellation'
        end as indicator,
        rates.numerator,
        rates.denominator
    from periods
    inner join {{ ref('kpi_daily') }} as rates
        on
            periods.shop_id = rates.shop_id
            and periods.ends_on = rates.as_of_on
            and rates.window_name = 'rolling_7d'
            and rates.metric <> 'on_time_delivery_rate'
    left join evaluated
        on
            periods.shop_id = evaluated.shop_id
            and periods.as_of_on = evaluated.as_of_on
    where
        rates.basis
        = case when rates.metric = 'late_dispatch_rate' then coalesce(evaluated.basis, 'platform') else 'platform' end

),

reach as (

    select shop_id, min(ends_on) as from_on, max(ends_on) as to_on
    from periods
    group by shop_id

),

-- How long each order stood open: only the spans that some week's end can meet.
open_spans as (

    select
        states.shop_id,
        greatest(states.counts_from_on, states.valid_from_on) as from_on,
        least(
            coalesce(states.dispatched_on, cast('9999-12-31' as date)),
            coalesce(states.cancelled_on, cast('9999-12-31' as date)),
            coalesce(states.valid_to_on, cast('9999-12-31' as date))
        ) as to_on,
        states.dispatch_due_on
    from {{ ref('int_order_states') }} as states
    inner join reach
        on
            states.shop_id = reach.shop_id
            and states.counts_from_on <= reach.to_on
            and coalesce(states.dispatched_on > reach.from_on, true)
            and coalesce(states.cancelled_on > reach.from_on, true)
            and coalesce(states.valid_to_on > reach.from_on, true)
    where states.is_rated and not states.is_fbt

),

standing as (

    select
        periods.shop_id,
        periods.as_of_on,
        periods.period,
        'unshipped_orders' as indicator,
        cast(count(case when spans.dispatch_due_on <= periods.ends_on then 1 end) as bigint) as numerator,
        cast(count(spans.from_on) as bigint) as denominator
    from periods
    left join open_spans as spans
        on
            periods.shop_id = spans.shop_id
            and periods.ends_on >= spans.from_on
            and periods.ends_on < spans.to_on
    group by periods.shop_id, periods.as_of_on, periods.period

),

sold as (

    select
        periods.shop_id,
        periods.as_of_on,
        periods.period,
        cast(coalesce(sum(units.units), 0) as bigint) as units
    from periods
    left join {{ ref('int_sold_units') }} as units
        on {{ known_in_period('units', 'periods', on='created_on') }}
    group by periods.shop_id, periods.as_of_on, periods.period

),

refunds as (

    select
        sold.shop_id,
        sold.as_of_on,
        sold.period,
        'refund_reasons' as indicator,
        cast(coalesce(sum(refunds.units), 0) as bigint) as numerator,
        max(sold.units) as denominator
    from sold
    inner join periods
        on
            sold.shop_id = periods.shop_id
            and sold.as_of_on = periods.as_of_on
            and sold.period = periods.period
    left join {{ ref('int_refund_reasons') }} as refunds
        on {{ known_in_period('refunds', 'periods', on='returned_on') }}
    group by sold.shop_id, sold.as_of_on, sold.period

),

ordered as (

    select
        periods.shop_id,
        periods.as_of_on,
        periods.period,
        cast(coalesce(sum(changes.confirmed_orders), 0) as bigint) as orders
    from periods
    left join {{ ref('int_cancellation_changes') }} as changes
        on {{ known_in_period('changes', 'periods') }}
    group by periods.shop_id, periods.as_of_on, periods.period

),

contacts as (

    select shop_id, created_on, 'delivery_complaints' as indicator
    from {{ ref('stg_reference__support_tickets') }}
    where is_about_shipping and kind = 'complaint'

    union all

    select shop_id, created_on, 'shipping_tickets' as indicator
    from {{ ref('stg_reference__support_tickets') }}
    where is_about_shipping and kind = 'ticket'

    union all

    -- What the diagnosis of tracking complaints starts from.
    select shop_id, created_on, 'tracking_contacts' as indicator
    from {{ ref('stg_reference__support_tickets') }}
    where topic in ('tracking', 'shipping_status')

    union all

    -- What the diagnosis of a product mismatch starts from, once an order.
    select shop_id, known_on as created_on, 'product_mismatch' as indicator
    from {{ ref('int_mismatch_evidence') }}
    where is_first_sign

),

ticket_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__support_tickets') }}

),

contacted as (

    -- Without the feed nobody knows how many wrote in.
    select
        ordered.shop_id,
        ordered.as_of_on,
        ordered.period,
        indicators.indicator,
        case
            when indicators.indicator = 'product_mismatch' or max(ticket_feeds.shop_id) is not null
                then cast(count(contacts.created_on) as bigint)
        end as numerator,
        max(ordered.orders) as denominator
    from ordered
    inner join periods
        on
            ordered.shop_id = periods.shop_id
            and ordered.as_of_on = periods.as_of_on
            and ordered.period = periods.period
    cross join (
        select 'delivery_complaints' as indicator union all
        select 'shipping_tickets' as indicator union all
        select 'tracking_contacts' as indicator union all
        select 'product_mismatch' as indicator
    ) as indicators
    left join ticket_feeds
        on ordered.shop_id = ticket_feeds.shop_id
    left join contacts
        on
            periods.shop_id = contacts.shop_id
            and indicators.indicator = contacts.indicator
            and contacts.created_on between periods.starts_on and periods.ends_on
    group by ordered.shop_id, ordered.as_of_on, ordered.period, indicators.indicator

)

select shop_id, as_of_on, period, indicator, numerator, denominator from rates
union all
select shop_id, as_of_on, period, indicator, numerator, denominator from standing
union all
select shop_id, as_of_on, period, indicator, numerator, denominator from refunds
union all
select shop_id, as_of_on, period, indicator, numerator, denominator from contacted
