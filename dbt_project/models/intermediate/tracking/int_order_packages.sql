{#- One row an order and package: the number, who carries it, and whose specification it fits. -#}
with packages as (

    select
        shop_id,
        order_id,
        order_key,
        coalesce(package_id, 'order:' || order_id) as package_key,
        tracking_number,
        shipping_provider_name,
        tracking_fits
    from {{ ref('int_order_lines') }}
    where order_rows = 1

    union all

    select
        min(shop_id) as shop_id,
        min(order_id) as order_id,
        order_key,
        coalesce(package_id, 'order:' || order_id) as package_key,
        min(tracking_number) as tracking_number,
        min(shipping_provider_name) as shipping_provider_name,
        min(tracking_fits) as tracking_fits
    from {{ ref('int_order_lines') }}
    where order_rows > 1
    group by order_key, coalesce(package_id, 'order:' || order_id)

)

select
    packages.shop_id,
    packages.order_id,
    packages.order_key,
    packages.package_key,
    packages.tracking_number,
    packages.shipping_provider_name as carrier_name,
    carriers.carrier,
    carriers.spec_code,
    packages.tracking_fits
from packages
left join {{ ref('carriers') }} as carriers
    on {{ fold('packages.shipping_provider_name') }} = carriers.alias
