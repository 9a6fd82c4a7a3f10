{#-
  The same orders and packages summed by warehouse, carrier, SKU and creator. Each stands in one
  segment of each dimension, so that the segments of a dimension add up to the rate.
-#}
{%- set dimensions = {
    'warehouse': 'warehouse', 'carrier': 'carrier', 'sku': 'seller_sku', 'creator': 'creator'
} -%}
with parts as (

    select * from {{ ref('int_weekly_parts') }}

),

packed as (

    -- The orders of a package: the one that it is judged by, and those that share it.
    select distinct shop_id, package_key, order_key
    from parts
    where package_key is not null

    union

    select shared.shop_id, shared.package_key, shared.order_key
    from {{ ref('int_order_packages') }} as shared
    inner join {{ ref('int_packages') }} as packages
        on
            shared.shop_id = packages.shop_id
            and shared.package_key = packages.package_key
            and packages.order_count > 1
    inner join (select distinct shop_id, package_key from parts where package_key is not null) as mine
        on
            shared.shop_id = mine.shop_id
            and shared.package_key = mine.package_key

),

wanted as (

    select
        orders.shop_id,
        orders.order_key,
        orders.created_on,
        coalesce(orders.creator_handle, '(none)') as creator_handle
    from {{ ref('int_orders') }} as orders
    inner join (
        select order_key from parts
        union
        select order_key from packed
    ) as mine
        on orders.order_key = mine.order_key

),

segmented as (

    {{ order_segments('wanted') }}

),

of_packages as (

    select
        packed.shop_id,
        packed.package_key,
        {%- for value in ['warehouse', 'seller_sku', 'creator'] %}
        case
            when min(segmented.{{ value }}) = max(segmented.{{ value }}) then min(segmented.{{ value }})
            else '(several)'
        end as {{ value }},
        {%- endfor %}
        coalesce(min(packages.carrier), '(none)') as carrier
    from packed
    inner join segmented
        on packed.order_key = segmented.order_key
    inner join {{ ref('int_packages') }} as packages
        on
            packed.shop_id = packages.shop_id
            and packed.package_key = packages.package_key
    group by packed.shop_id, packed.package_key

),

described as (

    select
        parts.shop_id,
        parts.week_ends_on,
        parts.metric,
        parts.basis,
        parts.numerator,
        parts.denominator,
        {%- for value in dimensions.values() %}
        segmented.{{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    from parts
    inner join segmented
        on parts.order_key = segmented.order_key
    where parts.package_key is null

    union all

    select
        parts.shop_id,
        parts.week_ends_on,
        parts.metric,
        parts.basis,
        parts.numerator,
        parts.denominator,
        {%- for value in dimensions.values() %}
        of_packages.{{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    from parts
    inner join of_packages
        on
            parts.shop_id = of_packages.shop_id
            and parts.package_key = of_packages.package_key

)

{% for dimension, value in dimensions.items() -%}
select
    shop_id,
    week_ends_on,
    metric,
    basis,
    '{{ dimension }}' as dimension,
    {{ value }} as segment,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from described
group by shop_id, week_ends_on, metric, basis, {{ value }}
{{ 'union all' if not loop.last }}
{% endfor %}
