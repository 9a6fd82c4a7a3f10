with feeds as (

    select
        shop_id,
        feed,
        cast(count(*) as bigint) as files,
        cast(sum(rows_accepted) as bigint) as rows,
        max(newest_at) as newest_at
    from {{ source('inputs', 'files') }}
    where status = 'loaded' and feed is not null
    group by shop_id, feed

)

select
    feeds.shop_id,
    feeds.feed,
    feeds.files,
    feeds.rows,
    feeds.newest_at,
    days.day_on as newest_on
from feeds
left join {{ source('inputs', 'shop_days') }} as days
    on
        feeds.shop_id = days.shop_id
        and feeds.newest_at >= days.starts_at
        and feeds.newest_at < days.ends_at
