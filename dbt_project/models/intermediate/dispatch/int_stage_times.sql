{#-
  How many hours an order still had before it when it reached a stage: past orders counted by whole
  hours, so that the chances of an open one are read from a few thousand rows.

  The day of the dispatch stands beside, because a moment may look at the orders before it alone.
-#}
with oldest_days as (

    select shop_id, {{ add_days('min(as_of_on)', '-' ~ stage_history_days()) }} as recent_from_on
    from {{ source('inputs', 'as_of') }}
    group by shop_id

),

dispatched as (

    -- The last answer alone: once the scans know an order, its stamps say nothing any more.
    select
        states.order_key,
        states.shop_id,
        states.carrier,
        states.dispatched_at,
        states.dispatched_on
    from {{ ref('int_order_states') }} as states
    inner join oldest_days
        on
            states.shop_id = oldest_days.shop_id
            and states.dispatched_on >= oldest_days.recent_from_on
    where
        states.is_rated
        and not states.is_fbt
        and states.counts_from_on is not null
        and states.valid_to_on is null

),

stamped as (

    select
        dispatched.shop_id,
        dispatched.dispatched_at,
        dispatched.dispatched_on,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse,
        coalesce(dispatched.carrier, stages.carrier, '(unknown)') as carrier,
        orders.created_at,
        orders.rts_at,
        stages.confirmed_at,
        stages.allocated_at,
        stages.picked_at,
        stages.quality_checked_at,
        stages.packed_at,
        stages.labelled_at,
        stages.tendered_at
    from dispatched
    inner join {{ ref('int_orders') }} as orders
        on dispatched.order_key = orders.order_key
    left join {{ ref('int_order_stages') }} as stages
        on dispatched.order_key = stages.order_key
    left join {{ ref('int_order_warehouses') }} as origins
        on dispatched.order_key = origins.order_key

),

remaining as (

    {% for stage, stamp in dispatch_stages() -%}
    select
        shop_id,
        warehouse,
        carrier,
        '{{ stage }}' as stage,
        dispatched_on,
        {{ hours_between(stamp, 'dispatched_at') }} as hours
    from stamped
    where {{ stamp }} <= dispatched_at
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    shop_id,
    warehouse,
    carrier,
    stage,
    dispatched_on,
    {{ hour_bin('hours') }} as hours,
    cast(count(*) as bigint) as orders
from remaining
group by shop_id, warehouse, carrier, stage, dispatched_on, {{ hour_bin('hours') }}
