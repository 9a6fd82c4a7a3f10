{{ config(materialized='view') }}
{#- How an order stands at its shop's newest as-of moment: later stamps are not seen yet. -#}
with states as (

    select
        states.*,
        now.as_of_on
    from {{ ref('int_order_states') }} as states
    inner join {{ ref('int_current_days') }} as now
        on
            states.shop_id = now.shop_id
            and states.valid_from_on <= now.as_of_on
            and (states.valid_to_on is null or states.valid_to_on > now.as_of_on)

),

seen as (

    select
        order_key,
        shop_id,
        as_of_on,
        dispatch_due_at,
        dispatch_due_on,
        deliver_by_at,
        deliver_by_on,
        coalesce(counts_from_on <= as_of_on, false) as is_paid,
        coalesce(counts_from_on <= as_of_on, false) and is_rated and not is_fbt as is_judged,
        case when dispatched_on <= as_of_on then dispatched_at end as dispatched_at,
        case when dispatched_on <= as_of_on then dispatched_on end as dispatched_on,
        case when delivered_on <= as_of_on then delivered_at end as delivered_at,
        case when delivered_on <= as_of_on then delivered_on end as delivered_on,
        case when cancelled_on <= as_of_on then cancelled_at end as cancelled_at,
        case when cancelled_on <= as_of_on then cancelled_on end as cancelled_on
    from states

)

select
    order_key,
    shop_id,
    as_of_on,
    is_paid,
    dispatched_at,
    dispatched_on,
    delivered_at,
    delivered_on,
    cancelled_at,
    cancelled_on,
    is_judged and dispatched_at is null and cancelled_at is null as is_open,
    -- Unpaid orders, samples, replacements and FBT are judged by nobody, and nothing without a due time.
    case
        when is_judged and dispatch_due_at is not null
            then coalesce(dispatched_at > dispatch_due_at, false)
    end as is_late_dispatch,
    case
        when is_judged and dispatch_due_at is not null
            then dispatched_at is null and cancelled_at is null and dispatch_due_on <= as_of_on
    end as is_overdue_open,
    case
        when not is_judged or deliver_by_at is null then null
        -- Nobody waits for a parcel that was cancelled before it left.
        when cancelled_at is not null and (dispatched_at is null or cancelled_at < dispatched_at) then null
        when delivered_at is not null then delivered_at <= deliver_by_at
        when deliver_by_on <= as_of_on then false
    end as is_on_time_delivery
from seen
