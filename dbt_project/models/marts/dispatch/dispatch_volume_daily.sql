{#-
  Does dispatch keep up when orders come in? Orders by the day on which they were created, and what
  the shop's capacity alone would have made late.

  Capacity is the most orders that the shop dispatched in one day of these 90. It is taken to work on
  business days, oldest orders first, on orders of earlier days: a queue that never falls below empty.
  What of it is due and has not left is late,
  late = max(0, cumulative due - cumulative dispatched at capacity).
-#}
with days as (

    select
        policy_days.shop_id,
        policy_days.day_on,
        policy_days.is_business_day
    from {{ ref('int_policy_days') }} as policy_days
    inner join {{ ref('int_current_days') }} as now
        on
            policy_days.shop_id = now.shop_id
            and policy_days.day_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on

),

judged as (

    select
        orders.shop_id,
        orders.created_on,
        orders.dispatch_due_on,
        seen.dispatched_on,
        seen.is_late_dispatch or seen.is_overdue_open as is_late,
        seen.dispatched_at is not null or seen.is_overdue_open as is_decided,
        seen.dispatched_at is not null or seen.cancelled_at is null as is_to_dispatch
    from {{ ref('int_orders_now') }} as seen
    inner join {{ ref('int_orders') }} as orders
        on seen.order_key = orders.order_key
    where
        seen.is_late_dispatch is not null
        and (
            orders.created_on >= {{ add_days('seen.as_of_on', -89) }}
            or seen.dispatched_on >= {{ add_days('seen.as_of_on', -89) }}
        )

),

created as (

    select
        shop_id,
        created_on as day_on,
        count(case when is_to_dispatch then 1 end) as orders_to_dispatch,
        count(case when is_decided then 1 end) as orders,
        count(case when is_late then 1 end) as late_orders
    from judged
    group by shop_id, created_on

),

due as (

    -- Of orders that the window has seen from their creation.
    select
        judged.shop_id,
        judged.dispatch_due_on as day_on,
        count(*) as orders_due
    from judged
    inner join days
        on
            judged.shop_id = days.shop_id
            and judged.created_on = days.day_on
    where judged.is_to_dispatch
    group by judged.shop_id, judged.dispatch_due_on

),

dispatched as (

    select
        shop_id,
        dispatched_on as day_on,
        count(*) as orders_dispatched
    from judged
    where dispatched_on is not null
    group by shop_id, dispatched_on

),

counted as (

    select
        days.shop_id,
        days.day_on,
        days.is_business_day,
        volumes.volume_decile,
        coalesce(volumes.orders, 0) as orders_created,
        coalesce(created.orders_to_dispatch, 0) as orders_to_dispatch,
        coalesce(created.orders, 0) as orders,
        coalesce(created.late_orders, 0) as late_orders,
        coalesce(due.orders_due, 0) as orders_due,
        coalesce(dispatched.orders_dispatched, 0) as orders_dispatched,
        max(coalesce(dispatched.orders_dispatched, 0)) over (partition by days.shop_id) as capacity
    from days
    left join {{ ref('int_order_volumes') }} as volumes
        on
            days.shop_id = volumes.shop_id
            and days.day_on = volumes.created_on
    left join created
        on
            days.shop_id = created.shop_id
            and days.day_on = created.day_on
    left join due
        on
            days.shop_id = due.shop_id
            and days.day_on = due.day_on
    left join dispatched
        on
            days.shop_id = dispatched.shop_id
            and days.day_on = dispatched.day_on

),

-- What is to be done on a day is what was created before it.
running as (

    select
        counted.*,
        {{ ratio('late_orders', 'orders') }} as value,
        sum(orders_to_dispatch) over before_today as arrived,
        sum(case when is_business_day then capacity else 0 end) over until_today as could_leave,
        sum(orders_due) over until_today as due_so_far
    from counted
    window
        until_today as (
            partition by shop_id order by day_on nulls last
            rows between unbounded preceding and current row
        ),
        before_today as (
            partition by shop_id order by day_on nulls last
            rows between unbounded preceding and 1 preceding
        )

),

queued as (

    -- The backlog of a queue: how far the inflow less the capacity is above its lowest so far.
    select
        running.*,
        coalesce(arrived, 0) - could_leave - least(
            0,
            min(coalesce(arrived, 0) - could_leave) over (
                partition by shop_id order by day_on nulls last
                rows between unbounded preceding and current row
            )
        ) as backlog
    from running

),

relation as (

    -- How the rate moves with the volume, over the days with any decided order. Rounded: the last digits
    -- of such sums depend on the order of their rows.
    select
        shop_id,
        case
            when var_pop(orders_created) > 0 and var_pop(value) > 0 then round(corr(value, orders_created), 6)
        end as volume_correlation,
        case
            when var_pop(orders_created) > 0
                then round(covar_pop(value, orders_created) / var_pop(orders_created) * 100, 6)
        end as volume_slope
    from running
    where value is not null
    group by shop_id

)

select
    queued.shop_id,
    queued.day_on,
    queued.is_business_day,
    cast(queued.orders_created as bigint) as orders_created,
    queued.volume_decile,
    cast(queued.late_orders as bigint) as late_orders,
    cast(queued.orders as bigint) as orders,
    queued.value,
    cast(queued.orders_to_dispatch as bigint) as orders_to_dispatch,
    cast(queued.orders_due as bigint) as orders_due,
    cast(queued.orders_dispatched as bigint) as orders_dispatched,
    cast(queued.capacity as bigint) as capacity,
    cast(
        greatest(0, queued.due_so_far - (coalesce(queued.arrived, 0) - queued.backlog)) as bigint
    ) as late_at_capacity,
    relation.volume_correlation,
    relation.volume_slope
from queued
left join relation
    on queued.shop_id = relation.shop_id
