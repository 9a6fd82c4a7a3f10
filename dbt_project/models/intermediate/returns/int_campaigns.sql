{#-
  Which campaign a sale belongs to, by the shop's content calendar: by the content that sold it, else
  by creator and SKU for fourteen days from the go-live, or until the next one.
-#}
select
    'content' as matched_by,
    shop_id,
    content_id,
    cast(null as {{ dbt.type_string() }}) as creator_handle,
    cast(null as {{ dbt.type_string() }}) as seller_sku,
    cast(null as date) as from_on,
    cast(null as date) as until_on,
    min(campaign) as campaign
from {{ ref('stg_reference__content_calendar') }}
where content_id is not null and campaign is not null
group by shop_id, content_id

union all

select
    'creator_and_sku' as matched_by,
    shop_id,
    cast(null as {{ dbt.type_string() }}) as content_id,
    creator_handle,
    seller_sku,
    goes_live_on as from_on,
    least(
        {{ add_days('goes_live_on', 14) }},
        coalesce(
            lead(goes_live_on) over (
                partition by shop_id, creator_handle, seller_sku order by goes_live_on nulls last
            ),
            {{ add_days('goes_live_on', 14) }}
        )
    ) as until_on,
    campaign
from (
    select shop_id, creator_handle, seller_sku, goes_live_on, min(campaign) as campaign
    from {{ ref('stg_reference__content_calendar') }}
    where campaign is not null
    group by shop_id, creator_handle, seller_sku, goes_live_on
) as days
