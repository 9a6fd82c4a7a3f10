{#-
  What every return rate is summed from: units ordered and returned by as-of day, basis, window, SKU,
  creator, creation day and reason. `order_cohort` follows the units ordered in the window;
  `refund_date` counts the refunds paid in it.
-#}
with windows as (

    {{ return_windows(source('inputs', 'as_of')) }}

),

ordered as (

    select
        windows.shop_id,
        windows.as_of_on,
        windows.window_name,
        sold.seller_sku,
        sold.creator_handle,
        sold.created_on,
        sold.created_on <= windows.closed_until_on as is_closed,
        sum(sold.units) as units_ordered,
        max(sold.product_name) as product_name
    from windows
    inner join {{ ref('int_sold_units') }} as sold
        on
            windows.shop_id = sold.shop_id
            and sold.created_on between windows.window_start_on and windows.as_of_on
            and sold.known_on <= windows.as_of_on
    group by 1, 2, 3, 4, 5, 6, 7

),

returned_of_cohort as (

    select
        windows.shop_id,
        windows.as_of_on,
        windows.window_name,
        refunds.seller_sku,
        refunds.creator_handle,
        refunds.created_on,
        refunds.created_on <= windows.closed_until_on as is_closed,
        refunds.return_reason,
        count(*) as returns,
        sum(refunds.units) as units_returned,
        sum(refunds.refund_amount) as refund_amount,
        max(refunds.product_name) as product_name,
        max(refunds.currency) as currency
    from windows
    inner join {{ ref('int_refunds') }} as refunds
        on
            windows.shop_id = refunds.shop_id
            and refunds.created_on between windows.window_start_on and windows.as_of_on
            and refunds.is_of_a_line
            and refunds.counts_from_on <= windows.as_of_on
            and refunds.returned_on <= windows.as_of_on
            and (refunds.cancelled_on is null or refunds.cancelled_on > windows.as_of_on)
    group by 1, 2, 3, 4, 5, 6, 7, 8

),

refunded_in_window as (

    select
        windows.shop_id,
        windows.as_of_on,
        windows.window_name,
        refunds.seller_sku,
        refunds.creator_handle,
        refunds.created_on,
        coalesce(refunds.created_on <= windows.closed_until_on, false) as is_closed,
        refunds.return_reason,
        count(*) as returns,
        sum(refunds.units) as units_returned,
        sum(refunds.refund_amount) as refund_amount,
        max(refunds.product_name) as product_name,
        max(refunds.currency) as currency
    from windows
    inner join {{ ref('int_refunds') }} as refunds
        on
            windows.shop_id = refunds.shop_id
            and refunds.returned_on between windows.window_start_on and windows.as_of_on
            and coalesce(refunds.counts_from_on <= windows.as_of_on, true)
    group by 1, 2, 3, 4, 5, 6, 7, 8

)

{% for basis, returned in [
    ('order_cohort', 'returned_of_cohort'), ('refund_date', 'refunded_in_window')
] -%}
select
    shop_id, as_of_on, '{{ basis }}' as basis, window_name, seller_sku, creator_handle, created_on,
    is_closed, cast(null as {{ dbt.type_string() }}) as return_reason, product_name,
    cast(null as {{ dbt.type_string() }}) as currency,
    cast(units_ordered as bigint) as units_ordered,
    cast(0 as bigint) as returns,
    cast(0 as bigint) as units_returned,
    cast(0 as decimal(18, 2)) as refund_amount
from ordered
where units_ordered <> 0

union all

select
    shop_id, as_of_on, '{{ basis }}' as basis, window_name, seller_sku, creator_handle, created_on,
    is_closed, return_reason, product_name, currency,
    cast(0 as bigint) as units_ordered,
    cast(returns as bigint) as returns,
    cast(units_returned as bigint) as units_returned,
    cast(refund_amount as decimal(18, 2)) as refund_amount
from {{ returned }}
{{ 'union all' if not loop.last }}
{% endfor %}
