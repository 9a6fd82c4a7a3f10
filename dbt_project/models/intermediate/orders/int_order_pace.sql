{{ config(materialized='view') }}
{#-
  How many orders came in the last hours of each shop, and how many usually come in the same hours of
  the same weekday: the middle one of the eight weeks before. The hours end at the shop's moment, or
  where its order export ends if that is earlier.

  More than usual is more than twice the usual and beyond what chance and the shop's own weeks allow:
  five times the greater of the root of the usual (as counted events scatter) and the scaled median
  deviation of the weeks. A week counts from the shop's first order on; fewer than four tell nothing.
  Weeks are of 168 hours: where the clocks changed in between, the same hours lie one hour apart.
-#}
{%- set week_micros = 168 * 3600 * 1000000 -%}
with ends as (

    select
        moments.shop_id,
        moments.moment_at,
        case
            when known.orders_through_at < moments.moment_at then known.orders_through_at
            else moments.moment_at
        end as ends_at
    from {{ ref('int_moments') }} as moments
    inner join {{ ref('int_known_through') }} as known
        on moments.shop_id = known.shop_id

),

counting as (

    select
        orders.shop_id,
        {{ epoch_micros('ends.ends_at') }} - {{ epoch_micros('orders.created_at') }} as micros_before
    from {{ ref('int_orders') }} as orders
    inner join ends
        on orders.shop_id = ends.shop_id
    where
        orders.is_rated
        and not orders.is_fbt
        and orders.created_at < ends.moment_at
        and orders.created_at <= ends.ends_at

),

first_orders as (

    select shop_id, max(micros_before) as longest_micros
    from counting
    group by shop_id

),

placed as (

    select shop_id, micros_before
    from counting
    where micros_before < 9 * cast({{ week_micros }} as bigint)

),

spans as (

    {% for hours in [1, 3, 6, 24] -%}
    select {{ hours }} as window_hours
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

weeks as (

    {% for week in range(9) -%}
    select {{ week }} as weeks_before
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

slots as (

    select
        ends.shop_id,
        ends.ends_at,
        spans.window_hours,
        weeks.weeks_before,
        spans.window_hours * cast(3600000000 as bigint) as window_micros,
        weeks.weeks_before * cast({{ week_micros }} as bigint) as shift_micros
    from ends
    cross join spans
    cross join weeks

),

counted as (

    select
        slots.shop_id,
        slots.ends_at,
        slots.window_hours,
        slots.weeks_before,
        count(placed.micros_before) as orders
    from slots
    inner join first_orders
        on
            slots.shop_id = first_orders.shop_id
            and slots.shift_micros + slots.window_micros <= first_orders.longest_micros
    left join placed
        on
            slots.shop_id = placed.shop_id
            and placed.micros_before >= slots.shift_micros
            and placed.micros_before < slots.shift_micros + slots.window_micros
    group by slots.shop_id, slots.ends_at, slots.window_hours, slots.weeks_before

),

usual as (

    select shop_id, window_hours, count(*) as weeks, median(cast(orders as double)) as usual_orders
    from counted
    where weeks_before > 0
    group by shop_id, window_hours

),

spread as (

    select
        counted.shop_id,
        counted.window_hours,
        median(abs(counted.orders - usual.usual_orders)) as deviation
    from counted
    inner join usual
        on
            counted.shop_id = usual.shop_id
            and counted.window_hours = usual.window_hours
    where counted.weeks_before > 0
    group by counted.shop_id, counted.window_hours

),

judged as (

    select
        now.shop_id,
        now.window_hours,
        now.ends_at,
        now.orders,
        usual.weeks,
        usual.usual_orders,
        greatest(
            10.0,
            2.0 * usual.usual_orders,
            usual.usual_orders + 5.0 * greatest(sqrt(usual.usual_orders), 1.4826 * spread.deviation)
        ) as spike_above
    from counted as now
    left join usual
        on
            now.shop_id = usual.shop_id
            and now.window_hours = usual.window_hours
            and usual.weeks >= 4
    left join spread
        on
            usual.shop_id = spread.shop_id
            and usual.window_hours = spread.window_hours
    where now.weeks_before = 0

)

select
    shop_id,
    cast(window_hours as bigint) as window_hours,
    ends_at,
    cast(orders as bigint) as orders,
    cast(weeks as bigint) as weeks,
    cast(usual_orders as double) as usual_orders,
    case when usual_orders is not null then cast(spike_above as double) end as spike_above,
    coalesce(orders > case when usual_orders is not null then spike_above end, false) as is_spike
from judged
