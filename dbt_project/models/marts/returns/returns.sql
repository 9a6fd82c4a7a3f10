{#-
  Where every return stands at the shop's current moment. What has a stamp is seen once it has
  happened; words without a stamp (status, claims) are as last known.
-#}
with arrivals as (

    -- What has arrived of each return by now; of several arrivals the one graded last names the grade.
    select
        received.shop_id,
        received.return_order_id,
        received.order_id,
        received.line_sku_id,
        received.rma_id,
        received.warehouse_id,
        case when received.graded_at < now.ends_at then received.grade end as grade,
        case when received.graded_at < now.ends_at then received.disposition end as disposition,
        case when received.graded_at < now.ends_at then received.graded_at end as graded_at,
        sum(received.received_units) over own_return as received_units,
        min(received.received_at) over own_return as received_at,
        min(received.received_on) over own_return as received_on,
        bool_and(coalesce(received.graded_at < now.ends_at, false)) over own_return as is_graded
    from {{ ref('int_returns_received') }} as received
    inner join {{ ref('int_current_days') }} as now
        on
            received.shop_id = now.shop_id
            and received.received_at < now.ends_at
    where received.return_order_id is not null
    window own_return as (
        partition by received.shop_id, received.return_order_id, received.order_id, received.line_sku_id
    )

),

arrived as (

    select *
    from arrivals
    qualify row_number() over (
        partition by shop_id, return_order_id, order_id, line_sku_id
        order by graded_at desc nulls last, received_at desc nulls last, rma_id desc nulls last
    ) = 1

),

warehouse_feeds as (

    -- Since when the shop gives what its warehouses receive.
    select received.shop_id, min(received.received_on) as from_on
    from {{ ref('int_returns_received') }} as received
    inner join {{ ref('int_current_days') }} as now
        on
            received.shop_id = now.shop_id
            and received.received_at < now.ends_at
    group by received.shop_id

),

known as (

    select
        returns.shop_id,
        returns.return_order_id,
        returns.order_id,
        returns.sku_id,
        returns.line_sku_id,
        returns.seller_sku,
        returns.variation,
        returns.product_name,
        returns.category,
        returns.creator_handle,
        returns.content_id,
        returns.content_type,
        returns.campaign,
        returns.warehouse_id,
        returns.return_type,
        returns.is_refund_only,
        returns.return_reason,
        returns.reason_group,
        returns.return_status,
        returns.return_sub_status,
        returns.status_state,
        returns.requested_at,
        returns.requested_on,
        returns.return_tracking_number,
        returns.return_quantity,
        returns.units_ordered,
        returns.units,
        returns.is_of_a_line,
        returns.refund_amount,
        returns.shop_refund_amount,
        returns.currency,
        returns.compensation_amount,
        returns.dispute_status,
        returns.appeal_status,
        returns.compensation_status,
        returns.created_on,
        returns.counts_from_on,
        returns.is_rated,
        case when returns.cancelled_on <= now.as_of_on then returns.cancelled_on end as cancelled_on,
        now.ends_at,
        returns.is_refunded and returns.returned_at < now.ends_at as is_refunded,
        case when returns.is_refunded and returns.returned_at < now.ends_at then returns.returned_at end
            as returned_at,
        case when returns.is_refunded and returns.returned_at < now.ends_at then returns.returned_on end
            as returned_on,
        case when returns.refunded_at < now.ends_at then returns.refunded_at end as refunded_at,
        case when returns.refunded_at < now.ends_at then returns.refunded_on end as refunded_on,
        case when returns.shipped_back_at < now.ends_at then returns.shipped_back_at end as shipped_back_at,
        case when returns.return_delivered_at < now.ends_at then returns.return_delivered_at end
            as return_delivered_at,
        case when returns.return_delivered_at < now.ends_at then returns.return_delivered_on end
            as return_delivered_on,
        -- A label alone is no parcel: the feed knows the number, and no carrier has it yet.
        returns.return_tracking_number is not null
        and (
            returns.return_label_at is null
            or returns.return_label_at >= now.ends_at
            or coalesce(returns.shipped_back_at < now.ends_at, false)
        ) as is_under_way,
        arrived.rma_id,
        arrived.received_at,
        arrived.received_on,
        cast(arrived.received_units as bigint) as received_units,
        arrived.warehouse_id as received_warehouse_id,
        case when arrived.is_graded then arrived.graded_at end as graded_at,
        arrived.grade,
        arrived.disposition,
        feeds.from_on as received_from_on,
        sub_statuses.meaning as sub_status,
        {%- for field in ['dispute', 'appeal'] %}
        returns.{{ field }}_status is not null
        and coalesce({{ field }}s.meaning, 'filed') <> 'none' as has_{{ field }},
        {%- endfor %}
        disputes.meaning as dispute_meaning,
        case
            when compensations.meaning is not null then compensations.meaning
            when returns.compensation_amount > 0 then 'approved'
            when returns.compensation_status is not null then 'filed'
            else 'none'
        end as compensation_state,
        {{ add_hours('returns.requested_at', 'days.return_response_hours') }} as respond_by_at,
        days.buyer_ship_days,
        days.refund_due_at as refund_due_since_request_at
    from {{ ref('int_returns') }} as returns
    inner join {{ ref('int_current_days') }} as now
        on
            returns.shop_id = now.shop_id
            and coalesce(returns.requested_at, returns.returned_at) < now.ends_at
    left join arrived
        on
            returns.shop_id = arrived.shop_id
            and returns.return_order_id = arrived.return_order_id
            and returns.order_id = arrived.order_id
            and returns.line_sku_id = arrived.line_sku_id
    left join warehouse_feeds as feeds
        on returns.shop_id = feeds.shop_id
    left join {{ ref('int_policy_days') }} as days
        on
            returns.shop_id = days.shop_id
            and returns.requested_on = days.day_on
    {%- for field in ['dispute', 'appeal', 'compensation'] %}
    left join {{ ref('return_case_words') }} as {{ field }}s
        on
            {{ field }}s.field = '{{ field }}'
            and {{ fold('returns.' ~ field ~ '_status') }} = {{ field }}s.word
    {%- endfor %}
    left join {{ ref('return_case_words') }} as sub_statuses
        on
            sub_statuses.field = 'sub_status'
            and {{ fold('returns.return_sub_status') }} = sub_statuses.word

),

staged as (

    select
        *,
        case
            when is_refunded then 'refunded'
            when status_state in ('rejected', 'cancelled') then status_state
            when graded_at is not null then 'graded'
            when received_at is not null then 'received'
            when is_under_way or sub_status = 'shipped_back' then 'shipped_back'
            when status_state = 'approved' then 'approved'
            when sub_status in ('approved', 'auto_approved', 'awaiting_shipment') then 'approved'
            -- The refund is still to come: by now the platform has let it through, or not yet.
            when status_state = 'refunded' and respond_by_at < ends_at then 'approved'
            else 'requested'
        end as state,
        case
            when received_on is null then return_delivered_on
            when return_delivered_on is null then received_on
            else least(received_on, return_delivered_on)
        end as came_back_on
    from known

),

clocked as (

    select
        staged.*,
        {{ dbt.dateadd('day', 'staged.buyer_ship_days', 'staged.respond_by_at') }} as buyer_ships_by_at,
        -- Goods that come back are refunded once they are there, everything else once it is asked for.
        case
            when staged.is_refund_only then staged.refund_due_since_request_at
            else receipts.refund_due_at
        end as refund_due_at,
        case
            when staged.is_refund_only then 'request'
            when staged.came_back_on is not null then 'receipt'
        end as refund_clock,
        case
            when staged.is_refund_only or not staged.is_refunded then false
            when staged.received_from_on <= staged.returned_on then staged.received_at is null
        end as is_refunded_unreceived
    from staged
    left join {{ ref('int_policy_days') }} as receipts
        on
            staged.shop_id = receipts.shop_id
            and staged.came_back_on = receipts.day_on

),

waiting as (

    select
        *,
        case
            when state = 'requested' then 'respond'
            when state = 'approved' and not is_refund_only and buyer_ships_by_at is not null
                then 'buyer_ships'
            when state in ('approved', 'shipped_back', 'received', 'graded') and refund_due_at is not null
                then 'refund'
        end as due_kind,
        case
            when received_at is not null and graded_at is null then 'received'
            when is_refunded_unreceived then 'refunded_unreceived'
            when state not in ('refunded', 'rejected', 'cancelled') then state
        end as triage_state
    from clocked

),

due as (

    select
        *,
        case due_kind
            when 'respond' then respond_by_at
            when 'buyer_ships' then buyer_ships_by_at
            when 'refund' then refund_due_at
        end as due_at,
        case triage_state
            when 'received' then received_at
            when 'refunded_unreceived' then returned_at
            when 'graded' then graded_at
            when 'shipped_back' then coalesce(return_delivered_at, shipped_back_at, requested_at)
            when 'approved' then requested_at
            when 'requested' then requested_at
        end as waiting_since_at
    from waiting

)

select
    shop_id,
    return_order_id,
    order_id,
    sku_id,
    line_sku_id,
    seller_sku,
    variation,
    product_name,
    category,
    creator_handle,
    content_id,
    content_type,
    campaign,
    warehouse_id,
    return_type,
    is_refund_only,
    return_reason,
    reason_group,
    return_status,
    return_sub_status,
    state,
    requested_at,
    requested_on,
    -- No export says when a request was approved.
    cast(null as {{ dbt.type_timestamp() }}) as approved_at,
    case
        when sub_status = 'auto_approved' then true
        when sub_status = 'approved' or state in ('requested', 'rejected') then false
    end as is_auto_approved,
    respond_by_at,
    buyer_ships_by_at,
    refund_due_at,
    refund_clock,
    due_kind,
    due_at,
    {{ hours_between('ends_at', 'due_at') }} as hours_left,
    coalesce(
        due_at >= ends_at
        and due_at < {{ add_hours('ends_at', var('return_near_due_hours')) }}, false
    ) as is_near_due,
    coalesce(due_at < ends_at, false) as is_past_due,
    return_tracking_number,
    shipped_back_at,
    return_delivered_at,
    rma_id,
    received_at,
    graded_at,
    grade,
    disposition,
    received_warehouse_id,
    received_units,
    {{ hours_between('requested_at', 'received_at') }} / 24 as days_to_receive,
    {{ hours_between('received_at', 'graded_at') }} / 24 as days_to_grade,
    received_units < return_quantity as is_received_short,
    is_refunded_unreceived,
    triage_state,
    cast(floor({{ hours_between('waiting_since_at', 'ends_at') }} / 24) as integer) as waiting_days,
    is_refunded,
    refunded_at,
    refunded_on,
    returned_on,
    return_quantity,
    units_ordered,
    units,
    is_of_a_line,
    status_state not in ('rejected', 'cancelled') and units < return_quantity as is_over_returned,
    cast(refund_amount as decimal(18, 2)) as refund_amount,
    currency,
    dispute_status,
    has_dispute,
    case
        when not has_dispute then false
        when dispute_meaning = 'timeout' or sub_status = 'timeout' then true
        when state = 'requested' and respond_by_at < ends_at then true
        when state = 'rejected' then false
    end as is_dispute_from_timeout,
    appeal_status,
    has_appeal,
    compensation_status,
    compensation_state,
    cast(compensation_amount as decimal(18, 2)) as compensation_amount,
    cast(
        case when is_refunded then shop_refund_amount else 0 end
        - case
            when is_refunded and compensation_state = 'approved' then coalesce(compensation_amount, 0)
            else 0
        end as decimal(18, 2)
    ) as liability_amount,
    created_on,
    counts_from_on,
    cancelled_on,
    is_rated
from due
