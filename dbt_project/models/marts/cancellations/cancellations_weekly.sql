with changes as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        {{ week_start('changes.window_on') }} as week_start_on,
        changes.fault,
        sum(changes.confirmed_orders) as confirmed_orders,
        sum(changes.cancelled_orders) as cancelled_orders
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_cancellation_changes') }} as changes
        on
            as_of.shop_id = changes.shop_id
            and changes.window_on >= {{ add_days(week_start('as_of.as_of_on'), -49) }}
            and changes.window_on <= as_of.as_of_on
            and changes.known_on <= as_of.as_of_on
    group by 1, 2, 3, 4

),

weeks as (

    select
        shop_id,
        as_of_on,
        week_start_on,
        sum(confirmed_orders) as confirmed_orders
    from changes
    group by shop_id, as_of_on, week_start_on

)

select
    weeks.shop_id,
    weeks.as_of_on,
    weeks.week_start_on,
    faults.fault,
    cast(coalesce(changes.cancelled_orders, 0) as bigint) as orders,
    cast(weeks.confirmed_orders as bigint) as confirmed_orders
from weeks
cross join (
    {%- for fault in ['seller', 'buyer', 'platform', 'unknown'] %}
    select '{{ fault }}' as fault{{ ' union all' if not loop.last }}
    {%- endfor %}
) as faults
left join changes
    on
        weeks.shop_id = changes.shop_id
        and weeks.as_of_on = changes.as_of_on
        and weeks.week_start_on = changes.week_start_on
        and faults.fault = changes.fault
