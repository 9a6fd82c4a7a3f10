{# The model holds exactly the orders of another one that satisfy a condition. #}
{% test same_orders_as(model, other, condition) %}
select shop_id, order_id, count(*) as sides
from (
    select distinct shop_id, order_id
    from {{ model }}
    union all
    select distinct shop_id, order_id
    from {{ other }}
    where {{ condition }}
) as both_sides
group by shop_id, order_id
having count(*) <> 2
{% endtest %}
