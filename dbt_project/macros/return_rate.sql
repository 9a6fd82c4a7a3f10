{#
  Return rates by one dimension of `int_return_facts` (`seller_sku` or `creator_handle`).
#}
{% macro return_rate_by(dimension, label=none) -%}
with facts as (

    select * from {{ ref('int_return_facts') }}

),

{{ return_rates_of('facts', ['shop_id', 'as_of_on', 'basis', 'window_name', dimension], label) }}
{%- endmacro %}

{#
  Return rates of a relation of units ordered and returned by `keys` (`shop_id` first), with Wilson
  bounds, the same over closed return windows, and the reason given most often. Goes on after a list
  of common table expressions.
#}
{% macro return_rates_of(facts, keys, label=none, least_units=none) -%}
summed as (

    select
        {{ keys | join(', ') }},
        {% if label %}max({{ label }}) as {{ label }},{% endif %}
        cast(sum(units_ordered) as bigint) as units_ordered,
        cast(sum(units_returned) as bigint) as units_returned,
        cast(coalesce(sum(units_ordered) filter (where is_closed), 0) as bigint) as closed_units_ordered,
        cast(coalesce(sum(units_returned) filter (where is_closed), 0) as bigint) as closed_units_returned,
        coalesce(bool_or(not is_closed) filter (where units_ordered > 0), false) as is_provisional,
        cast(coalesce(sum(refund_amount), 0) as decimal(18, 2)) as refund_amount
    from {{ facts }}
    group by {{ keys | join(', ') }}

),

reasons as (

    select
        {{ keys | join(', ') }},
        return_reason
    from {{ facts }}
    where returns > 0
    group by {{ keys | join(', ') }}, return_reason
    qualify row_number() over (
        partition by {{ keys | join(', ') }}
        order by sum(returns) desc nulls last, return_reason nulls last
    ) = 1

)

select
    {% for key in keys %}summed.{{ key }}, {% endfor %}
    {% if label %}summed.{{ label }},{% endif %}
    summed.units_ordered,
    summed.units_returned,
    {{ ratio('summed.units_returned', 'summed.units_ordered') }} as value,
    {{ wilson_bound('summed.units_returned', 'summed.units_ordered', '-') }} as lower_bound,
    {{ wilson_bound('summed.units_returned', 'summed.units_ordered', '+') }} as upper_bound,
    summed.is_provisional,
    summed.closed_units_ordered,
    summed.closed_units_returned,
    {{ ratio('summed.closed_units_returned', 'summed.closed_units_ordered') }} as closed_value,
    summed.refund_amount,
    shops.currency,
    reasons.return_reason as top_reason
    {%- if least_units is not none %},
    summed.units_ordered < {{ least_units }} as is_small_volume
    {%- endif %}
from summed
inner join {{ source('inputs', 'shops') }} as shops
    on summed.shop_id = shops.shop_id
left join reasons
    on
        {% for key in keys -%}
        summed.{{ key }} = reasons.{{ key }} {{- ' and ' if not loop.last }}
        {% endfor %}
where summed.units_ordered <> 0 or summed.units_returned <> 0 or summed.refund_amount <> 0
{%- endmacro %}

{#
  What return rates are told apart by, beside the shop as a whole and the reason: the name of each
  dimension and the column of a sale or a refund that holds its segment.
#}
{% macro return_rate_dimensions() -%}
    {{ return([
        ('seller_sku', 'seller_sku'),
        ('product', 'product_name'),
        ('variation', 'variation'),
        ('creator', 'creator_handle'),
        ('content', 'content_id'),
        ('content_type', 'content_type'),
        ('campaign', 'campaign'),
        ('category', 'category'),
        ('warehouse', 'warehouse_id'),
    ]) }}
{%- endmacro %}

{#
  The windows of the return rates of each day of `days` (shop_id, as_of_on), and the last day of
  creation whose return window has closed by then.
#}
{% macro return_windows(days) -%}
select
    as_of.shop_id,
    as_of.as_of_on,
    spans.window_name,
    case spans.window_name
        when 'rolling_30d' then {{ add_days('as_of.as_of_on', -29) }}
        else {{ add_days('as_of.as_of_on', -89) }}
    end as window_start_on,
    {{ add_days('as_of.as_of_on', '-days.return_window_days') }} as closed_until_on
from {{ days }} as as_of
inner join {{ ref('int_policy_days') }} as days
    on
        as_of.shop_id = days.shop_id
        and as_of.as_of_on = days.day_on
cross join (
    select 'rolling_30d' as window_name union all
    select 'rolling_90d' as window_name
) as spans
{%- endmacro %}
