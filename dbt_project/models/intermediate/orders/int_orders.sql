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
    'delivered_at', 'delivered_on', 'cancelled_at', 'cancelled_on', 'rts_sla_at', 'rts_sla_on',
    'tts_sla_at', 'tts_sla_on', 'delivery_due_at', 'delivery_due_on'
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

),

clocked as (

    select
        actors.*,
        days.policy_market,
        days.policy_version,
        days.calendar_id,
        days.dispatch_event,
        days.return_window_days,
        days.free_cancellation_minutes,
        {%- for kind in ['on', 'at'] %}
        case
            -- What the platform named follows from the rules that were in force.
            when days.is_what_if then null
            when days.dispatch_event = 'tracking_uploaded' then actors.rts_sla_{{ kind }}
            else actors.tts_sla_{{ kind }}
        end as named_dispatch_due_{{ kind }},
        case when days.is_what_if then null else actors.delivery_due_{{ kind }} end as named_deliver_by_{{ kind }},
        {%- endfor %}
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
        end as counted_{{ clock }}_{{ kind }}{{ ',' if not (loop.last and clock == 'deliver_by') }}
        {%- endfor %}
        {%- endfor %}
    from actors
    left join {{ ref('int_policy_days') }} as days
        on
            actors.shop_id = days.shop_id
            and actors.created_on = days.day_on
    left join {{ ref('int_order_clocks') }} as clocks
        on actors.order_key = clocks.order_key

)

select
    clocked.shop_id,
    clocked.order_id,
    clocked.order_key,
    clocked.creator_handle,
    clocked.units,
    case
        when clocked.is_sample then 'sample'
        when clocked.is_replacement then 'replacement'
        when clocked.special_order_type is not null then clocked.special_order_type
        when clocked.is_express then 'express'
        else 'regular'
    end as order_type,
    clocked.fulfillment as fulfillment_type,
    clocked.fulfillment = 'fbt' as is_fbt,
    clocked.is_sample,
    clocked.is_replacement,
    coalesce(clocked.special_order_type = 'pre_order', false) as is_pre_order,
    clocked.is_express,
    clocked.is_platform_label,
    clocked.is_cash_on_delivery,
    -- Samples and replacements stand outside every rate.
    not (clocked.is_sample or clocked.is_replacement) as is_rated,
    -- The day from which the order counts at all; null while nobody has paid.
    case
        when clocked.is_cash_on_delivery then clocked.created_on
        when clocked.paid_on is not null then greatest(clocked.created_on, clocked.paid_on)
    end as counts_from_on,
    clocked.created_at,
    clocked.created_on,
    clocked.paid_at,
    clocked.paid_on,
    clocked.rts_at,
    clocked.rts_on,
    clocked.shipped_at,
    clocked.shipped_on,
    clocked.delivered_at,
    clocked.delivered_on,
    clocked.cancelled_at,
    clocked.cancelled_on,
    clocked.cancel_by,
    clocked.cancel_actor,
    clocked.cancel_reason,
    clocked.warehouse_name,
    warehouses.warehouse_id as named_warehouse_id,
    clocked.zip3,
    clocked.state as state_text,
    states.state_code,
    clocked.order_amount,
    clocked.currency,
    clocked.policy_market,
    clocked.policy_version,
    clocked.calendar_id,
    clocked.dispatch_event,
    clocked.return_window_days,
    -- A deadline that the platform itself names wins over the one that is counted here.
    {%- for clock, named in [('dispatch_due', 'named_dispatch_due'), ('deliver_by', 'named_deliver_by')] %}
    {%- for kind in ['on', 'at'] %}
    case
        when clocked.{{ named }}_at is not null then clocked.{{ named }}_{{ kind }}
        else clocked.counted_{{ clock }}_{{ kind }}
    end as {{ clock }}_{{ kind }},
    {%- endfor %}
    {%- endfor %}
    case when clocked.named_dispatch_due_at is not null then clocked.counted_dispatch_due_at end
        as counted_dispatch_due_at,
    coalesce(
        clocked.cancel_actor = 'buyer'
        and clocked.cancelled_at
        <= {{ dbt.dateadd('minute', 'clocked.free_cancellation_minutes', 'clocked.created_at') }},
        false
    ) as is_unconfirmed
from clocked
left join warehouses
    on
        clocked.shop_id = warehouses.shop_id
        and {{ fold('clocked.warehouse_name') }} = warehouses.alias
left join states
    on {{ fold('clocked.state') }} = states.alias
