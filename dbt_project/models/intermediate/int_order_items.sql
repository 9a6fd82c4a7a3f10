{#- What was bought: one row an order and SKU, with the creator who is credited for it. -#}
with lines as (

    select
        lines.*,
        coalesce(creators.creator_handle, lines.creator_handle) as credited_creator
    from {{ ref('int_order_lines') }} as lines
    left join {{ ref('int_creators_by_line') }} as creators
        on
            lines.shop_id = creators.shop_id
            and lines.order_id = creators.order_id
            and coalesce(lines.sku_id, '') = creators.sku_id

),

single as (

    select
        shop_id,
        order_id,
        coalesce(sku_id, '') as sku_id,
        seller_sku,
        product_name,
        credited_creator as creator_handle,
        cast(quantity as bigint) as units,
        created_on
    from lines
    where order_rows = 1

),

several as (

    select
        shop_id,
        order_id,
        coalesce(sku_id, '') as sku_id,
        max(seller_sku) as seller_sku,
        max(product_name) as product_name,
        max(credited_creator) as creator_handle,
        cast(sum(quantity) as bigint) as units,
        max(created_on) as created_on
    from lines
    where order_rows > 1
    group by shop_id, order_id, coalesce(sku_id, '')

)

select * from single
union all
select * from several
