{#-
  What must leave each day to keep the open orders within a line. Of the orders that are open and have
  a deadline a share may be late; those overdue already use it up. The day that asks most of each
  business day until then binds.
-#}
with cohorts as (

    select
        shop_id,
        count(*) as open_orders,
        count(*) filter (where bucket = 'overdue') as overdue_orders
    from {{ ref('int_open_orders') }}
    where dispatch_due_at is not null
    group by shop_id

),

ruled as (

    select
        moments.shop_id,
        moments.as_of_on,
        days.policy_version,
        lines.target,
        lines.is_target_crossed_at,
        lines.enforcement,
        lines.is_enforcement_crossed_at
    from {{ ref('int_moments') }} as moments
    inner join {{ ref('int_policy_days') }} as days
        on
            moments.shop_id = days.shop_id
            and moments.as_of_on = days.day_on
    inner join {{ ref('int_policy_lines') }} as lines
        on
            days.policy_version = lines.policy_version
            and lines.metric = 'late_dispatch_rate'

),

lines as (

    {% for line in ['target', 'enforcement'] -%}
    select
        shop_id,
        policy_version,
        '{{ line }}' as line,
        {{ line }} as rate_line,
        is_{{ line }}_crossed_at as is_crossed_at
    from ruled
    where {{ line }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

allowed as (

    -- Decimal arithmetic. Where a rate that equals its line has crossed it, one late order fewer.
    select
        lines.*,
        coalesce(cohorts.open_orders, 0) as open_orders,
        coalesce(cohorts.overdue_orders, 0) as overdue_orders,
        cast(
            case
                when cohorts.open_orders is null then 0
                when lines.is_crossed_at then ceil(lines.rate_line * cohorts.open_orders) - 1
                else floor(lines.rate_line * cohorts.open_orders)
            end as bigint
        ) as allowed_late
    from lines
    left join cohorts
        on lines.shop_id = cohorts.shop_id

),

loads as (

    select
        allowed.shop_id,
        allowed.line,
        load.due_on,
        load.dispatch_days,
        load.orders_due_by_then,
        case
            when allowed.allowed_late <= allowed.overdue_orders then load.orders_due_by_then
            when load.orders_due_by_then <= allowed.allowed_late - allowed.overdue_orders then 0
            else load.orders_due_by_then - (allowed.allowed_late - allowed.overdue_orders)
        end as orders_to_dispatch
    from allowed
    inner join {{ ref('int_dispatch_load') }} as load
        on allowed.shop_id = load.shop_id

),

binding as (

    select
        *,
        cast(ceil({{ ratio('orders_to_dispatch', 'dispatch_days') }}) as bigint) as needed_per_day
    from loads
    qualify row_number() over (
        partition by shop_id, line
        order by ceil({{ ratio('orders_to_dispatch', 'dispatch_days') }}) desc nulls last, due_on nulls last
    ) = 1

),

-- What cannot be dispatched in time at the known capacity, in the order of the due days.
backlog as (

    select
        load.shop_id,
        max(load.orders_due_by_then - rates.daily_capacity * load.dispatch_days) as late_orders
    from {{ ref('int_dispatch_load') }} as load
    inner join {{ ref('int_dispatch_rates') }} as rates
        on load.shop_id = rates.shop_id
    where rates.daily_capacity is not null
    group by load.shop_id

)

select
    allowed.shop_id,
    allowed.line,
    cast(allowed.rate_line as double) as rate_line,
    cast(allowed.open_orders as bigint) as open_orders,
    cast(allowed.overdue_orders as bigint) as overdue_orders,
    allowed.allowed_late,
    cast(allowed.allowed_late - allowed.overdue_orders as bigint) as allowed_late_left,
    binding.due_on,
    cast(coalesce(binding.orders_to_dispatch, 0) as bigint) as orders_to_dispatch,
    binding.dispatch_days,
    coalesce(binding.needed_per_day, 0) as needed_per_day,
    rates.demonstrated_peak,
    rates.stated_capacity,
    case
        when allowed.allowed_late < allowed.overdue_orders then false
        when coalesce(binding.needed_per_day, 0) = 0 then true
        else binding.needed_per_day <= rates.daily_capacity
    end as is_feasible,
    case
        when rates.daily_capacity is not null
            then cast(
                allowed.overdue_orders
                + case when backlog.late_orders > 0 then backlog.late_orders else 0 end as bigint
            )
    end as late_at_capacity,
    allowed.policy_version
from allowed
left join binding
    on
        allowed.shop_id = binding.shop_id
        and allowed.line = binding.line
left join {{ ref('int_dispatch_rates') }} as rates
    on allowed.shop_id = rates.shop_id
left join backlog
    on allowed.shop_id = backlog.shop_id
