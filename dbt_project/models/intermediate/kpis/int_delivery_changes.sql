{#- What orders add to the on-time delivery rate, by deliver-by day, carrier and the day it is known. -#}
with states as (

    select
        *,
        coalesce(carrier, '(unknown)') as known_carrier
    from {{ ref('int_order_states') }}

)

select
    shop_id,
    known_carrier as carrier,
    window_on,
    known_on,
    orders,
    on_time_orders
from ({{ delivery_changes('states', ['shop_id', 'known_carrier']) }}) as changes
