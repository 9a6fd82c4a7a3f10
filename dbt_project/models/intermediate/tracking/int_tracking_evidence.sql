{#-
  Of each order behind the tracking complaints of an as-of day: does the route explain them, does the
  upload of its tracking number?

  The orders are those that people wrote in about in the week that ends with the day; where the shop
  has no ticket feed, those whose parcels of the last 30 days have a defect or came late. Route: no
  scan, an exception, or delivered late. Upload: no number, one that fits nobody or another carrier,
  or one that came too late.
-#}
{%- set never = "cast('9999-12-31' as date)" -%}
with ticket_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__support_tickets') }}

),

asked as (

    select distinct
        weeks.shop_id,
        weeks.as_of_on,
        orders.order_key
    from ({{ indicator_periods() }}) as weeks
    inner join {{ ref('stg_reference__support_tickets') }} as tickets
        on
            weeks.shop_id = tickets.shop_id
            and weeks.period = 'now'
            and tickets.topic in ('tracking', 'shipping_status')
            and tickets.created_on between weeks.starts_on and weeks.ends_on
    inner join {{ ref('int_orders') }} as orders
        on
            tickets.shop_id = orders.shop_id
            and tickets.order_id = orders.order_id

),

-- Packages with a defect, and from when to when, and orders that came late or have not come.
defects as (

    {% for is_route, holds, from_on, to_on in [
        (
            'false', "phases.number_defect in ('missing_number', 'bad_format', 'carrier_mismatch')",
            'phases.phase_from_on', never,
        ),
        (
            'false', 'phases.number_defect is null and phases.late_upload_from_on is not null',
            'phases.late_upload_from_on', never,
        ),
        (
            'true', 'phases.number_defect is null and phases.unscanned_from_on is not null',
            'phases.unscanned_from_on', 'coalesce(phases.unscanned_to_on, ' ~ never ~ ')',
        ),
    ] -%}
    select
        phases.shop_id,
        packages.order_key,
        phases.window_on,
        greatest(phases.phase_from_on, {{ from_on }}) as from_on,
        least(coalesce(phases.phase_to_on, {{ never }}), {{ to_on }}) as to_on,
        {{ is_route }} as is_route,
        not {{ is_route }} as is_upload
    from {{ ref('int_package_phases') }} as phases
    inner join {{ ref('int_order_packages') }} as packages
        on
            phases.shop_id = packages.shop_id
            and phases.package_key = packages.package_key
    where phases.is_rated_package and {{ holds }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

late_deliveries as (

    select
        states.shop_id,
        states.order_key,
        states.deliver_by_on as window_on,
        greatest(states.deliver_by_on, states.valid_from_on) as from_on,
        least(
            coalesce(states.valid_to_on, {{ never }}),
            coalesce(states.cancelled_on, {{ never }})
        ) as to_on,
        true as is_route,
        false as is_upload
    from {{ ref('int_order_states') }} as states
    where
        states.is_rated
        and not states.is_fbt
        and states.counts_from_on is not null
        and states.deliver_by_on is not null
        and (states.delivered_at is null or states.delivered_at > states.deliver_by_at)

),

faults as (

    select * from defects where from_on < to_on
    union all
    select * from late_deliveries where from_on < to_on

),

suffered as (

    select distinct
        as_of.shop_id,
        as_of.as_of_on,
        faults.order_key
    from {{ source('inputs', 'as_of') }} as as_of
    left join ticket_feeds
        on as_of.shop_id = ticket_feeds.shop_id
    inner join faults
        on
            as_of.shop_id = faults.shop_id
            and faults.window_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
            and as_of.as_of_on >= faults.from_on
            and as_of.as_of_on < faults.to_on
    where ticket_feeds.shop_id is null

),

concerned as (

    select shop_id, as_of_on, order_key from asked
    union all
    select shop_id, as_of_on, order_key from suffered

),

exceptions as (

    select distinct
        concerned.as_of_on,
        concerned.order_key
    from concerned
    inner join {{ ref('int_order_packages') }} as packages
        on concerned.order_key = packages.order_key
    inner join {{ ref('int_orders') }} as orders
        on concerned.order_key = orders.order_key
    inner join {{ ref('stg_carriers__tracking_events') }} as events
        on
            packages.shop_id = events.shop_id
            and packages.tracking_number = events.tracking_number
            and events.event_code in ('exception', 'attempted', 'returned_to_sender')
            and events.event_on <= concerned.as_of_on
            and events.event_at >= orders.created_at

),

judged as (

    select
        concerned.shop_id,
        concerned.as_of_on,
        concerned.order_key,
        coalesce(bool_or(faults.is_route), false) as is_route,
        coalesce(bool_or(faults.is_upload), false) as is_upload
    from concerned
    left join faults
        on
            concerned.order_key = faults.order_key
            and concerned.as_of_on >= faults.from_on
            and concerned.as_of_on < faults.to_on
    group by concerned.shop_id, concerned.as_of_on, concerned.order_key

)

select
    judged.shop_id,
    judged.as_of_on,
    judged.order_key,
    judged.is_route or exceptions.order_key is not null as is_route_quality,
    judged.is_upload as is_tracking_upload_accuracy
from judged
left join exceptions
    on
        judged.as_of_on = exceptions.as_of_on
        and judged.order_key = exceptions.order_key
