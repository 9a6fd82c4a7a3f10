{#- Every order as it stands at its shop's newest as-of moment: later stamps are not seen yet. -#}
with states as (

    select states.*
    from {{ ref('int_order_states') }} as states
    inner join {{ ref('int_current_days') }} as now
        on
            states.shop_id = now.shop_id
            and states.valid_from_on <= now.as_of_on
            and (states.valid_to_on is null or states.valid_to_on > now.as_of_on)

),

packages as (

    select
        shop_id,
        order_id,
        min(coalesce(carrier, carrier_name)) as carrier,
        min(carrier_name) as carrier_name,
        min(tracking_number) as tracking_number
    from {{ ref('int_order_packages') }}
    group by shop_id, order_id

),

seen as (

    select
        orders.*,
        now.as_of_on,
        now.ends_at,
        coalesce(orders.counts_from_on <= now.as_of_on, false) as is_paid,
        case when states.dispatched_on <= now.as_of_on then states.dispatched_at end as seen_dispatched_at,
        case when states.dispatched_on <= now.as_of_on then states.dispatched_on end as seen_dispatched_on,
        case when states.delivered_on <= now.as_of_on then states.delivered_at end as seen_delivered_at,
        case when states.delivered_on <= now.as_of_on then states.delivered_on end as seen_delivered_on,
        case when orders.cancelled_on <= now.as_of_on then orders.cancelled_at end as seen_cancelled_at,
        case when orders.cancelled_on <= now.as_of_on then orders.cancelled_on end as seen_cancelled_on
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on
            orders.shop_id = now.shop_id
            and orders.created_on <= now.as_of_on
    left join states
        on
            orders.shop_id = states.shop_id
            and orders.order_id = states.order_id

)

select
    seen.shop_id,
    seen.order_id,
    seen.created_at,
    seen.created_on,
    seen.as_of_on,
    seen.ends_at,
    seen.order_type,
    seen.fulfillment_type,
    seen.dispatch_due_at,
    seen.dispatch_due_on,
    seen.seen_dispatched_at as dispatched_at,
    seen.seen_dispatched_on as dispatched_on,
    -- Unpaid orders, samples, replacements and FBT are judged by nobody.
    case
        when seen.is_paid and seen.is_rated and not seen.is_fbt
            then coalesce(seen.seen_dispatched_at > seen.dispatch_due_at, false)
    end as is_late_dispatch,
    case
        when seen.is_paid and seen.is_rated and not seen.is_fbt
            then
                seen.seen_dispatched_at is null
                and seen.seen_cancelled_at is null
                and coalesce(seen.dispatch_due_on <= seen.as_of_on, false)
    end as is_overdue_open,
    seen.is_paid
    and seen.is_rated
    and not seen.is_fbt
    and seen.seen_dispatched_at is null
    and seen.seen_cancelled_at is null as is_open,
    seen.deliver_by_at,
    seen.deliver_by_on,
    seen.seen_delivered_at as delivered_at,
    seen.seen_delivered_on as delivered_on,
    case
        when not (seen.is_paid and seen.is_rated and not seen.is_fbt) then null
        when seen.seen_delivered_at is not null then seen.seen_delivered_at <= seen.deliver_by_at
        when seen.deliver_by_on <= seen.as_of_on then false
    end as is_on_time_delivery,
    seen.seen_cancelled_at as cancelled_at,
    seen.seen_cancelled_on as cancelled_on,
    seen.cancel_actor,
    case when seen.seen_cancelled_at is not null then seen.cancel_by end as cancel_by,
    case when seen.seen_cancelled_at is not null then seen.cancel_reason end as cancel_reason,
    case when seen.is_paid and seen.paid_on <= seen.as_of_on then seen.paid_at end as paid_at,
    case when seen.rts_on <= seen.as_of_on then seen.rts_at end as rts_at,
    case when seen.shipped_on <= seen.as_of_on then seen.shipped_at end as shipped_at,
    seen.is_paid,
    seen.is_rated,
    seen.is_fbt,
    seen.is_sample,
    seen.is_replacement,
    seen.is_express,
    seen.is_unconfirmed,
    seen.counts_from_on,
    seen.warehouse_name,
    seen.state_text,
    seen.state_code,
    seen.zip3,
    seen.order_amount,
    seen.currency,
    seen.policy_version,
    packages.carrier,
    packages.carrier_name,
    packages.tracking_number
from seen
left join packages
    on
        seen.shop_id = packages.shop_id
        and seen.order_id = packages.order_id
