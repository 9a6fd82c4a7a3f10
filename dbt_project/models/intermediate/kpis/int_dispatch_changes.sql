{#-
  What orders add to the three late dispatch rates: signed changes by the day in the window, and by
  the day from which they are known. The open overdue orders of `projected` belong to no window day.
-#}
with states as (

    select
        states.*,
        coalesce(origins.warehouse_id, origins.warehouse_name, '(unknown)') as warehouse
    from {{ ref('int_order_states') }} as states
    left join {{ ref('int_order_warehouses') }} as origins
        on states.order_key = origins.order_key
    where states.is_rated and states.counts_from_on is not null

),

dispatched as (

    select
        shop_id,
        warehouse,
        'dispatched' as part,
        dispatched_on as window_on,
        cast(null as date) as due_on,
        greatest(dispatched_on, counts_from_on, valid_from_on) as from_on,
        valid_to_on as to_on,
        cast(coalesce(not is_fbt and dispatched_at > dispatch_due_at, false) as integer) as late
    from states
    where dispatched_on is not null

),

due as (

    select
        shop_id,
        warehouse,
        'due' as part,
        dispatch_due_on as window_on,
        cast(null as date) as due_on,
        greatest(dispatch_due_on, counts_from_on, valid_from_on) as from_on,
        valid_to_on as to_on,
        cast(not is_fbt and coalesce(dispatched_at > dispatch_due_at, true) as integer) as late
    from states
    where
        dispatch_due_on is not null
        and not coalesce(
            cancelled_at < dispatch_due_at
            and (dispatched_at is null or dispatched_at >= cancelled_at),
            false
        )

),

overdue_open as (

    select
        shop_id,
        warehouse,
        'overdue_open' as part,
        cast(null as date) as window_on,
        dispatch_due_on as due_on,
        greatest(dispatch_due_on, counts_from_on, valid_from_on) as from_on,
        least(dispatched_on, cancelled_on, valid_to_on) as to_on,
        1 as late
    from states
    where
        dispatch_due_on is not null
        and not is_fbt
        and (dispatched_at is null or dispatched_at > dispatch_due_at)
        and (cancelled_at is null or cancelled_at > dispatch_due_at)

),

unioned as (

    select * from dispatched
    union all
    select * from due
    union all
    select * from overdue_open

),

held as (

    select * from unioned where to_on is null or from_on < to_on

)

select
    shop_id,
    warehouse,
    part,
    window_on,
    due_on,
    from_on as known_on,
    cast(count(*) as bigint) as orders,
    cast(sum(late) as bigint) as late_orders
from held
group by shop_id, warehouse, part, window_on, due_on, from_on

union all

select
    shop_id,
    warehouse,
    part,
    window_on,
    due_on,
    to_on as known_on,
    cast(-count(*) as bigint) as orders,
    cast(-sum(late) as bigint) as late_orders
from held
where to_on is not null
group by shop_id, warehouse, part, window_on, due_on, to_on
