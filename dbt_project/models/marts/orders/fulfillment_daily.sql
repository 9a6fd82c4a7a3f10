with changes as (

    select
        shop_id,
        'out_of_stock_cancellation_rate' as metric,
        'platform' as basis,
        window_on,
        known_on,
        out_of_stock_orders as numerator,
        confirmed_orders as denominator
    from {{ ref('int_cancellation_changes') }}

    union all

    -- Open and overdue at the day's end, on the window day on which it was due …
    select
        shop_id,
        'unshipped_order_rate' as metric,
        'platform' as basis,
        due_on as window_on,
        known_on,
        orders as numerator,
        cast(0 as bigint) as denominator
    from {{ ref('int_dispatch_changes') }}
    where part = 'overdue_open'

    union all

    -- … of all that were due on it.
    select
        shop_id,
        'unshipped_order_rate' as metric,
        'platform' as basis,
        window_on,
        known_on,
        cast(0 as bigint) as numerator,
        orders as denominator
    from {{ ref('int_dispatch_changes') }}
    where part = 'due'

),

windows as (

    {{ running_windows(
        'changes',
        [('out_of_stock_cancellation_rate', 'platform'), ('unshipped_order_rate', 'platform')],
        ['rolling_7d', 'rolling_30d'],
    ) }}

)

select
    shop_id,
    as_of_on,
    metric,
    window_name,
    window_start_on,
    numerator,
    denominator,
    {{ ratio('numerator', 'denominator') }} as value
from windows
