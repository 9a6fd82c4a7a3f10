{#-
  One row an order: its newest stamps, what kind of order it is, and the clock it runs under.
  Nothing here depends on an as-of day.
-#}
{%- set texts = [
    'normal_or_pre_order', 'order_channel', 'payment_method', 'fulfillment_type', 'delivery_option',
    'delivery_option_type', 'cancel_by', 'cancel_reason', 'warehouse_name', 'state', 'zip3',
    'order_amount', 'currency'
] -%}
{%- set stamps = [
    'created_at', 'created_on', 'paid_at', 'paid_on', 'rts_at', 'rts_on', 'shipped_at', 'shipped_on',
    'delivered_at', 'delivered_on', 'cancelled_at', 'cancelled_on'
] -%}
with several_lines as (

    -- What the lines of an order say together; all else repeats on each of them.
    select
        order_key,
        case
            when min(credited_creator) <> max(credited_creator) then '(several)'
            else coalesce(min(credited_creator), '(none)')
        end as creator_handle,
        cast(sum(quantity) as bigint) as units,
        bool_and(is_given_away) as is_given_away
    from {{ ref('int_order_lines') }}
    where order_rows > 1
    group by order_key

),

first_lines as (

    select
        lines.row_key,
        lines.order_key,
        coalesce(several_lines.creator_handle, lines.credited_creator, '(none)') as creator_handle,
        coalesce(several_lines.units, cast(lines.quantity as bigint)) as units,
        coalesce(several_lines.is_given_away, lines.is_given_away) as is_given_away
    from {{ ref('int_order_lines') }} as lines
    left join several_lines
        on lines.order_key = several_lines.order_key
    where lines.is_first_line

),

gathered as (

    select
        rows.shop_id,
        rows.order_id,
        first_lines.order_key,
        first_lines.creator_handle,
        first_lines.units,
        first_lines.is_given_away,
        {% for column in texts + stamps %}rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ ref('int_order_rows') }} as rows
    inner join first_lines
        on rows.row_key = first_lines.row_key

),

described as (

    select
        gathered.*,
        {{ fold('normal_or_pre_order') }} || ' ' || {{ fold('order_channel') }} as kind_words,
        {{ fold('fulfillment_type') }} as fulfillment_words,
        coalesce(
            {{ fold('payment_method') }} like '%cash on delivery%' or {{ fold('payment_method') }} = 'cod',
            false
        ) as is_cash_on_delivery
    from gathered

),

classified as (

    select
        described.*,
        is_given_away or kind_words like '%sample%' as is_sample,
        kind_words like '%replacement%' as is_replacement,
        {{ special_order_type('kind_words') }} as special_order_type,
        {{ fold('delivery_option') }} like '%express%' as is_express,
        {{ fold('delivery_option_type') }} like '%by tiktok%' as is_platform_label,
        case
            when fulfillment_words like '%tiktok%' or fulfillment_words = 'fbt' then 'fbt'
            when fulfillment_words like '%tokopedia%' then 'tokopedia'
            else 'seller'
        end as fulfillment
    from described

),

actors as (

    select
        classified.*,
        coalesce(cancel_actors.actor, 'unknown') as cancel_actor
    from classified
    left join {{ ref('cancel_actors') }} as cancel_actors
        on {{ fold('classified.cancel_by') }} = cancel_actors.alias

),

warehouses as (

    -- The export names a warehouse by its id or by its name.
    select shop_id, alias, min(warehouse_id) as warehouse_id
    from (
        select shop_id, {{ fold('warehouse_id') }} as alias, warehouse_id
        from {{ ref('stg_reference__warehouses') }}
        union all
        select shop_id, {{ fold('warehouse_name') }} as alias, warehouse_id
        from {{ ref('stg_reference__warehouses') }}
        where warehouse_name is not null
    ) as aliases
    group by shop_id, alias

),

states as (

    select alias, max(state_code) as state_code
    from {{ ref('us_states') }}
    group by alias

)

select
    actors.shop_id,
    actors.order_id,
    actors.order_key,
    actors.creator_handle,
    actors.units,
    case
        when actors.is_sample then 'sample'
        when actors.is_replacement then 'replacement'
        when actors.special_order_type is not null then actors.special_order_type
        when actors.is_express then 'express'
        else 'regular'
    end as order_type,
    actors.fulfillment as fulfillment_type,
    actors.fulfillment = 'fbt' as is_fbt,
    actors.is_sample,
    actors.is_replacement,
    coalesce(actors.special_order_type = 'pre_order', false) as is_pre_order,
    actors.is_express,
    actors.is_platform_label,
    actors.is_cash_on_delivery,
    -- Samples and replacements stand outside every rate.
    not (actors.is_sample or actors.is_replacement) as is_rated,
    -- The day from which the order counts at all; null while nobody has paid.
    case
        when actors.is_cash_on_delivery then actors.created_on
        when actors.paid_on is not null then greatest(actors.created_on, actors.paid_on)
    end as counts_from_on,
    actors.created_at,
    actors.created_on,
    actors.paid_at,
    actors.paid_on,
    actors.rts_at,
    actors.rts_on,
    actors.shipped_at,
    actors.shipped_on,
    actors.delivered_at,
    actors.delivered_on,
    actors.cancelled_at,
    actors.cancelled_on,
    actors.cancel_by,
    actors.cancel_actor,
    actors.cancel_reason,
    actors.warehouse_name,
    warehouses.warehouse_id as named_warehouse_id,
    actors.zip3,
    actors.state as state_text,
    states.state_code,
    actors.order_amount,
    actors.currency,
    days.policy_market,
    days.policy_version,
    days.calendar_id,
    days.dispatch_event,
    days.return_window_days,
    -- Made to order, backorder, custom and pre-order have clocks of their own; without a handling time
    -- or a closing date they have no due time.
    {%- for clock in ['dispatch_due', 'deliver_by'] %}
    {%- for kind in ['on', 'at'] %}
    case
        when actors.special_order_type is not null then clocks.{{ clock }}_{{ kind }}
        {%- if clock == 'dispatch_due' %}
        when actors.created_at < days.cutoff_at then days.early_{{ clock }}_{{ kind }}
        {%- endif %}
        else days.{{ clock }}_{{ kind }}
    end as {{ clock }}_{{ kind }},
    {%- endfor %}
    {%- endfor %}
    coalesce(
        actors.cancel_actor = 'buyer'
        and actors.cancelled_at
        <= {{ dbt.dateadd('minute', 'days.free_cancellation_minutes', 'actors.created_at') }},
        false
    ) as is_unconfirmed
from actors
left join warehouses
    on
        actors.shop_id = warehouses.shop_id
        and {{ fold('actors.warehouse_name') }} = warehouses.alias
left join states
    on {{ fold('actors.state') }} = states.alias
left join {{ ref('int_policy_days') }} as days
    on
        actors.shop_id = days.shop_id
        and actors.created_on = days.day_on
left join {{ ref('int_order_clocks') }} as clocks
    on actors.order_key = clocks.order_key
