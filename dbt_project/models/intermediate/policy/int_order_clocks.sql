{#-
  The clocks of the orders that are not sold from stock: made to order, backorder and custom count
  from the end of their handling time, pre-orders from their closing day. An order waits for the last
  of its SKUs; while one of them is not declared it has no clock.
-#}
{%- set clocks = {
    'dispatch_due': 'clocked.dispatch_index',
    'auto_cancel': 'clocked.auto_cancel_index',
    'deliver_by': 'clocked.deliver_index',
} -%}
with special as (

    select *
    from (
        select
            shop_id,
            row_key,
            created_on,
            {{ special_order_type(fold('normal_or_pre_order')) }} as order_type
        from {{ ref('int_order_rows') }}
        where normal_or_pre_order is not null
    ) as typed
    where order_type is not null

),

orders as (

    select
        lines.order_key,
        special.shop_id,
        special.created_on,
        special.order_type
    from special
    inner join {{ ref('int_order_lines') }} as lines
        on special.row_key = lines.row_key
    where lines.is_first_line

),

handled as (

    select
        orders.order_key,
        orders.shop_id,
        orders.created_on,
        orders.order_type,
        case
            when count(*) = count(times.handling_business_days) then max(times.handling_business_days)
        end as handling_business_days,
        case when count(*) = count(times.closes_on) then max(times.closes_on) end as closes_on
    from orders
    inner join {{ ref('int_order_lines') }} as lines
        on orders.order_key = lines.order_key
    left join {{ ref('stg_reference__handling_times') }} as times
        on
            orders.shop_id = times.shop_id
            and orders.order_type = times.order_type
            and lines.seller_sku = times.seller_sku
    group by orders.order_key, orders.shop_id, orders.created_on, orders.order_type

),

started as (

    -- The business day from which the clock counts.
    select
        handled.order_key,
        handled.shop_id,
        handled.order_type,
        created.calendar_id,
        clocks.dispatch_business_days,
        clocks.auto_cancel_business_days,
        clocks.deliver_business_days,
        case
            when clocks.clock_starts = 'handling' then created.business_day_index + handled.handling_business_days
            else closing.business_day_index
        end as start_index
    from handled
    inner join {{ ref('int_policy_days') }} as created
        on
            handled.shop_id = created.shop_id
            and handled.created_on = created.day_on
    inner join {{ ref('policy_clocks') }} as clocks
        on
            created.policy_version = clocks.policy_version
            and handled.order_type = clocks.order_type
    left join {{ ref('int_policy_days') }} as closing
        on
            handled.shop_id = closing.shop_id
            and handled.closes_on = closing.day_on

),

clocked as (

    select
        order_key,
        shop_id,
        order_type,
        calendar_id,
        start_index + dispatch_business_days as dispatch_index,
        start_index + dispatch_business_days + auto_cancel_business_days as auto_cancel_index,
        start_index + deliver_business_days as deliver_index
    from started
    where start_index is not null

),

business_days as (

    select calendar_id, day_on, business_day_index
    from {{ ref('business_calendar') }}
    where is_business_day

)

select
    clocked.order_key,
    clocked.shop_id,
    clocked.order_type,
    {%- for clock in clocks %}
    {{ clock }}_day.day_on as {{ clock }}_on,
    {{ dbt.dateadd('millisecond', -1, clock ~ '_end.ends_at') }} as {{ clock }}_at{{ ',' if not loop.last }}
    {%- endfor %}
from clocked
{%- for clock, index in clocks.items() %}
left join business_days as {{ clock }}_day
    on
        clocked.calendar_id = {{ clock }}_day.calendar_id
        and {{ index }} = {{ clock }}_day.business_day_index
left join {{ source('inputs', 'shop_days') }} as {{ clock }}_end
    on
        clocked.shop_id = {{ clock }}_end.shop_id
        and {{ clock }}_day.day_on = {{ clock }}_end.day_on
{%- endfor %}
