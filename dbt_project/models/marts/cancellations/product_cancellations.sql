with confirmed as (

    select
        orders.shop_id,
        orders.order_key,
        now.as_of_on,
        orders.created_on > {{ add_days('now.as_of_on', -7) }} as is_in_7d,
        coalesce(
            orders.cancelled_on <= now.as_of_on and not orders.is_fbt and faults.platform_fault = 'seller',
            false
        ) as is_seller_fault
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on orders.shop_id = now.shop_id
    left join {{ ref('int_cancellation_faults') }} as faults
        on orders.order_key = faults.order_key
    where
        orders.is_rated
        and orders.created_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on
        and orders.counts_from_on <= now.as_of_on
        -- A buyer who cancelled within the free minutes takes the order out again.
        and not coalesce(orders.is_unconfirmed and orders.cancelled_on <= now.as_of_on, false)

),

windowed as (

    select *, 'rolling_30d' as window_name from confirmed
    union all
    select *, 'rolling_7d' as window_name from confirmed where is_in_7d

),

shops as (

    select
        shop_id,
        as_of_on,
        window_name,
        count(case when is_seller_fault then 1 end) as seller_fault_orders,
        count(*) as orders
    from windowed
    group by shop_id, as_of_on, window_name

),

contents as (

    -- An order counts once for a product, however many lines it has of it.
    select distinct
        confirmed.order_key,
        coalesce(items.seller_sku, '(none)') as seller_sku
    from confirmed
    inner join {{ ref('int_order_items') }} as items
        on confirmed.order_key = items.order_key

),

products as (

    select
        windowed.shop_id,
        windowed.window_name,
        contents.seller_sku,
        count(*) as orders,
        count(case when windowed.is_seller_fault then 1 end) as seller_fault_cancellations
    from windowed
    inner join contents
        on windowed.order_key = contents.order_key
    group by windowed.shop_id, windowed.window_name, contents.seller_sku

),

-- Where a market has no such rule, the strictest one that any market has is shown as a what-if.
known_lines as (

    select
        min(product_shop_line) as shop_line,
        min(product_line) as product_line
    from {{ ref('policy_versions') }}

),

ruled as (

    select
        products.*,
        shops.seller_fault_orders as shop_seller_fault_orders,
        shops.orders as shop_orders,
        coalesce(policies.product_shop_line, known_lines.shop_line) as shop_line,
        coalesce(policies.product_line, known_lines.product_line) as product_line,
        policies.product_line is not null as is_rule_in_force,
        days.policy_version
    from products
    inner join shops
        on
            products.shop_id = shops.shop_id
            and products.window_name = shops.window_name
    inner join {{ ref('int_policy_days') }} as days
        on
            shops.shop_id = days.shop_id
            and shops.as_of_on = days.day_on
    inner join {{ ref('policy_versions') }} as policies
        on days.policy_version = policies.policy_version
    cross join known_lines

)

select
    shop_id,
    seller_sku,
    window_name,
    cast(orders as bigint) as orders,
    cast(seller_fault_cancellations as bigint) as seller_fault_cancellations,
    {{ ratio('seller_fault_cancellations', 'orders') }} as value,
    {{ ratio('shop_seller_fault_orders', 'shop_orders') }} as shop_value,
    cast(shop_line as double) as shop_line,
    cast(product_line as double) as product_line,
    -- Decimal arithmetic: a rate that equals its line has reached it.
    coalesce(
        shop_seller_fault_orders >= shop_line * shop_orders
        and seller_fault_cancellations >= product_line * orders,
        false
    ) as is_past_lines,
    is_rule_in_force,
    policy_version
from ruled
