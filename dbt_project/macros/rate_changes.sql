{#
  What each order adds to a rate, and from which day that is known: signed changes by the columns
  `keys`, which are summed to a rate of all orders, or kept by order to tell what moved it.
#}

{#
  Late dispatch. `states`: rows of `int_order_states` that count. The open overdue orders of the
  projected rate belong to no window day.
#}
{% macro dispatch_changes(states, keys) -%}
    {%- set grouped = keys | join(', ') -%}
    with dispatched as (

        select
            {{ grouped }},
            'dispatched' as part,
            dispatched_on as window_on,
            cast(null as date) as due_on,
            greatest(dispatched_on, counts_from_on, valid_from_on) as from_on,
            valid_to_on as to_on,
            cast(coalesce(not is_fbt and dispatched_at > dispatch_due_at, false) as integer) as late
        from {{ states }}
        where dispatched_on is not null

    ),

    due as (

        select
            {{ grouped }},
            'due' as part,
            dispatch_due_on as window_on,
            cast(null as date) as due_on,
            greatest(dispatch_due_on, counts_from_on, valid_from_on) as from_on,
            valid_to_on as to_on,
            cast(not is_fbt and coalesce(dispatched_at > dispatch_due_at, true) as integer) as late
        from {{ states }}
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
            {{ grouped }},
            'overdue_open' as part,
            cast(null as date) as window_on,
            dispatch_due_on as due_on,
            greatest(dispatch_due_on, counts_from_on, valid_from_on) as from_on,
            least(dispatched_on, cancelled_on, valid_to_on) as to_on,
            1 as late
        from {{ states }}
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
        {{ grouped }},
        part,
        window_on,
        due_on,
        from_on as known_on,
        cast(count(*) as bigint) as orders,
        cast(sum(late) as bigint) as late_orders
    from held
    group by {{ grouped }}, part, window_on, due_on, from_on

    union all

    select
        {{ grouped }},
        part,
        window_on,
        due_on,
        to_on as known_on,
        cast(-count(*) as bigint) as orders,
        cast(-sum(late) as bigint) as late_orders
    from held
    where to_on is not null
    group by {{ grouped }}, part, window_on, due_on, to_on
{%- endmacro %}

{# On-time delivery, by deliver-by day. `states`: rows of `int_order_states`. #}
{% macro delivery_changes(states, keys) -%}
    {%- set grouped = keys | join(', ') -%}
    with spans as (

        select
            {{ grouped }},
            deliver_by_on as window_on,
            greatest(deliver_by_on, counts_from_on, valid_from_on) as from_on,
            least(
                valid_to_on,
                case when dispatched_at is null or cancelled_at < dispatched_at then cancelled_on end
            ) as to_on,
            cast(coalesce(delivered_at <= deliver_by_at, false) as integer) as on_time
        from {{ states }}
        where
            is_rated
            and counts_from_on is not null
            and not is_fbt
            and not is_express
            and deliver_by_on is not null

    ),

    held as (

        select * from spans where to_on is null or from_on < to_on

    )

    select
        {{ grouped }},
        window_on,
        from_on as known_on,
        cast(count(*) as bigint) as orders,
        cast(sum(on_time) as bigint) as on_time_orders
    from held
    group by {{ grouped }}, window_on, from_on

    union all

    select
        {{ grouped }},
        window_on,
        to_on as known_on,
        cast(-count(*) as bigint) as orders,
        cast(-sum(on_time) as bigint) as on_time_orders
    from held
    where to_on is not null
    group by {{ grouped }}, window_on, to_on
{%- endmacro %}

{#
  Cancellations, by creation day: confirmed orders (no fault named) and, of those, the cancelled ones
  by fault and reason. `orders`: a relation of `int_orders` from which those that count are taken.
#}
{% macro cancellation_changes(orders, keys) -%}
    {%- set grouped = keys | join(', ') -%}
    with rated as (

        select
            {%- for key in keys %}
            orders.{{ key }},
            {%- endfor %}
            orders.created_on,
            orders.counts_from_on,
            orders.cancelled_on,
            orders.is_unconfirmed,
            orders.is_fbt,
            faults.platform_fault,
            faults.reason_group,
            coalesce(faults.cancel_by, '(none)') as cancel_by,
            coalesce(faults.cancel_reason, '(none)') as cancel_reason,
            faults.is_mapped
        from {{ orders }} as orders
        left join {{ ref('int_cancellation_faults') }} as faults
            on orders.order_key = faults.order_key
        where orders.is_rated and orders.counts_from_on is not null

    )

    select
        {{ grouped }},
        created_on as window_on,
        counts_from_on as known_on,
        cast(null as {{ dbt.type_string() }}) as fault,
        cast(null as {{ dbt.type_string() }}) as cancel_by,
        cast(null as {{ dbt.type_string() }}) as cancel_reason,
        cast(null as boolean) as is_mapped,
        cast(count(*) as bigint) as confirmed_orders,
        cast(0 as bigint) as cancelled_orders,
        cast(0 as bigint) as seller_fault_orders,
        cast(0 as bigint) as out_of_stock_orders
    from rated
    group by {{ grouped }}, created_on, counts_from_on

    union all

    -- A buyer who cancels within the free minutes takes the order out again.
    select
        {{ grouped }},
        created_on as window_on,
        greatest(cancelled_on, counts_from_on) as known_on,
        case when not is_unconfirmed then platform_fault end as fault,
        case when not is_unconfirmed then cancel_by end as cancel_by,
        case when not is_unconfirmed then cancel_reason end as cancel_reason,
        case when not is_unconfirmed then is_mapped end as is_mapped,
        cast(-sum(case when is_unconfirmed then 1 else 0 end) as bigint) as confirmed_orders,
        cast(sum(case when is_unconfirmed then 0 else 1 end) as bigint) as cancelled_orders,
        cast(
            sum(
                case when not is_unconfirmed and not is_fbt and platform_fault = 'seller' then 1 else 0 end
            ) as bigint
        ) as seller_fault_orders,
        cast(
            sum(
                case
                    when
                        not is_unconfirmed
                        and not is_fbt
                        and platform_fault = 'seller'
                        and reason_group = 'out_of_stock'
                        then 1
                    else 0
                end
            ) as bigint
        ) as out_of_stock_orders
    from rated
    where cancelled_on is not null
    group by {{ range(1, keys | length + 7) | join(', ') }}
{%- endmacro %}
