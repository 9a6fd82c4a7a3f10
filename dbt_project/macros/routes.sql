{# How parcels go: by which carrier and service, from where, to where, how heavy. #}

{# From so many parcels on a route is told by what was seen of it. #}
{% macro enough_parcels() -%}30{%- endmacro %}

{# Days whose orders' parcels are looked at: a window of 90 days, and a month to get there. #}
{% macro route_history_days() -%}120{%- endmacro %}

{# The weight band of a parcel; its upper edge belongs to it. #}
{% macro weight_band(weight_kg) -%}
    case
        when {{ weight_kg }} <= 0.5 then '0-0.5 kg'
        when {{ weight_kg }} <= 1 then '0.5-1 kg'
        when {{ weight_kg }} <= 2 then '1-2 kg'
        when {{ weight_kg }} <= 5 then '2-5 kg'
        when {{ weight_kg }} <= 10 then '5-10 kg'
        when {{ weight_kg }} > 10 then '10+ kg'
        else '(unknown)'
    end
{%- endmacro %}

{#
  What parcels of `route_packages` cost and risk, by some of its columns.

  keys: the columns beside shop_id. Gives a query of one row a shop and combination: packages, the
  counts and rates, mean_ship_cost with its source, and expected_cost, which is the postage and the
  mean price of what goes wrong: late deliveries, packages without valid tracking, tickets about
  shipping, and refunds for lateness or loss. A shop without tickets has nothing added for them. The
  upper bounds (Wilson, 95 %) of the two rates say whether a route surely misses a target.
#}
{% macro route_measures(keys) -%}
with costs as (

    {{ shop_costs(['outbound_shipping_cost', 'late_delivery_cost', 'invalid_tracking_cost', 'ticket_cost'])
        | indent(4) }}

),

counted as (

    select
        shop_id,
        {{ keys | join(',\n        ') }},
        max(currency) as currency,
        cast(count(*) as bigint) as packages,
        cast(count(is_on_time) as bigint) as judged_packages,
        cast(count(case when is_on_time then 1 end) as bigint) as on_time_packages,
        cast(count(case when is_valid_tracking then 1 end) as bigint) as valid_packages,
        cast(count(has_ticket) as bigint) as ticket_packages,
        cast(count(case when has_ticket then 1 end) as bigint) as packages_with_ticket,
        cast(count(case when late_refund_amount > 0 then 1 end) as bigint) as refunded_packages,
        coalesce(sum(late_refund_amount), 0) as late_refund_amount,
        percentile_cont(0.9) within group (order by first_scan_hours) as first_scan_p90_hours,
        sum(ship_cost) as ship_cost,
        count(ship_cost) as costed_packages,
        sum(card_price) as card_price,
        count(card_price) as priced_packages
    from {{ ref('route_packages') }}
    group by shop_id, {{ keys | join(', ') }}

),

rated as (

    select
        counted.*,
        {{ ratio('counted.on_time_packages', 'counted.judged_packages') }} as on_time_rate,
        {{ ratio('counted.valid_packages', 'counted.packages') }} as valid_tracking_rate,
        {{ ratio('counted.packages_with_ticket', 'counted.ticket_packages') }} as ticket_rate,
        {{ ratio('counted.refunded_packages', 'counted.packages') }} as refund_rate,
        cast(coalesce(
            {{ ratio('counted.ship_cost', 'counted.costed_packages') }},
            {{ ratio('counted.card_price', 'counted.priced_packages') }},
            cast(costs.outbound_shipping_cost as double)
        ) as decimal(18, 2)) as mean_ship_cost,
        case
            when counted.costed_packages > 0 then 'shipments'
            when counted.priced_packages > 0 then 'rate_card'
            when not costs.outbound_shipping_cost_is_assumed then 'declared'
            when costs.outbound_shipping_cost is not null then 'assumed'
        end as cost_source,
        costs.late_delivery_cost,
        costs.invalid_tracking_cost,
        costs.ticket_cost,
        costs.late_delivery_cost_is_assumed
        or costs.invalid_tracking_cost_is_assumed
        or (counted.ticket_packages > 0 and costs.ticket_cost_is_assumed) as is_risk_assumed
    from counted
    inner join costs
        on counted.shop_id = costs.shop_id

)

select
    shop_id,
    {{ keys | join(',\n    ') }},
    packages,
    judged_packages,
    on_time_rate,
    {{ wilson_bound('on_time_packages', 'judged_packages', '+') }} as on_time_upper,
    first_scan_p90_hours,
    valid_tracking_rate,
    {{ wilson_bound('valid_packages', 'packages', '+') }} as valid_tracking_upper,
    refund_rate,
    ticket_rate,
    mean_ship_cost,
    -- Rounded with the postage, so that the two and their difference agree to the cent.
    mean_ship_cost + cast(
        (1 - on_time_rate) * late_delivery_cost
        + (1 - valid_tracking_rate) * invalid_tracking_cost
        + case when ticket_packages > 0 then ticket_rate * ticket_cost else 0 end
        + {{ ratio('late_refund_amount', 'packages') }}
        as decimal(18, 2)
    ) as expected_cost,
    currency,
    cost_source,
    cost_source = 'assumed' or is_risk_assumed as is_assumed
from rated
{%- endmacro %}

{# The lines that a route has to keep: the policy's targets for on-time delivery and valid tracking. #}
{% macro route_targets() -%}
    select
        now.shop_id,
        cast(max(lines.target) filter (where lines.metric = 'on_time_delivery_rate') as double) as on_time_target,
        cast(max(lines.target) filter (where lines.metric = 'valid_tracking_rate') as double) as valid_tracking_target
    from {{ ref('int_current_days') }} as now
    inner join {{ ref('int_policy_days') }} as days
        on
            now.shop_id = days.shop_id
            and now.as_of_on = days.day_on
    inner join {{ ref('int_policy_lines') }} as lines
        on days.policy_version = lines.policy_version
    group by now.shop_id
{%- endmacro %}
