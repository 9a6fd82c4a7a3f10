{#
  Return rates by one dimension of `int_return_facts` (`seller_sku` or `creator_handle`), with Wilson
  bounds, the same over closed return windows, and the reason given most often.
#}
{% macro return_rate_by(dimension, label=none) -%}
with facts as (

    select * from {{ ref('int_return_facts') }}

),

summed as (

    select
        shop_id,
        as_of_on,
        basis,
        window_name,
        {{ dimension }},
        {% if label %}max({{ label }}) as {{ label }},{% endif %}
        cast(sum(units_ordered) as bigint) as units_ordered,
        cast(sum(units_returned) as bigint) as units_returned,
        cast(coalesce(sum(units_ordered) filter (where is_closed), 0) as bigint) as closed_units_ordered,
        cast(coalesce(sum(units_returned) filter (where is_closed), 0) as bigint) as closed_units_returned,
        coalesce(bool_or(not is_closed) filter (where units_ordered > 0), false) as is_provisional,
        cast(sum(refund_amount) as decimal(18, 2)) as refund_amount
    from facts
    group by shop_id, as_of_on, basis, window_name, {{ dimension }}

),

reasons as (

    select
        shop_id,
        as_of_on,
        basis,
        window_name,
        {{ dimension }},
        return_reason
    from facts
    where returns > 0
    group by shop_id, as_of_on, basis, window_name, {{ dimension }}, return_reason
    qualify row_number() over (
        partition by shop_id, as_of_on, basis, window_name, {{ dimension }}
        order by sum(returns) desc nulls last, return_reason nulls last
    ) = 1

)

select
    summed.shop_id,
    summed.as_of_on,
    summed.basis,
    summed.window_name,
    summed.{{ dimension }},
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
from summed
inner join {{ source('inputs', 'shops') }} as shops
    on summed.shop_id = shops.shop_id
left join reasons
    on
        summed.shop_id = reasons.shop_id
        and summed.as_of_on = reasons.as_of_on
        and summed.basis = reasons.basis
        and summed.window_name = reasons.window_name
        and summed.{{ dimension }} = reasons.{{ dimension }}
where summed.units_ordered <> 0 or summed.units_returned <> 0 or summed.refund_amount <> 0
{%- endmacro %}
