{#- Every order that waits for its dispatch, with each clock that runs on it, as of the moment. -#}
with open_orders as (

    select
        orders.*,
        -- Before the tracking upload the platform waits for that, after it for the carrier.
        case
            when orders.rts_at is not null
                then case when orders.order_type in ('regular', 'express') then days.collect_by_at end
            when orders.order_type in ('regular', 'express') then days.auto_cancel_at
            else clocks.auto_cancel_at
        end as auto_cancel_at,
        {{ hours_between('orders.created_at', 'orders.moment_at') }} as age_hours
    from {{ ref('int_open_orders') }} as orders
    left join {{ ref('int_policy_days') }} as days
        on
            orders.shop_id = days.shop_id
            and orders.created_on = days.day_on
    left join {{ ref('int_order_clocks') }} as clocks
        on orders.order_key = clocks.order_key

),

staged as (

    select
        stages.*,
        {{ hours_between('stage_at', 'moment_at') }} as stage_hours,
        -- A label alone is no packed parcel where the warehouse says when it packs.
        coalesce(
            packed_at,
            tendered_at,
            case when not (is_known_to_warehouse and gives_packed) then coalesce(labelled_at, rts_at) end
        ) as prepared_at
    from {{ ref('int_open_order_stages') }} as stages

),

contents as (

    select
        items.order_key,
        {{ joined_text('items.seller_sku') }} as seller_skus
    from {{ ref('int_order_items') }} as items
    inner join open_orders
        on items.order_key = open_orders.order_key
    group by items.order_key

),

judged as (

    select
        orders.*,
        staged.warehouse,
        staged.carrier as stage_carrier,
        staged.stage,
        staged.stage_at,
        staged.prepared_at,
        -- Done by its stamp; not done only where the warehouse knows the order, stamps that stage on
        -- others and has not gone past it. Everything else is unknown.
        {%- for flag, stamp, stage, place in [
            ('is_received', 'confirmed_at', 'received', 1),
            ('is_available', 'allocated_at', 'allocated', 2),
            ('is_quality_checked', 'quality_checked_at', 'quality_checked', 4),
            ('is_prepared', 'prepared_at', 'packed', 5),
        ] %}
        case
            when staged.{{ stamp }} is not null then true
            when staged.is_known_to_warehouse and staged.gives_{{ stage }} and staged.place < {{ place }}
                then false
        end as {{ flag }},
        {%- endfor %}
        case
            when orders.rts_at is not null then true
            when staged.gives_tracking_uploaded then false
        end as is_tracking_uploaded,
        case
            when staged.tendered_at is not null
                then case when orders.dispatch_event = 'tracking_uploaded' then 'label' else 'first_scan' end
            when not staged.is_known_to_warehouse
                then case
                    when orders.rts_at is not null then 'first_scan'
                    when staged.gives_received then 'confirmation'
                    else 'unknown'
                end
            when staged.place < 1 and staged.gives_received then 'confirmation'
            when staged.place < 2 and staged.gives_allocated then 'stock'
            when staged.place < 3 and staged.gives_picked then 'picking'
            when staged.place < 5 and staged.gives_packed then 'packing'
            when orders.rts_at is not null then 'hand_over'
            when staged.labelled_at is null or orders.dispatch_event = 'tracking_uploaded' then 'label'
            else 'hand_over'
        end as waiting_for,
        -- The end of the hour in which so many had been dispatched; past ten days nobody knows.
        case
            when odds.p50_hours < {{ longest_stage_hours() }} then odds.p50_hours + 1 - staged.stage_hours
        end as remaining_p50_hours,
        case
            when odds.p90_hours < {{ longest_stage_hours() }} then odds.p90_hours + 1 - staged.stage_hours
        end as remaining_p90_hours,
        case
            when orders.bucket = 'overdue' then cast(1 as double)
            when orders.bucket <> 'no_deadline' then {{ ratio('odds.late_orders', 'odds.orders') }}
        end as late_chance,
        odds.orders as late_chance_orders,
        odds.basis as late_chance_basis,
        staged.prepared_at is not null and not orders.is_scanned as is_prepared_unscanned
    from open_orders as orders
    inner join staged
        on orders.order_key = staged.order_key
    left join {{ ref('int_stage_odds') }} as odds
        on
            staged.shop_id = odds.shop_id
            and staged.warehouse = odds.warehouse
            and staged.carrier = odds.carrier
            and staged.stage = odds.stage
            and staged.elapsed_hours = odds.elapsed_hours
            and staged.due_hours = odds.due_hours

)

select
    judged.shop_id,
    judged.order_id,
    judged.order_type,
    judged.moment_at,
    judged.created_at,
    judged.dispatch_due_at,
    judged.dispatch_due_on,
    judged.auto_cancel_at,
    judged.deliver_by_at,
    judged.time_left_hours,
    judged.bucket,
    case
        when judged.auto_cancel_at < judged.moment_at then 'past_auto_cancel'
        when judged.dispatch_due_at < judged.moment_at then 'past_due'
        when judged.age_hours < 12 then '0-12h'
        when judged.age_hours < 24 then '12-24h'
        when judged.age_hours < 36 then '24-36h'
        when judged.age_hours < 48 then '36-48h'
        else 'over_48h'
    end as age_bucket,
    judged.is_received,
    judged.is_available,
    judged.is_quality_checked,
    judged.is_prepared,
    judged.is_tracking_uploaded,
    judged.waiting_for,
    judged.stage,
    judged.stage_at,
    judged.remaining_p50_hours,
    judged.remaining_p90_hours,
    judged.time_left_hours - judged.remaining_p50_hours as slack_p50_hours,
    judged.time_left_hours - judged.remaining_p90_hours as slack_p90_hours,
    judged.late_chance,
    judged.late_chance_orders,
    judged.late_chance_basis,
    judged.is_prepared_unscanned,
    judged.prepared_at,
    case when judged.is_prepared_unscanned then {{ hours_between('judged.prepared_at', 'judged.moment_at') }} end
        as unscanned_hours,
    judged.warehouse,
    case when judged.stage_carrier <> '(unknown)' then judged.stage_carrier end as carrier,
    judged.tracking_number,
    judged.units,
    contents.seller_skus,
    judged.creator_handle,
    cast(judged.order_amount as decimal(18, 2)) as order_amount,
    judged.currency,
    judged.policy_version
from judged
left join contents
    on judged.order_key = contents.order_key
