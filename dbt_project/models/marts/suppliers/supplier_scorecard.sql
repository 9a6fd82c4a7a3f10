{#-
  Suppliers by what an order of theirs costs in the end: goods, returns, support, late deliveries and
  parcels without valid tracking. Each question has a gate; what the shop's files do not tell is not
  judged. Orders of ninety days.
-#}
with contents as (

    -- An order of two suppliers counts for each of them.
    select distinct
        items.order_key,
        items.shop_id,
        items.order_id,
        skus.supplier,
        now.as_of_on,
        now.ends_at
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('int_order_items') }} as items
        on
            now.shop_id = items.shop_id
            and items.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    inner join {{ ref('stg_reference__skus') }} as skus
        on
            items.shop_id = skus.shop_id
            and items.seller_sku = skus.seller_sku
            and skus.supplier is not null

),

cancellations as (

    select
        faults.order_key,
        faults.platform_fault = 'seller' and faults.reason_group = 'out_of_stock' as is_stock_out,
        orders.is_unconfirmed
    from {{ ref('int_cancellation_faults') }} as faults
    inner join {{ ref('int_orders') }} as orders
        on faults.order_key = orders.order_key

),

held as (

    select
        contents.*,
        orders.created_on,
        orders.warehouse_id,
        orders.dispatched_on,
        orders.is_overdue_open,
        orders.is_late_dispatch,
        orders.is_on_time_delivery,
        coalesce(orders.fulfillment_type <> 'fbt', true) as is_own_dispatch,
        coalesce(
            orders.cancelled_on is not null
            and coalesce(orders.fulfillment_type <> 'fbt', true)
            and cancellations.is_stock_out,
            false
        ) as is_stock_out
    from contents
    inner join {{ ref('orders') }} as orders
        on
            contents.shop_id = orders.shop_id
            and contents.order_id = orders.order_id
    left join cancellations
        on contents.order_key = cancellations.order_key
    where
        orders.is_paid
        and not orders.is_sample
        and not orders.is_replacement
        and not coalesce(orders.cancelled_on is not null and cancellations.is_unconfirmed, false)

),

-- An order that waits for its scan has waited at least until now.
timed as (

    select
        held.*,
        scanned.business_day_index - created.business_day_index as business_days_to_scan
    from held
    inner join {{ ref('int_policy_days') }} as created
        on
            held.shop_id = created.shop_id
            and held.created_on = created.day_on
    left join {{ ref('int_policy_days') }} as scanned
        on
            held.shop_id = scanned.shop_id
            and coalesce(held.dispatched_on, held.as_of_on) = scanned.day_on

),

counted as (

    select
        shop_id,
        supplier,
        count(*) as orders,
        count(case when is_stock_out then 1 end) as stock_outs,
        count(case when is_own_dispatch and is_late_dispatch is not null then 1 end) as orders_due,
        count(case when is_late_dispatch or is_overdue_open then 1 end) as late_orders,
        count(case when is_on_time_delivery is not null then 1 end) as deliveries_judged,
        count(case when not is_on_time_delivery then 1 end) as late_deliveries,
        percentile_cont(0.9) within group (
            order by
                case
                    when
                        is_own_dispatch
                        and (dispatched_on is not null or is_overdue_open)
                        then business_days_to_scan
                end
        ) as scan_p90_business_days
    from timed
    group by shop_id, supplier

),

packages as (

    select
        held.shop_id,
        held.supplier,
        count(*) as packages,
        count(case when packages.is_valid_tracking then 1 end) as valid_packages
    from held
    inner join {{ ref('packages') }} as packages
        on
            held.shop_id = packages.shop_id
            and held.order_id = packages.order_id
    where held.is_own_dispatch
    group by held.shop_id, held.supplier

),

quality_feeds as (

    select distinct shop_id
    from {{ ref('int_shipments') }}
    where quality_checked_at is not null

),

quality as (

    select
        held.shop_id,
        held.supplier,
        count(*) as shipments,
        count(case when shipments.quality_checked_at <= shipments.tendered_at then 1 end) as checked_shipments
    from held
    inner join quality_feeds
        on held.shop_id = quality_feeds.shop_id
    inner join {{ ref('int_shipments') }} as shipments
        on
            held.order_key = shipments.order_key
            and held.ends_at > shipments.tendered_at
    group by held.shop_id, held.supplier

),

written as (

    select shop_id, ticket_id, order_id, created_on
    from {{ ref('stg_reference__support_tickets') }}

),

tickets as (

    select
        held.shop_id,
        held.supplier,
        count(tickets.ticket_id) as tickets
    from held
    inner join (select distinct shop_id from written) as feeds
        on held.shop_id = feeds.shop_id
    left join written as tickets
        on
            held.shop_id = tickets.shop_id
            and held.order_id = tickets.order_id
            and held.as_of_on >= tickets.created_on
    group by held.shop_id, held.supplier

),

-- How much busier than on their busiest days could the warehouses of its orders be?
loads as (

    select
        orders.shop_id,
        orders.warehouse_id,
        orders.created_on,
        count(*) as orders
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('orders') }} as orders
        on
            now.shop_id = orders.shop_id
            and orders.created_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on
    where orders.warehouse_id is not null and orders.is_late_dispatch is not null
    group by orders.shop_id, orders.warehouse_id, orders.created_on

),

busiest as (

    select
        shop_id,
        warehouse_id,
        percentile_cont(0.95) within group (order by orders) as p95_daily_orders
    from loads
    group by shop_id, warehouse_id

),

headrooms as (

    select
        held.shop_id,
        held.supplier,
        min({{ ratio('warehouses.daily_capacity', 'busiest.p95_daily_orders') }}) as capacity_headroom
    from (select distinct shop_id, supplier, warehouse_id from held where is_own_dispatch) as held
    inner join busiest
        on
            held.shop_id = busiest.shop_id
            and held.warehouse_id = busiest.warehouse_id
    inner join {{ ref('stg_reference__warehouses') }} as warehouses
        on
            held.shop_id = warehouses.shop_id
            and held.warehouse_id = warehouses.warehouse_id
    group by held.shop_id, held.supplier

),

rates as (

    select
        rates.shop_id,
        skus.supplier,
        sum(rates.units_ordered) as units_ordered,
        sum(rates.units_returned) as units_returned
    from {{ ref('return_rates') }} as rates
    inner join {{ ref('stg_reference__skus') }} as skus
        on
            rates.shop_id = skus.shop_id
            and rates.segment = skus.seller_sku
    where
        rates.dimension = 'seller_sku'
        and rates.basis = 'order_cohort'
        and rates.window_name = 'rolling_90d'
    group by rates.shop_id, skus.supplier

),

economics as (

    select
        economics.shop_id,
        skus.supplier,
        sum(economics.sales) as sales,
        sum(economics.unit_cost) as unit_cost,
        sum(economics.returns_cost) as returns_cost,
        max(economics.currency) as currency,
        bool_or(economics.is_assumed) as is_assumed
    from {{ ref('unit_economics') }} as economics
    inner join {{ ref('stg_reference__skus') }} as skus
        on
            economics.shop_id = skus.shop_id
            and economics.segment = skus.seller_sku
    where economics.dimension = 'seller_sku' and economics.window_name = 'rolling_90d'
    group by economics.shop_id, skus.supplier

),

costs as (

    {{ shop_costs(['ticket_cost', 'late_delivery_cost', 'invalid_tracking_cost']) }}

),

priced as (

    select
        counted.*,
        {{ ratio('counted.stock_outs', 'counted.orders') }} as stockout_rate,
        {{ ratio('quality.checked_shipments', 'quality.shipments') }} as quality_checked_share,
        {{ ratio('packages.valid_packages', 'packages.packages') }} as valid_tracking_rate,
        rates.units_ordered,
        rates.units_returned,
        {{ ratio('rates.units_returned', 'rates.units_ordered') }} as refund_rate,
        tickets.tickets,
        {{ ratio('tickets.tickets', 'counted.orders') }} as tickets_per_order,
        headrooms.capacity_headroom,
        economics.sales,
        economics.unit_cost,
        economics.returns_cost,
        cast(costs.ticket_cost * tickets.tickets as decimal(18, 2)) as ticket_cost,
        cast(costs.late_delivery_cost * counted.late_deliveries as decimal(18, 2)) as late_delivery_cost,
        cast(
            costs.invalid_tracking_cost * (packages.packages - packages.valid_packages) as decimal(18, 2)
        ) as invalid_tracking_cost,
        economics.currency,
        economics.is_assumed
        or costs.ticket_cost_is_assumed
        or costs.late_delivery_cost_is_assumed
        or costs.invalid_tracking_cost_is_assumed as is_assumed
    from counted
    left join packages
        on counted.shop_id = packages.shop_id and counted.supplier = packages.supplier
    left join quality
        on counted.shop_id = quality.shop_id and counted.supplier = quality.supplier
    left join tickets
        on counted.shop_id = tickets.shop_id and counted.supplier = tickets.supplier
    left join headrooms
        on counted.shop_id = headrooms.shop_id and counted.supplier = headrooms.supplier
    left join rates
        on counted.shop_id = rates.shop_id and counted.supplier = rates.supplier
    left join economics
        on counted.shop_id = economics.shop_id and counted.supplier = economics.supplier
    left join costs
        on counted.shop_id = costs.shop_id

),

totalled as (

    -- What no file tells costs nothing here; the columns beside it say that it is not known.
    select
        *,
        cast(
            unit_cost + returns_cost + coalesce(ticket_cost, 0) + late_delivery_cost
            + coalesce(invalid_tracking_cost, 0) as decimal(18, 2)
        ) as total_cost,
        stockout_rate <= {{ var('supplier_stockout_line') }} as passes_stock,
        quality_checked_share >= {{ var('supplier_quality_line') }} as passes_quality,
        valid_tracking_rate >= {{ var('supplier_tracking_line') }} as passes_tracking,
        scan_p90_business_days <= {{ var('supplier_scan_business_days') }} as passes_scan,
        capacity_headroom >= {{ var('supplier_headroom_line') }} as passes_capacity
    from priced

)

{% set gates = ['stock', 'quality', 'tracking', 'scan', 'capacity'] -%}
select
    shop_id,
    supplier,
    cast(orders as bigint) as orders,
    cast(stock_outs as bigint) as stock_outs,
    stockout_rate,
    quality_checked_share,
    valid_tracking_rate,
    scan_p90_business_days,
    cast(orders_due as bigint) as orders_due,
    cast(late_orders as bigint) as late_orders,
    cast(late_deliveries as bigint) as late_deliveries,
    cast(units_ordered as bigint) as units_ordered,
    cast(units_returned as bigint) as units_returned,
    refund_rate,
    cast(tickets as bigint) as tickets,
    tickets_per_order,
    capacity_headroom,
    {%- for gate in gates %}
    passes_{{ gate }},
    {%- endfor %}
    cast(
        {%- for gate in gates %}
        case when passes_{{ gate }} then 1 else 0 end{{ ' +' if not loop.last }}
        {%- endfor %} as bigint
    ) as gates_passed,
    cast(
        {%- for gate in gates %}
        case when passes_{{ gate }} is null then 0 else 1 end{{ ' +' if not loop.last }}
        {%- endfor %} as bigint
    ) as gates_judged,
    cast(sales as decimal(18, 2)) as sales,
    cast(unit_cost as decimal(18, 2)) as unit_cost,
    cast(returns_cost as decimal(18, 2)) as returns_cost,
    ticket_cost,
    late_delivery_cost,
    invalid_tracking_cost,
    total_cost,
    {{ ratio('unit_cost', 'orders') }} as unit_cost_per_order,
    {{ ratio('total_cost', 'orders') }} as total_cost_per_order,
    {{ ratio('total_cost', 'sales') }} as total_cost_share_of_sales,
    currency,
    is_assumed,
    -- Suppliers of dear and of cheap goods compare by what is left of a sale.
    case
        when {{ ratio('unit_cost', 'sales') }} is not null
            then cast(row_number() over (
                partition by shop_id
                order by {{ ratio('unit_cost', 'sales') }} nulls last, supplier nulls last
            ) as bigint)
    end as unit_cost_place,
    case
        when {{ ratio('total_cost', 'sales') }} is not null
            then cast(row_number() over (
                partition by shop_id
                order by {{ ratio('total_cost', 'sales') }} nulls last, supplier nulls last
            ) as bigint)
    end as place
from totalled
