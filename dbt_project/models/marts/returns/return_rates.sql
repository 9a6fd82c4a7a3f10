{#-
  Return rates at the shop's current day by everything that a sale has, and by what buyers say. The
  two bases and windows are those of `return_rate_by_sku`. A reason has no units ordered of its own:
  it is rated over the units of the shop.
-#}
{%- set reason_dimensions = [('reason', 'return_reason'), ('reason_group', 'reason_group')] -%}
{%- set keys = ['shop_id', 'basis', 'window_name', 'dimension', 'segment'] -%}
with windows as (

    {{ return_windows(ref('int_current_days')) }}

),

ordered as (

    select
        windows.shop_id,
        windows.window_name,
        sold.dimension,
        sold.segment,
        sold.created_on,
        sold.created_on <= windows.closed_until_on as is_closed,
        sum(sold.units) as units_ordered
    from windows
    inner join {{ ref('int_sold_segments') }} as sold
        on
            windows.shop_id = sold.shop_id
            and sold.created_on between windows.window_start_on and windows.as_of_on
            and sold.known_on <= windows.as_of_on
    group by 1, 2, 3, 4, 5, 6

),

refunds as (

    select
        windows.shop_id,
        windows.window_name,
        refunds.seller_sku,
        refunds.product_name,
        refunds.variation,
        refunds.creator_handle,
        refunds.content_id,
        refunds.content_type,
        refunds.campaign,
        refunds.category,
        refunds.warehouse_id,
        refunds.return_reason,
        refunds.reason_group,
        refunds.units,
        refunds.refund_amount,
        coalesce(refunds.created_on <= windows.closed_until_on, false) as is_closed,
        coalesce(
            refunds.is_of_a_line
            and refunds.created_on between windows.window_start_on and windows.as_of_on
            and (refunds.cancelled_on is null or refunds.cancelled_on > windows.as_of_on), false
        ) as is_of_cohort,
        refunds.returned_on >= windows.window_start_on as is_in_window
    from windows
    inner join {{ ref('int_refunds') }} as refunds
        on
            windows.shop_id = refunds.shop_id
            and refunds.returned_on <= windows.as_of_on
            and coalesce(refunds.counts_from_on <= windows.as_of_on, true)

),

returned as (

    {% for basis, condition in [('order_cohort', 'is_of_cohort'), ('refund_date', 'is_in_window')] -%}
    {%- set basis_loop = loop -%}
    {%- for dimension, column in [('shop', none)] + return_rate_dimensions() + reason_dimensions -%}
    {%- set segment = "coalesce(" ~ column ~ ", '(none)')" if column else "'(all)'" -%}
    select
        shop_id,
        '{{ basis }}' as basis,
        window_name,
        '{{ dimension }}' as dimension,
        {{ segment }} as segment,
        is_closed,
        return_reason,
        count(*) as returns,
        sum(units) as units_returned,
        sum(refund_amount) as refund_amount
    from refunds
    where {{ condition }}
    group by shop_id, window_name, {{ segment }}, is_closed, return_reason
    {{ 'union all' if not (loop.last and basis_loop.last) }}

    {% endfor %}
    {%- endfor %}
),

ordered_by_basis as (

    select
        ordered.shop_id,
        bases.basis,
        ordered.window_name,
        ordered.dimension,
        ordered.segment,
        ordered.is_closed,
        ordered.units_ordered
    from ordered
    cross join (select 'order_cohort' as basis union all select 'refund_date' as basis) as bases

    union all

    select
        reasons.shop_id,
        reasons.basis,
        reasons.window_name,
        reasons.dimension,
        reasons.segment,
        ordered.is_closed,
        ordered.units_ordered
    from (
        select distinct {{ keys | join(', ') }}
        from returned
        where dimension in ('reason', 'reason_group')
    ) as reasons
    inner join ordered
        on
            reasons.shop_id = ordered.shop_id
            and reasons.window_name = ordered.window_name
            and ordered.dimension = 'shop'

),

facts as (

    select
        {{ keys | join(', ') }},
        is_closed,
        cast(null as {{ dbt.type_string() }}) as return_reason,
        cast(units_ordered as bigint) as units_ordered,
        cast(0 as bigint) as returns,
        cast(0 as bigint) as units_returned,
        cast(0 as decimal(18, 2)) as refund_amount
    from ordered_by_basis
    where units_ordered <> 0

    union all

    select
        {{ keys | join(', ') }},
        is_closed,
        return_reason,
        cast(0 as bigint) as units_ordered,
        cast(returns as bigint) as returns,
        cast(units_returned as bigint) as units_returned,
        cast(refund_amount as decimal(18, 2)) as refund_amount
    from returned

),

{{ return_rates_of('facts', keys, least_units=var('return_rate_least_units')) }}
