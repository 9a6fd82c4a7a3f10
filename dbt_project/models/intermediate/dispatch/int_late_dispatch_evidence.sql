{#-
  Of each order whose dispatch deadline fell into the week that ends with an as-of day and was missed:
  does the stock explain it, does the carrier's scan?

  Stock readiness: at some count between order and deadline one of its SKUs had none left, or most of
  the time went until the goods were allocated. Carrier scan timing: the parcel was handed over (where
  that is not known: labelled, or ready to ship) by the deadline, so only the scan was late.
-#}
{%- set stages = [
    'confirmed_at', 'allocated_at', 'picked_at', 'quality_checked_at', 'packed_at', 'labelled_at',
    'tendered_at'
] -%}
with late as (

    select
        weeks.shop_id,
        weeks.as_of_on,
        as_of.ends_at,
        states.order_key,
        states.dispatch_due_at,
        case when states.dispatched_on <= weeks.ends_on then states.dispatched_at end as dispatched_at
    from ({{ indicator_periods() }}) as weeks
    inner join {{ source('inputs', 'as_of') }} as as_of
        on
            weeks.shop_id = as_of.shop_id
            and weeks.as_of_on = as_of.as_of_on
            and weeks.period = 'now'
    inner join {{ ref('int_order_states') }} as states
        on
            weeks.shop_id = states.shop_id
            and states.is_rated
            and not states.is_fbt
            and states.dispatch_due_on between weeks.starts_on and weeks.ends_on
            and states.counts_from_on <= weeks.ends_on
            and states.valid_from_on <= weeks.ends_on
            and (states.valid_to_on is null or states.valid_to_on > weeks.ends_on)
            and (states.dispatched_at is null or states.dispatched_at > states.dispatch_due_at)
            and (states.cancelled_at is null or states.cancelled_at > states.dispatch_due_at)

),

stamped as (

    -- Later stamps are not seen yet.
    select
        late.shop_id,
        late.as_of_on,
        late.order_key,
        late.dispatch_due_at,
        late.dispatched_at,
        orders.created_at,
        coalesce(late.dispatched_at, late.ends_at) as ended_at,
        case when orders.rts_at < late.ends_at then orders.rts_at end as ready_at,
        stages.order_key is not null as has_stages,
        {%- for stage in stages %}
        case when stages.{{ stage }} < late.ends_at then stages.{{ stage }} end as {{ stage }}{{ ',' if not loop.last }}
        {%- endfor %}
    from late
    inner join {{ ref('int_orders') }} as orders
        on late.order_key = orders.order_key
    left join {{ ref('int_order_stages') }} as stages
        on late.order_key = stages.order_key

),

-- A warehouse that never gives a stamp cannot be said to wait for it.
given as (

    select
        shop_id,
        bool_or(confirmed_at is not null) as gives_confirmed,
        bool_or(allocated_at is not null) as gives_allocated
    from {{ ref('int_order_stages') }}
    group by shop_id

),

reached as (

    -- A stamp that is missing, or earlier than the one before, leaves the order where it was.
    select
        *,
        {%- for stage in stages %}
        greatest(
            created_at
            {%- for past in stages[:loop.index] %}, coalesce({{ past }}, created_at){% endfor -%}
        ) as {{ stage }}_reached{{ ',' if not loop.last }}
        {%- endfor %}
    from stamped

),

measured as (

    select
        reached.*,
        {{ epoch_micros('confirmed_at_reached') }} - {{ epoch_micros('created_at') }} as confirm_micros,
        {{ epoch_micros('allocated_at_reached') }} - {{ epoch_micros('confirmed_at_reached') }}
            as allocate_micros,
        greatest(
            {%- for stage in stages[2:] %}
            {{ epoch_micros(stage ~ '_reached') }} - {{ epoch_micros(stages[loop.index] ~ '_reached') }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as later_micros,
        {{ epoch_micros('ended_at') }} - {{ epoch_micros(stages[-1] ~ '_reached') }} as last_micros,
        reached.dispatched_at is null
        and coalesce({{ stages[2:] | join(', ') }}) is null
        and (
            (reached.allocated_at is null and given.gives_allocated)
            or (reached.confirmed_at is null and reached.allocated_at is null and given.gives_confirmed)
        ) as is_waiting_for_goods
    from reached
    left join given
        on reached.shop_id = given.shop_id

),

stock_outs as (

    select distinct
        stamped.as_of_on,
        stamped.order_key
    from stamped
    inner join {{ ref('int_order_items') }} as items
        on stamped.order_key = items.order_key
    inner join {{ ref('int_stock_counts') }} as counts
        on
            items.shop_id = counts.shop_id
            and items.seller_sku = counts.seller_sku
            and counts.available <= 0
            and stamped.dispatch_due_at >= counts.snapshot_at
            and stamped.created_at < counts.next_snapshot_at

)

select
    measured.shop_id,
    measured.as_of_on,
    measured.order_key,
    stock_outs.order_key is not null
    or (
        measured.has_stages
        and greatest(
            measured.confirm_micros,
            measured.allocate_micros,
            case when measured.is_waiting_for_goods then measured.last_micros else 0 end
        ) >= greatest(
            measured.later_micros,
            case when measured.is_waiting_for_goods then 0 else measured.last_micros end
        )
    ) as is_stock_readiness,
    coalesce(
        coalesce(measured.tendered_at, measured.labelled_at, measured.ready_at)
        <= measured.dispatch_due_at,
        false
    ) as is_carrier_scan_timing
from measured
left join stock_outs
    on
        measured.as_of_on = stock_outs.as_of_on
        and measured.order_key = stock_outs.order_key
