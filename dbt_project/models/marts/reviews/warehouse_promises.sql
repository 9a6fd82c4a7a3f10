{#-
  Did each warehouse keep its promises in the full week that ends at the as-of day? It promises to hand
  over what it receives before its cut-off on the same business day, else on the next one, by its own
  clock; and, unless agreed otherwise, to take returns in and to grade them within a few business days.
  Stamps at or after the end of the week were not known then and count as missing.
-#}
{%- set first_day = add_days('as_of.as_of_on', -6) -%}
{%- set hours_and_minutes = [1, 2] -%}
with weeks as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        as_of.ends_at,
        {{ first_day }} as from_on,
        {{ add_days(first_day, -28) }} as before_from_on
    from {{ source('inputs', 'as_of') }} as as_of
    where as_of.as_of_on = {{ week_end('as_of.as_of_on') }}

),

warehouses as (

    select
        warehouses.shop_id,
        warehouses.warehouse_id,
        warehouses.warehouse_name,
        warehouses.kind,
        warehouses.order_cutoff,
        warehouses.timezone,
        {%- for part in hours_and_minutes %}
        {{ dbt.safe_cast(dbt.split_part('warehouses.order_cutoff', "':'", part), 'int') }} as cutoff_{{ part }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_reference__warehouses') }} as warehouses

),

handled as (

    -- A warehouse that no file declares hands over, too; nothing says by when.
    select
        shipments.shop_id,
        shipments.warehouse_id,
        shipments.received_at,
        shipments.tendered_at,
        orders.cancelled_at,
        {{ known_zone('coalesce(warehouses.timezone, shops.timezone)') }} as timezone,
        case
            when warehouses.cutoff_1 between 0 and 24 and warehouses.cutoff_2 between 0 and 59
                then warehouses.cutoff_1 * 60 + warehouses.cutoff_2
        end as cutoff_minutes
    from {{ ref('int_shipments') }} as shipments
    inner join {{ source('inputs', 'shops') }} as shops
        on shipments.shop_id = shops.shop_id
    left join warehouses
        on
            shipments.shop_id = warehouses.shop_id
            and shipments.warehouse_id = warehouses.warehouse_id
    inner join {{ ref('int_orders') }} as orders
        on shipments.order_key = orders.order_key
    inner join (
        select shop_id, {{ add_days('min(before_from_on)', -14) }} as from_on
        from weeks
        group by shop_id
    ) as reach
        on
            shipments.shop_id = reach.shop_id
            and shipments.received_at >= reach.from_on
    where shipments.warehouse_id is not null and coalesce(warehouses.kind, '') <> 'fbt'

),

shipments as (

    select
        *,
        {{ local_time('received_at', 'timezone') }} as received_local_at,
        {{ local_time('tendered_at', 'timezone') }} as tendered_local_at,
        -- A parcel that left before its order was cancelled was not called off.
        case
            when tendered_at is null or cancelled_at < tendered_at
                then {{ local_time('cancelled_at', 'timezone') }}
        end as called_off_local_at
    from handled

),

promised_dispatches as (

    select
        shipments.*,
        cast(shipments.tendered_local_at as date) as tendered_on,
        cast(shipments.called_off_local_at as date) as called_off_on,
        days.business_day_index
        + case
            when
                days.is_business_day
                and extract(hour from shipments.received_local_at) * 60
                + extract(minute from shipments.received_local_at) < shipments.cutoff_minutes
                then 0
            when shipments.cutoff_minutes is not null then 1
        end as promised_index
    from shipments
    left join {{ ref('int_policy_days') }} as days
        on
            shipments.shop_id = days.shop_id
            and cast(shipments.received_local_at as date) = days.day_on

),

returns as (

    select
        received.shop_id,
        received.warehouse_id,
        received.received_at,
        received.received_on,
        received.graded_at,
        received.graded_on,
        parcels.return_delivered_at,
        parcels.return_delivered_on
    from {{ ref('int_returns_received') }} as received
    left join {{ ref('int_returns') }} as parcels
        on
            received.shop_id = parcels.shop_id
            and received.return_order_id = parcels.return_order_id
            and received.order_id = parcels.order_id
            and received.line_sku_id = parcels.line_sku_id
    where received.warehouse_id is not null

),

reporting as (

    -- Which warehouses say what came back, since when, and how far their word reaches in each week.
    select
        received.shop_id,
        received.warehouse_id,
        weeks.as_of_on,
        min(received.received_on) as from_on,
        max(greatest(
            received.received_on, case when received.graded_at < weeks.ends_at then received.graded_on end
        )) as to_on
    from {{ ref('int_returns_received') }} as received
    inner join weeks
        on
            received.shop_id = weeks.shop_id
            and received.received_at < weeks.ends_at
    where received.warehouse_id is not null
    group by received.shop_id, received.warehouse_id, weeks.as_of_on

),

never_received as (

    -- Delivered by the carrier and in no word of the warehouse, which is the one that it left from.
    select
        parcels.shop_id,
        parcels.warehouse_id,
        parcels.return_delivered_at,
        parcels.return_delivered_on
    from {{ ref('int_returns') }} as parcels
    left join {{ ref('int_returns_received') }} as received
        on
            parcels.shop_id = received.shop_id
            and parcels.return_order_id = received.return_order_id
            and parcels.order_id = received.order_id
            and parcels.line_sku_id = received.line_sku_id
    where
        parcels.return_delivered_at is not null
        and parcels.warehouse_id is not null
        and received.return_order_id is null

),

promised as (

    select
        shop_id,
        warehouse_id,
        'dispatch' as promise,
        promised_index,
        received_at as starts_at,
        tendered_at as ended_at,
        tendered_on as ended_on,
        called_off_on,
        cast(null as date) as unreported_from_on
    from promised_dispatches

    union all

    select
        returns.shop_id,
        returns.warehouse_id,
        'receive' as promise,
        days.business_day_index + {{ var('promise_receiving_business_days') }} as promised_index,
        returns.return_delivered_at as starts_at,
        returns.received_at as ended_at,
        returns.received_on as ended_on,
        cast(null as date) as called_off_on,
        cast(null as date) as unreported_from_on
    from returns
    inner join {{ ref('int_policy_days') }} as days
        on
            returns.shop_id = days.shop_id
            and returns.return_delivered_on = days.day_on

    union all

    select
        never_received.shop_id,
        never_received.warehouse_id,
        'receive' as promise,
        days.business_day_index + {{ var('promise_receiving_business_days') }} as promised_index,
        never_received.return_delivered_at as starts_at,
        cast(null as timestamp) as ended_at,
        cast(null as date) as ended_on,
        cast(null as date) as called_off_on,
        never_received.return_delivered_on as unreported_from_on
    from never_received
    inner join {{ ref('int_policy_days') }} as days
        on
            never_received.shop_id = days.shop_id
            and never_received.return_delivered_on = days.day_on

    union all

    select
        returns.shop_id,
        returns.warehouse_id,
        'grade' as promise,
        days.business_day_index + {{ var('promise_grading_business_days') }} as promised_index,
        returns.received_at as starts_at,
        returns.graded_at as ended_at,
        returns.graded_on as ended_on,
        cast(null as date) as called_off_on,
        cast(null as date) as unreported_from_on
    from returns
    inner join {{ ref('int_policy_days') }} as days
        on
            returns.shop_id = days.shop_id
            and returns.received_on = days.day_on

),

dated as (

    select
        promised.*,
        days.day_on as promised_on
    from promised
    left join {{ ref('int_policy_days') }} as days
        on
            promised.shop_id = days.shop_id
            and promised.promised_index = days.business_day_index
            and days.is_business_day
    -- What was called off by the end of the promised day broke no promise; later, it was broken already.
    where
        promised.called_off_on is null
        or promised.called_off_on > days.day_on

),

known as (

    select
        weeks.shop_id,
        weeks.as_of_on,
        dated.warehouse_id,
        dated.promise,
        dated.promised_on,
        dated.promised_on between weeks.before_from_on and weeks.as_of_on as is_due,
        dated.promised_on < weeks.from_on as is_before,
        dated.ended_at < weeks.ends_at and dated.ended_on <= dated.promised_on as is_kept,
        case
            when dated.ended_at < weeks.ends_at and dated.ended_on >= weeks.from_on
                then {{ hours_between('dated.starts_at', 'dated.ended_at') }}
        end as done_hours
    from weeks
    inner join dated
        on
            weeks.shop_id = dated.shop_id
            and (
                dated.promised_on between weeks.before_from_on and weeks.as_of_on
                or dated.ended_on between weeks.from_on and weeks.as_of_on
            )
            and weeks.ends_at > dated.starts_at
    left join reporting
        on
            weeks.shop_id = reporting.shop_id
            and weeks.as_of_on = reporting.as_of_on
            and dated.warehouse_id = reporting.warehouse_id
    -- Where the warehouse says nothing of those days, nothing is known of them.
    where
        dated.unreported_from_on is null
        or (dated.unreported_from_on >= reporting.from_on and dated.promised_on <= reporting.to_on)

),

counted as (

    select
        shop_id,
        as_of_on,
        warehouse_id,
        promise,
        count(done_hours) as done,
        percentile_cont(0.5) within group (order by done_hours) as p50_hours,
        percentile_cont(0.9) within group (order by done_hours) as p90_hours,
        count(case when is_due and not is_before then 1 end) as due,
        count(case when is_due and not is_before and is_kept then 1 end) as kept,
        count(case when is_due and is_before then 1 end) as previous_due,
        count(case when is_due and is_before and is_kept then 1 end) as previous_kept
    from known
    group by shop_id, as_of_on, warehouse_id, promise

)

select
    counted.shop_id,
    counted.as_of_on,
    counted.warehouse_id,
    warehouses.warehouse_name,
    warehouses.kind,
    counted.promise,
    case when counted.promise = 'dispatch' then warehouses.order_cutoff end as order_cutoff,
    cast(
        case counted.promise
            when 'receive' then {{ var('promise_receiving_business_days') }}
            when 'grade' then {{ var('promise_grading_business_days') }}
        end as bigint
    ) as business_days,
    counted.promise <> 'dispatch' as is_assumed,
    cast(counted.done as bigint) as done,
    counted.p50_hours,
    counted.p90_hours,
    cast(counted.due as bigint) as due,
    cast(counted.kept as bigint) as kept,
    {{ ratio('counted.kept', 'counted.due') }} as value,
    cast(counted.previous_due as bigint) as previous_due,
    cast(counted.previous_kept as bigint) as previous_kept,
    {{ ratio('counted.previous_kept', 'counted.previous_due') }} as previous_value
from counted
left join warehouses
    on
        counted.shop_id = warehouses.shop_id
        and counted.warehouse_id = warehouses.warehouse_id
where counted.done + counted.due + counted.previous_due > 0
