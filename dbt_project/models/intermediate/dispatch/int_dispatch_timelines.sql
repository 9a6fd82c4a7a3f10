{{ config(materialized='view') }}
{#-
  The way of an order from its creation to its dispatch, as seen at the newest as-of moment: of every
  late order, and of those that were dispatched on time in the last 90 days, which say what is usual.

  The time of a stage without a stamp belongs to the next one that has one. Of an order that is still
  open the time since its last stamp is `open_hours`: which stage it waits in is not known here. When
  uploading the tracking number is the dispatch, the label stage ends with it and nothing follows.
-#}
{%- set stages = late_stages()[:6] -%}
{%- set stamps = stages | map(attribute='stamp') | list -%}
with judged as (

    select
        orders.shop_id,
        orders.order_id,
        orders.order_key,
        orders.created_at,
        orders.created_on,
        orders.creator_handle,
        orders.dispatch_event,
        orders.dispatch_due_at,
        orders.dispatch_due_on,
        orders.rts_at,
        orders.policy_version,
        seen.as_of_on,
        seen.dispatched_at,
        seen.is_overdue_open,
        seen.is_late_dispatch or seen.is_overdue_open as is_late,
        now.ends_at,
        coalesce(seen.dispatched_at, now.ends_at) as ended_at
    from {{ ref('int_orders_now') }} as seen
    inner join {{ ref('int_current_days') }} as now
        on seen.shop_id = now.shop_id
    inner join {{ ref('int_orders') }} as orders
        on seen.order_key = orders.order_key
    where
        seen.is_late_dispatch
        or seen.is_overdue_open
        or (not seen.is_late_dispatch and seen.dispatched_on > {{ add_days('seen.as_of_on', -90) }})

),

stamped as (

    -- Later stamps are not seen yet.
    select
        judged.*,
        case when stages.confirmed_at < judged.ends_at then stages.confirmed_at end as confirmed_at,
        case when stages.allocated_at < judged.ends_at then stages.allocated_at end as allocated_at,
        case when stages.picked_at < judged.ends_at then stages.picked_at end as picked_at,
        case when stages.packed_at < judged.ends_at then stages.packed_at end as packed_at,
        case
            when judged.dispatch_event = 'tracking_uploaded' then null
            when stages.labelled_at < judged.ends_at then stages.labelled_at
            when stages.uploaded_at < judged.ends_at then stages.uploaded_at
            when judged.rts_at < judged.ends_at then judged.rts_at
        end as labelled_at,
        case
            when judged.dispatch_event = 'tracking_uploaded' then null
            when stages.tendered_at < judged.ends_at then stages.tendered_at
        end as tendered_at
    from judged
    left join {{ ref('int_order_stages') }} as stages
        on judged.order_key = stages.order_key

),

measured as (

    select
        stamped.*,
        {%- for stage in stages %}
        case
            when {{ stage.stamp }} is not null
                then {{ hours_between(
                    stage_position(['created_at'] + stamps[:loop.index0], 'ended_at'),
                    stage_position(['created_at'] + stamps[:loop.index], 'ended_at')
                ) }}
        end as {{ stage.name }}_hours,
        {%- endfor %}
        {{ hours_between(stage_position(['created_at'] + stamps, 'ended_at'), 'ended_at') }} as last_hours,
        {{ hours_between('created_at', 'ended_at') }} as elapsed_hours,
        case
            {%- for stage in stages | reverse %}
            when {{ stage.stamp }} is not null then {{ loop.revindex }}
            {%- endfor %}
            else 0
        end as last_stage,
        {%- for stage in stages %}
        coalesce({{ stage.stamp }} >= {{ latest(['created_at'] + stamps[:loop.index0]) }}, true)
        and
        {%- endfor %}
        ended_at >= {{ latest(['created_at'] + stamps) }} as is_timeline_monotone
    from stamped

)

select
    measured.shop_id,
    measured.order_id,
    measured.order_key,
    measured.as_of_on,
    measured.created_at,
    measured.created_on,
    measured.creator_handle,
    measured.dispatch_event,
    measured.dispatch_due_at,
    measured.dispatch_due_on,
    measured.policy_version,
    measured.dispatched_at,
    measured.is_late,
    measured.is_overdue_open,
    measured.ended_at,
    coalesce(warehouses.warehouse_id, warehouses.warehouse_name, '(unknown)') as warehouse,
    measured.confirmed_at,
    measured.allocated_at,
    measured.picked_at,
    measured.packed_at,
    case
        when measured.dispatch_event = 'tracking_uploaded' then measured.dispatched_at
        else measured.labelled_at
    end as labelled_at,
    measured.tendered_at,
    case
        when measured.dispatch_event <> 'tracking_uploaded' then measured.dispatched_at
    end as first_scan_at,
    measured.confirm_hours,
    measured.allocate_hours,
    measured.pick_hours,
    measured.pack_hours,
    case
        when measured.dispatch_event <> 'tracking_uploaded' then measured.label_hours
        when measured.dispatched_at is not null then measured.last_hours
    end as label_hours,
    measured.tender_hours,
    case
        when measured.dispatch_event <> 'tracking_uploaded' and measured.dispatched_at is not null
            then measured.last_hours
    end as first_scan_hours,
    case when measured.dispatched_at is null then measured.last_hours end as open_hours,
    measured.elapsed_hours,
    measured.last_stage,
    case when measured.dispatch_event = 'tracking_uploaded' then 5 else 7 end as final_stage,
    measured.is_timeline_monotone
from measured
left join {{ ref('int_order_warehouses') }} as warehouses
    on measured.order_key = warehouses.order_key
