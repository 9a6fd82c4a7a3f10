with content as (

    select
        calendar.shop_id,
        calendar.goes_live_at,
        calendar.goes_live_on,
        calendar.creator_handle,
        calendar.seller_sku,
        calendar.campaign,
        calendar.expected_units,
        -- What goes live earlier takes its units first. What has no estimate is expected to keep the
        -- SKU's pace, once, not once a video.
        sum(coalesce(calendar.expected_units, 0)) over (
            partition by calendar.shop_id, calendar.seller_sku
            order by calendar.goes_live_at nulls last, calendar.creator_handle nulls last
            rows between unbounded preceding and current row
        )
        + case
            when calendar.expected_units is null then ceil(14 * coalesce(sales.average_daily_units, 0)) else 0
        end as units_so_far
    from {{ ref('stg_reference__content_calendar') }} as calendar
    inner join {{ ref('int_moments') }} as moments
        on
            calendar.shop_id = moments.shop_id
            and calendar.goes_live_at >= moments.moment_at
            and calendar.goes_live_on < {{ add_days('moments.today_on', 14) }}
    left join {{ ref('hero_skus') }} as sales
        on
            calendar.shop_id = sales.shop_id
            and calendar.seller_sku = sales.seller_sku

),

sent as (

    select
        orders.shop_id,
        origins.warehouse_id,
        count(*) as orders
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_current_days') }} as now
        on
            orders.shop_id = now.shop_id
            and orders.created_on between {{ add_days('now.as_of_on', -29) }} and now.as_of_on
            and orders.counts_from_on <= now.as_of_on
    inner join {{ ref('int_order_warehouses') }} as origins
        on orders.order_key = origins.order_key
    where
        orders.is_rated
        and (orders.cancelled_on is null or orders.cancelled_on > now.as_of_on)
    group by orders.shop_id, origins.warehouse_id

),

sites as (

    -- Each site's part of what is sent. One that sent nothing yet is to hold as much as if all sent
    -- alike; the others share the rest by what they sent.
    select
        places.shop_id,
        places.warehouse_id,
        places.warehouse_name,
        {{ ratio('1', 'count(*) over (partition by places.shop_id)') }}
        * coalesce(
            {{ ratio(
                'sent.orders * count(sent.orders) over (partition by places.shop_id)',
                'sum(sent.orders) over (partition by places.shop_id)'
            ) }},
            1
        ) as share
    from {{ ref('int_stock_sites') }} as places
    left join sent
        on
            places.shop_id = sent.shop_id
            and places.warehouse_id = sent.warehouse_id
    where places.is_site

),

planned as (

    select
        content.*,
        coalesce(sites.warehouse_id, '(none)') as warehouse_id,
        sites.warehouse_name,
        case when sites.warehouse_id is not null then coalesce(stock.available, 0) end as available,
        case when sites.warehouse_id is not null then coalesce(stock.inbound, 0) end as inbound,
        -- Rounded first: a share that is not exact must not cost a unit.
        ceil(round(content.units_so_far * sites.share, 6)) as needed
    from content
    left join sites
        on content.shop_id = sites.shop_id
    left join {{ ref('int_site_stock') }} as stock
        on
            sites.shop_id = stock.shop_id
            and sites.warehouse_id = stock.warehouse_id
            and content.seller_sku = stock.seller_sku

)

select
    shop_id,
    goes_live_at,
    goes_live_on,
    creator_handle,
    seller_sku,
    campaign,
    cast(expected_units as bigint) as expected_units,
    warehouse_id,
    warehouse_name,
    cast(available as bigint) as available,
    cast(inbound as bigint) as inbound,
    cast(needed as bigint) as needed,
    expected_units is null as is_estimated,
    case
        when available is not null then available < needed
    end as is_short
from planned
