{%- set judged = [
    'sales', 'refund', 'referral_fee', 'refund_admin_fee', 'affiliate_commission', 'shipping'
] -%}
{%- set stated_alone = ['adjustment', 'other'] -%}
with orders as (

    select
        orders.*,
        {{ week_start('settled_on') }} as statement_on
    from {{ ref('settlement_orders') }} as orders
    where settled_on is not null

),

components as (

    {% for component in judged -%}
    select
        shop_id,
        statement_on,
        '{{ component }}' as component,
        {{ loop.index }} as place,
        currency,
        count(*) as orders,
        count(expected_{{ component }}) as judged_orders,
        sum(expected_{{ component }}) as own_amount,
        sum(stated_{{ component }}) as stated_amount,
        sum(stated_{{ component }} - expected_{{ component }}) as difference
    from orders
    group by shop_id, statement_on, currency

    union all

    {% endfor -%}
    {%- for component in stated_alone %}
    select
        shop_id,
        statement_on,
        '{{ component }}' as component,
        {{ loop.index + judged | length }} as place,
        currency,
        count(*) as orders,
        0 as judged_orders,
        null as own_amount,
        sum(stated_{{ component }}) as stated_amount,
        null as difference
    from orders
    group by shop_id, statement_on, currency

    union all

    {% endfor -%}
    select
        shop_id,
        statement_on,
        'arithmetic' as component,
        {{ judged | length + stated_alone | length + 1 }} as place,
        currency,
        count(*) as orders,
        count(*) as judged_orders,
        0 as own_amount,
        sum(arithmetic_residual) as stated_amount,
        sum(arithmetic_residual) as difference
    from orders
    group by shop_id, statement_on, currency

    union all

    select
        shop_id,
        statement_on,
        'payout' as component,
        {{ judged | length + stated_alone | length + 2 }} as place,
        currency,
        count(*) as orders,
        count(*) as judged_orders,
        sum(expected_payout) as own_amount,
        sum(stated_payout) as stated_amount,
        sum(unexplained_amount) as difference
    from orders
    group by shop_id, statement_on, currency

)

select
    shop_id,
    statement_on,
    component,
    currency,
    cast(place as bigint) as place,
    cast(orders as bigint) as orders,
    cast(judged_orders as bigint) as judged_orders,
    cast(own_amount as decimal(18, 2)) as own_amount,
    cast(stated_amount as decimal(18, 2)) as stated_amount,
    cast(difference as decimal(18, 2)) as difference
from components
