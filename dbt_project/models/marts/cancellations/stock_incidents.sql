{#-
  Times in which a SKU was sold that the warehouses did not have: seller-fault cancellations of it
  while the last count said none, and the account health points that were lost meanwhile.
-#}
with cancelled as (

    select
        orders.shop_id,
        orders.order_id,
        orders.order_key,
        orders.cancelled_at,
        orders.cancelled_on
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_cancellation_faults') }} as faults
        on orders.order_key = faults.order_key
    where
        faults.platform_fault = 'seller'
        and orders.is_rated
        and not orders.is_fbt
        and orders.counts_from_on is not null

),

short as (

    select distinct
        cancelled.shop_id,
        cancelled.order_id,
        cancelled.cancelled_on,
        items.seller_sku
    from cancelled
    inner join {{ ref('int_order_items') }} as items
        on cancelled.order_key = items.order_key
    inner join {{ ref('int_stock_counts') }} as counts
        on
            items.shop_id = counts.shop_id
            and items.seller_sku = counts.seller_sku
            and cancelled.cancelled_at >= counts.snapshot_at
            and cancelled.cancelled_at < counts.next_snapshot_at
    where counts.available <= 0

),

seen as (

    select
        as_of.as_of_on,
        short.*,
        lag(short.cancelled_on) over (
            partition by as_of.as_of_on, short.shop_id, short.seller_sku
            order by short.cancelled_on nulls last, short.order_id nulls last
        ) as previous_on
    from short
    inner join {{ source('inputs', 'as_of') }} as as_of
        on
            short.shop_id = as_of.shop_id
            and short.cancelled_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on

),

numbered as (

    select
        *,
        sum(
            case
                when {{ dbt.datediff('previous_on', 'cancelled_on', 'day') }} <= {{ var('incident_gap_days') }} then 0
                else 1
            end
        ) over (
            partition by as_of_on, shop_id, seller_sku
            order by cancelled_on nulls last, order_id nulls last
            rows between unbounded preceding and current row
        ) as incident
    from seen

),

incidents as (

    select
        shop_id,
        as_of_on,
        seller_sku,
        incident,
        min(cancelled_on) as started_on,
        max(cancelled_on) as ended_on,
        cast(count(*) as bigint) as cancelled_orders
    from numbered
    group by shop_id, as_of_on, seller_sku, incident

),

violations as (

    select shop_id, order_id, recorded_on, abs(points_change) as points
    from {{ ref('int_account_health_events') }}
    where kind = 'violation'

),

named as (

    select
        numbered.shop_id,
        numbered.as_of_on,
        numbered.seller_sku,
        numbered.incident,
        sum(violations.points) as points
    from numbered
    inner join violations
        on
            numbered.shop_id = violations.shop_id
            and numbered.order_id = violations.order_id
            and numbered.as_of_on >= violations.recorded_on
    group by numbered.shop_id, numbered.as_of_on, numbered.seller_sku, numbered.incident

),

nearby as (

    select
        incidents.shop_id,
        incidents.as_of_on,
        incidents.seller_sku,
        incidents.incident,
        sum(violations.points) as points
    from incidents
    inner join violations
        on
            incidents.shop_id = violations.shop_id
            and incidents.as_of_on >= violations.recorded_on
            and violations.recorded_on between incidents.started_on
            and {{ add_days('incidents.ended_on', var('incident_points_days')) }}
    group by incidents.shop_id, incidents.as_of_on, incidents.seller_sku, incidents.incident

)

select
    incidents.shop_id,
    incidents.as_of_on,
    incidents.seller_sku,
    incidents.started_on,
    incidents.ended_on,
    incidents.cancelled_orders,
    cast(coalesce(named.points, 0) as bigint) as points_lost_for_its_orders,
    cast(coalesce(nearby.points, 0) as bigint) as points_lost_meanwhile
from incidents
left join named
    on
        incidents.shop_id = named.shop_id
        and incidents.as_of_on = named.as_of_on
        and incidents.seller_sku = named.seller_sku
        and incidents.incident = named.incident
left join nearby
    on
        incidents.shop_id = nearby.shop_id
        and incidents.as_of_on = nearby.as_of_on
        and incidents.seller_sku = nearby.seller_sku
        and incidents.incident = nearby.incident
