{{ config(materialized='view') }}
{#-
  Everything that the four rates are made of, small enough to be summed for any day: a signed change
  of a numerator and a denominator, the day in the window it belongs to (null: to every window), and
  the day from which it is known.
-#}
select shop_id, 'late_dispatch_rate' as metric, 'platform' as basis, window_on, known_on,
    late_orders as numerator, orders as denominator
from {{ ref('int_dispatch_changes') }}
where part = 'dispatched'

union all

select shop_id, 'late_dispatch_rate' as metric, 'due' as basis, window_on, known_on,
    late_orders as numerator, orders as denominator
from {{ ref('int_dispatch_changes') }}
where part = 'due'

union all

select shop_id, 'late_dispatch_rate' as metric, 'projected' as basis, window_on, known_on,
    late_orders as numerator, orders as denominator
from {{ ref('int_dispatch_changes') }}
where part in ('dispatched', 'overdue_open')

union all

select shop_id, 'valid_tracking_rate' as metric, 'platform' as basis, window_on, known_on,
    packages - defective_packages as numerator, packages as denominator
from {{ ref('int_tracking_changes') }}

union all

select shop_id, 'seller_fault_cancellation_rate' as metric, 'platform' as basis, window_on, known_on,
    seller_fault_orders as numerator, confirmed_orders as denominator
from {{ ref('int_cancellation_changes') }}

union all

select shop_id, 'on_time_delivery_rate' as metric, 'platform' as basis, window_on, known_on,
    on_time_orders as numerator, orders as denominator
from {{ ref('int_delivery_changes') }}
