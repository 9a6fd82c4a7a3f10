{#-
  What stands out behind each of the seven indicators in the week that ends with each as-of day: the
  warehouse, defect, reason or topic that is behind most of it, ties by name.
-#}
with weeks as (

    select *
    from ({{ indicator_periods() }}) as periods
    where period = 'now'

),

evaluated as (

    select
        shop_id,
        as_of_on,
        case when basis = 'due' then 'due' else 'dispatched' end as part
    from {{ ref('kpi_daily') }}
    where is_evaluated and metric = 'late_dispatch_rate'

),

found as (

    select weeks.shop_id, weeks.as_of_on, 'late_dispatch' as indicator, 'warehouse' as dimension,
        changes.warehouse as reason, sum(changes.late_orders) as counted
    from weeks
    inner join {{ ref('int_dispatch_changes') }} as changes
        on {{ known_in_period('changes', 'weeks') }}
    left join evaluated
        on
            weeks.shop_id = evaluated.shop_id
            and weeks.as_of_on = evaluated.as_of_on
    where changes.part = coalesce(evaluated.part, 'dispatched')
    group by weeks.shop_id, weeks.as_of_on, changes.warehouse

    union all

    select weeks.shop_id, weeks.as_of_on, 'valid_tracking' as indicator,
        'tracking_defect' as dimension, changes.tracking_defect as reason,
        sum(changes.defective_packages) as counted
    from weeks
    inner join {{ ref('int_tracking_changes') }} as changes
        on {{ known_in_period('changes', 'weeks') }}
    where changes.tracking_defect is not null
    group by weeks.shop_id, weeks.as_of_on, changes.tracking_defect

    union all

    select weeks.shop_id, weeks.as_of_on, 'seller_fault_cancellation' as indicator,
        'cancel_reason' as dimension, changes.cancel_reason as reason,
        sum(changes.seller_fault_orders) as counted
    from weeks
    inner join {{ ref('int_cancellation_changes') }} as changes
        on {{ known_in_period('changes', 'weeks') }}
    where changes.cancel_reason is not null
    group by weeks.shop_id, weeks.as_of_on, changes.cancel_reason

    union all

    select weeks.shop_id, weeks.as_of_on, 'unshipped_orders' as indicator, 'warehouse' as dimension,
        changes.warehouse as reason, sum(changes.orders) as counted
    from weeks
    inner join {{ ref('int_dispatch_changes') }} as changes
        on
            weeks.shop_id = changes.shop_id
            and changes.part = 'overdue_open'
            and changes.known_on <= weeks.ends_on
    group by weeks.shop_id, weeks.as_of_on, changes.warehouse

    union all

    select weeks.shop_id, weeks.as_of_on, 'refund_reasons' as indicator, 'return_reason' as dimension,
        refunds.return_reason as reason, count(*) as counted
    from weeks
    inner join {{ ref('int_refund_reasons') }} as refunds
        on {{ known_in_period('refunds', 'weeks', on='returned_on') }}
    group by weeks.shop_id, weeks.as_of_on, refunds.return_reason

    union all

    select weeks.shop_id, weeks.as_of_on,
        case when tickets.kind = 'complaint' then 'delivery_complaints' else 'shipping_tickets' end
            as indicator,
        'topic' as dimension, tickets.topic as reason, count(*) as counted
    from weeks
    inner join {{ ref('stg_reference__support_tickets') }} as tickets
        on
            weeks.shop_id = tickets.shop_id
            and tickets.created_on between weeks.starts_on and weeks.ends_on
    where tickets.is_about_shipping
    group by weeks.shop_id, weeks.as_of_on, tickets.kind, tickets.topic

)

select
    shop_id,
    as_of_on,
    indicator,
    dimension,
    reason,
    cast(counted as bigint) as counted
from found
where counted > 0
qualify row_number() over (
    partition by shop_id, as_of_on, indicator
    order by counted desc nulls last, reason nulls last
) = 1
