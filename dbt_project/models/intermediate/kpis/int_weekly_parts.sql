{#-
  Which orders and packages made up each judged rate of the weeks that a weekly review compares? Each
  week as it stood at its own end, as the rate itself does.
-#}
with weeks as (

    -- The full weeks that end at an as-of day, and the week before each.
    select distinct
        as_of.shop_id,
        {{ add_days('as_of.as_of_on', '-7 * back.weeks') }} as week_ends_on
    from {{ source('inputs', 'as_of') }} as as_of
    cross join (select 0 as weeks union all select 1 as weeks) as back
    where as_of.as_of_on = {{ week_end('as_of.as_of_on') }}

),

reach as (

    select
        shop_id,
        {{ add_days('min(week_ends_on)', -6) }} as from_on,
        max(week_ends_on) as to_on
    from weeks
    group by shop_id

),

states as (

    select states.*
    from {{ ref('int_order_states') }} as states
    inner join reach
        on states.shop_id = reach.shop_id
    where
        states.is_rated
        and states.counts_from_on is not null
        and (
            states.dispatched_on between reach.from_on and reach.to_on
            or states.dispatch_due_on between reach.from_on and reach.to_on
            or states.deliver_by_on between reach.from_on and reach.to_on
        )

),

created as (

    select orders.*
    from {{ ref('int_orders') }} as orders
    inner join reach
        on
            orders.shop_id = reach.shop_id
            and orders.created_on between reach.from_on and reach.to_on

),

phases as (

    select
        phases.*,
        packages.order_key
    from {{ ref('int_package_phases') }} as phases
    inner join reach
        on
            phases.shop_id = reach.shop_id
            and phases.window_on between reach.from_on and reach.to_on
    inner join {{ ref('int_packages') }} as packages
        on
            phases.shop_id = packages.shop_id
            and phases.package_key = packages.package_key
    where
        phases.is_rated_package
        and phases.counts_from_on is not null
        and (phases.to_on is null or phases.from_on < phases.to_on)

),

dispatch as (

    {{ dispatch_changes('states', ['shop_id', 'order_key']) }}

),

delivery as (

    {{ delivery_changes('states', ['shop_id', 'order_key']) }}

),

cancellation as (

    {{ cancellation_changes('created', ['shop_id', 'order_key']) }}

),

spans as (

    {{ tracking_spans('phases', ['shop_id', 'order_key', 'package_key', 'window_on']) }}

),

tracking as (

    {{ tracking_changes('spans', ['shop_id', 'order_key', 'package_key', 'window_on']) }}

),

changes as (

    select
        'late_dispatch_rate' as metric,
        case part when 'due' then 'due' else 'platform' end as basis,
        shop_id,
        order_key,
        cast(null as {{ dbt.type_string() }}) as package_key,
        window_on,
        known_on,
        late_orders as numerator,
        orders as denominator
    from dispatch
    where part in ('dispatched', 'due')

    union all

    select
        'on_time_delivery_rate' as metric,
        'platform' as basis,
        shop_id,
        order_key,
        cast(null as {{ dbt.type_string() }}) as package_key,
        window_on,
        known_on,
        on_time_orders as numerator,
        orders as denominator
    from delivery

    union all

    select
        'seller_fault_cancellation_rate' as metric,
        'platform' as basis,
        shop_id,
        order_key,
        cast(null as {{ dbt.type_string() }}) as package_key,
        window_on,
        known_on,
        seller_fault_orders as numerator,
        confirmed_orders as denominator
    from cancellation

    union all

    select
        'valid_tracking_rate' as metric,
        'platform' as basis,
        shop_id,
        order_key,
        package_key,
        window_on,
        known_on,
        packages - defective_packages as numerator,
        packages as denominator
    from tracking

)

select
    changes.shop_id,
    weeks.week_ends_on,
    changes.metric,
    changes.basis,
    changes.order_key,
    changes.package_key,
    cast(sum(changes.numerator) as bigint) as numerator,
    cast(sum(changes.denominator) as bigint) as denominator
from changes
inner join weeks
    on
        changes.shop_id = weeks.shop_id
        and weeks.week_ends_on = {{ week_end('changes.window_on') }}
        and weeks.week_ends_on >= changes.known_on
group by
    changes.shop_id,
    weeks.week_ends_on,
    changes.metric,
    changes.basis,
    changes.order_key,
    changes.package_key
having sum(changes.denominator) <> 0
