{%- set buckets = [
    ('up to 7 days', 7), ('8 to 14 days', 14), ('15 to 30 days', 30), ('31 to 60 days', 60), ('over 60 days', none)
] -%}
with aged as (

    select
        shop_id,
        currency,
        state,
        age_days,
        unexplained_amount,
        case
            {%- for _, last in buckets %}
            {% if last %}when age_days <= {{ last }} then {{ loop.index }}{% else %}else {{ loop.index }}{% endif %}
            {%- endfor %}
        end as place
    from {{ ref('settlement_orders') }}
    where state in ('differs', 'missing')

)

select
    shop_id,
    case place
        {%- for bucket, _ in buckets %}
        when {{ loop.index }} then '{{ bucket }}'
        {%- endfor %}
    end as age_bucket,
    currency,
    cast(place as bigint) as place,
    cast(count(*) as bigint) as orders,
    cast(count(*) filter (where state = 'missing') as bigint) as missing_orders,
    cast(max(age_days) as bigint) as oldest_days,
    cast(sum(unexplained_amount) as decimal(18, 2)) as amount,
    cast(sum(least(unexplained_amount, 0)) as decimal(18, 2)) as paid_too_little,
    cast(sum(greatest(unexplained_amount, 0)) as decimal(18, 2)) as paid_too_much
from aged
group by shop_id, currency, place
