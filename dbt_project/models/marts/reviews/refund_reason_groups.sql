with refunds as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        refunds.reason_group,
        refunds.order_id,
        refunds.units,
        refunds.refund_amount
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_refund_reasons') }} as refunds
        on
            as_of.shop_id = refunds.shop_id
            and refunds.returned_on between {{ add_days('as_of.as_of_on', -29) }} and as_of.as_of_on
            and refunds.known_on <= as_of.as_of_on

),

ticket_feeds as (

    select distinct shop_id
    from {{ ref('stg_reference__support_tickets') }}

),

-- The day of an order's first ticket.
tickets as (

    select
        shop_id,
        order_id,
        min(created_on) as created_on
    from {{ ref('stg_reference__support_tickets') }}
    where order_id is not null
    group by shop_id, order_id

),

grouped as (

    select
        refunds.shop_id,
        refunds.as_of_on,
        refunds.reason_group,
        cast(count(*) as bigint) as returns,
        cast(count(distinct refunds.order_id) as bigint) as orders,
        cast(sum(refunds.units) as bigint) as units,
        cast(coalesce(sum(refunds.refund_amount), 0) as decimal(18, 2)) as refund_amount,
        cast(count(distinct tickets.order_id) as bigint) as orders_with_ticket
    from refunds
    left join tickets
        on
            refunds.shop_id = tickets.shop_id
            and refunds.order_id = tickets.order_id
            and refunds.as_of_on >= tickets.created_on
    group by refunds.shop_id, refunds.as_of_on, refunds.reason_group

)

select
    grouped.shop_id,
    grouped.as_of_on,
    'rolling_30d' as window_name,
    grouped.reason_group,
    grouped.returns,
    {{ ratio(
        'grouped.returns',
        'sum(grouped.returns) over (partition by grouped.shop_id, grouped.as_of_on)'
    ) }} as share_of_returns,
    grouped.orders,
    grouped.units,
    grouped.refund_amount,
    shops.currency,
    case when ticket_feeds.shop_id is not null then grouped.orders_with_ticket end as orders_with_ticket,
    case
        when ticket_feeds.shop_id is not null
            then {{ ratio('grouped.orders_with_ticket', 'grouped.orders') }}
    end as ticket_share
from grouped
inner join {{ source('inputs', 'shops') }} as shops
    on grouped.shop_id = shops.shop_id
left join ticket_feeds
    on grouped.shop_id = ticket_feeds.shop_id
