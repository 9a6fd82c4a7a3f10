{{ config(materialized='view') }}
{#-
  The orders that wait for their dispatch at each shop's moment, to the second: paid, for the seller
  to ship, not dispatched and not cancelled before it.

  Until the tracking feed first knows one of an order's packages the platform's own stamps say
  whether it was dispatched, from then on the scans do: the same rule as `int_order_states`, whose
  days serve here to leave out what was dispatched long ago.
-#}
with candidates as (

    select distinct
        states.order_key,
        moments.moment_at,
        moments.is_midnight,
        moments.as_of_on,
        moments.today_on
    from {{ ref('int_order_states') }} as states
    inner join {{ ref('int_moments') }} as moments
        on
            states.shop_id = moments.shop_id
            and states.valid_from_on <= moments.as_of_on
    where
        states.is_rated
        and not states.is_fbt
        and states.counts_from_on is not null
        and (states.dispatched_at is null or states.dispatched_at >= moments.moment_at)
        and (states.cancelled_at is null or states.cancelled_at >= moments.moment_at)

),

seen as (

    select
        orders.shop_id,
        orders.order_id,
        orders.order_key,
        orders.order_type,
        orders.created_at,
        orders.created_on,
        orders.dispatch_event,
        orders.policy_version,
        orders.dispatch_due_at,
        orders.dispatch_due_on,
        orders.deliver_by_at,
        orders.units,
        orders.creator_handle,
        orders.order_amount,
        orders.currency,
        scans.carrier,
        scans.tracking_number,
        candidates.moment_at,
        candidates.is_midnight,
        candidates.as_of_on,
        candidates.today_on,
        case when orders.rts_at < candidates.moment_at then orders.rts_at end as rts_at,
        coalesce(scans.dispatched_at < candidates.moment_at, false) as is_scanned,
        case
            when orders.dispatch_event = 'tracking_uploaded' then orders.rts_at
            when scans.known_from_at < candidates.moment_at then scans.dispatched_at
            else orders.shipped_at
        end as dispatched_at
    from candidates
    inner join {{ ref('int_orders') }} as orders
        on candidates.order_key = orders.order_key
    left join {{ ref('int_order_scans') }} as scans
        on candidates.order_key = scans.order_key
    where
        orders.created_at < candidates.moment_at
        and (orders.is_cash_on_delivery or orders.paid_at < candidates.moment_at)

)

select
    shop_id,
    order_id,
    order_key,
    order_type,
    created_at,
    created_on,
    dispatch_event,
    policy_version,
    dispatch_due_at,
    dispatch_due_on,
    deliver_by_at,
    units,
    creator_handle,
    order_amount,
    currency,
    carrier,
    tracking_number,
    moment_at,
    is_midnight,
    as_of_on,
    today_on,
    rts_at,
    is_scanned,
    {{ hours_between('moment_at', 'dispatch_due_at') }} as time_left_hours,
    -- A time equal to the due time is on time. Midnight asks for days, any other moment for hours.
    case
        when dispatch_due_at is null then 'no_deadline'
        when dispatch_due_at < moment_at then 'overdue'
        when is_midnight and dispatch_due_on = today_on then 'tomorrow'
        when is_midnight then 'later'
        when dispatch_due_at <= {{ add_hours('moment_at', 4) }} then 'T-4'
        when dispatch_due_at <= {{ add_hours('moment_at', 12) }} then 'T-12'
        when dispatch_due_at <= {{ add_hours('moment_at', 24) }} then 'T-24'
        else 'later'
    end as bucket
from seen
where dispatched_at is null or dispatched_at >= moment_at
