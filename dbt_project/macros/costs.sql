{# What things cost, looked up in `int_cost_parameters`: the value, and whether it is assumed. #}

{#
  A query of one row a shop: `shop_id` and, of each parameter, its value for the whole shop by its own
  name and `<parameter>_is_assumed`.
#}
{% macro shop_costs(parameters) -%}
    select
        shop_id
        {%- for parameter in parameters %},
        max(value) filter (where parameter = '{{ parameter }}') as {{ parameter }},
        bool_or(is_assumed) filter (where parameter = '{{ parameter }}') as {{ parameter }}_is_assumed
        {%- endfor %}
    from {{ ref('int_cost_parameters') }}
    where applies_to = 'all'
    group by shop_id
{%- endmacro %}

{#
  The same by SKU, the nearest declaration first: SKU, category, the whole shop.

  skus: a relation of distinct shop_id and seller_sku. Gives a query of one row of it each.
#}
{% macro sku_costs(skus, parameters) -%}
    select
        skus.shop_id,
        skus.seller_sku
        {%- for parameter in parameters %}
        {%- set mine = ["filter (where costs.parameter = '", parameter, "' and costs.applies_to = "] | join %},
        coalesce(
            max(costs.value) {{ mine }}{{ fold('skus.seller_sku') }}),
            max(costs.value) {{ mine }}{{ fold('declared.category') }}),
            max(costs.value) {{ mine }}'all')
        ) as {{ parameter }},
        bool_and(costs.is_assumed) filter (where costs.parameter = '{{ parameter }}')
            as {{ parameter }}_is_assumed
        {%- endfor %}
    from {{ skus }} as skus
    left join {{ ref('stg_reference__skus') }} as declared
        on
            skus.shop_id = declared.shop_id
            and skus.seller_sku = declared.seller_sku
    inner join {{ ref('int_cost_parameters') }} as costs
        on
            skus.shop_id = costs.shop_id
            and costs.applies_to in (
                'all', {{ fold('skus.seller_sku') }}, {{ fold('declared.category') }}
            )
    where costs.parameter in ({% for parameter in parameters %}'{{ parameter }}'{{ ', ' if not loop.last }}{% endfor %})
    group by skus.shop_id, skus.seller_sku
{%- endmacro %}

{#
  An amount of money in whole cents, half a cent away from zero. A double is put back first to the
  decimal that it stands for: 1.245 is not 1.2449999.
#}
{% macro cents(amount) -%}
    cast(round(cast({{ amount }} as decimal(18, 6)), 2) as decimal(18, 2))
{%- endmacro %}

{# The four ways that a returned unit can go, from the one that asks most of it to the one that asks nothing. #}
{% macro return_routes() -%}
    {{ return(['resell', 'refurbish', 'liquidate', 'dispose']) }}
{%- endmacro %}

{# What makes up the cost of a return; what is refunded stands apart. #}
{% macro return_cost_components() -%}
    {{ return([
        'return_shipping', 'inspection', 'markdown', 'disposal', 'refund_admin_fee', 'commission_lost'
    ]) }}
{%- endmacro %}

{#
  What returns cost in money that is paid: all but the markdown. What goods lose through their
  condition is in their value when they come back, at their cost, and not at their price again.
#}
{% macro returns_outlay() -%}
    {{ return_cost_components() | reject('equalto', 'markdown') | join(' + ') }}
{%- endmacro %}

{# A sum of which every part is known; null where one is not. #}
{% macro sum_known(amount) -%}
    case when count({{ amount }}) = count(*) then sum({{ amount }}) end
{%- endmacro %}

{# What a sale leaves before anything comes back of it. #}
{% macro contribution_before_returns() -%}
    sales + platform_discount + shipping_paid
    - unit_cost - outbound_shipping - pick_pack - referral_fee - affiliate_commission
{%- endmacro %}
