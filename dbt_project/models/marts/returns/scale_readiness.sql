{#-
  Is a SKU fit to be pushed? Of the units that were checked before they left, the share that did not
  come back for its version, its packaging or its condition. A shop that records no checks is judged
  by all its units. Units count as in the return rates: those of paid, rated orders, until cancelled.
-#}
{%- set defects = {
    'version': "('wrong_variant', 'not_as_described', 'missing_parts')",
    'packaging': "('packaging')",
    'condition': "('condition')",
} -%}
with now as (

    select * from {{ ref('int_current_days') }}

),

rates as (

    select
        shop_id,
        segment as seller_sku,
        units_ordered,
        is_provisional
    from {{ ref('return_rates') }}
    where
        dimension = 'seller_sku'
        and segment <> '(none)'
        and basis = 'order_cohort'
        and window_name = 'rolling_90d'
        and units_ordered > 0

),

checked_orders as (

    select
        shipments.order_key,
        now.shop_id,
        now.as_of_on,
        {{ add_days('now.as_of_on', '-days.return_window_days') }} as closed_until_on
    from {{ ref('int_shipments') }} as shipments
    inner join now
        on
            shipments.shop_id = now.shop_id
            and shipments.tendered_at < now.ends_at
    inner join {{ ref('int_policy_days') }} as days
        on
            now.shop_id = days.shop_id
            and now.as_of_on = days.day_on
    where shipments.quality_checked_at <= shipments.tendered_at
    group by shipments.order_key, now.shop_id, now.as_of_on, days.return_window_days

),

checked as (

    select
        checked_orders.shop_id,
        items.seller_sku,
        sum(items.units) as units,
        bool_or(orders.created_on > checked_orders.closed_until_on) as is_provisional
    from checked_orders
    inner join {{ ref('int_orders') }} as orders
        on
            checked_orders.order_key = orders.order_key
            and orders.created_on between {{ add_days('checked_orders.as_of_on', -89) }} and checked_orders.as_of_on
            and orders.is_rated
            and orders.counts_from_on <= checked_orders.as_of_on
            and (orders.cancelled_on is null or orders.cancelled_on > checked_orders.as_of_on)
    inner join {{ ref('int_order_items') }} as items
        on orders.order_key = items.order_key
    group by checked_orders.shop_id, items.seller_sku

),

shops_that_check as (

    select distinct shop_id from checked

),

defects as (

    select
        refunds.shop_id,
        refunds.seller_sku,
        {%- for name, groups in defects.items() %}
        sum(case when refunds.reason_group in {{ groups }} then refunds.units else 0 end) as {{ name }}_units,
        sum(case when refunds.reason_group in {{ groups }} and checked_orders.order_key is not null
            then refunds.units else 0 end) as checked_{{ name }}_units{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_refunds') }} as refunds
    inner join now
        on
            refunds.shop_id = now.shop_id
            and refunds.created_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
            and refunds.returned_on <= now.as_of_on
            and refunds.counts_from_on <= now.as_of_on
            and (refunds.cancelled_on is null or refunds.cancelled_on > now.as_of_on)
    left join checked_orders
        on refunds.order_key = checked_orders.order_key
    where refunds.is_of_a_line
    group by refunds.shop_id, refunds.seller_sku

),

risks as (

    select
        skus.shop_id,
        skus.seller_sku,
        min(risks.risk_group) as risk_group
    from {{ ref('stg_reference__skus') }} as skus
    inner join {{ ref('category_risks') }} as risks
        on ' ' || translate({{ fold('skus.category') }}, '&,/>-', '     ') || ' ' like '% ' || risks.words || ' %'
    group by skus.shop_id, skus.seller_sku

),

sampled as (

    select
        rates.shop_id,
        rates.seller_sku,
        skus.category,
        case when skus.is_branded then 'custom_branded' else risks.risk_group end as risk_group,
        rates.units_ordered,
        shops_that_check.shop_id is not null as is_checked_sample,
        case
            when shops_that_check.shop_id is not null then coalesce(checked.units, 0)
            else rates.units_ordered
        end as sample_units,
        case
            when shops_that_check.shop_id is not null then coalesce(checked.is_provisional, false)
            else rates.is_provisional
        end as is_provisional,
        {%- for name in defects %}
        coalesce(
            case
                when shops_that_check.shop_id is not null then defects.checked_{{ name }}_units
                else defects.{{ name }}_units
            end, 0
        ) as {{ name }}_units{{ ',' if not loop.last }}
        {%- endfor %}
    from rates
    left join {{ ref('stg_reference__skus') }} as skus
        on
            rates.shop_id = skus.shop_id
            and rates.seller_sku = skus.seller_sku
    left join risks
        on
            rates.shop_id = risks.shop_id
            and rates.seller_sku = risks.seller_sku
    left join shops_that_check
        on rates.shop_id = shops_that_check.shop_id
    left join checked
        on
            rates.shop_id = checked.shop_id
            and rates.seller_sku = checked.seller_sku
    left join defects
        on
            rates.shop_id = defects.shop_id
            and rates.seller_sku = defects.seller_sku

),

passed as (

    select
        *,
        greatest(sample_units - version_units - packaging_units - condition_units, 0) as passed_units
    from sampled

)

select
    shop_id,
    seller_sku,
    category,
    risk_group,
    risk_group is not null as is_high_risk,
    cast(units_ordered as bigint) as units_ordered,
    is_checked_sample,
    is_provisional,
    cast(sample_units as bigint) as sample_units,
    {%- for name in defects %}
    cast({{ name }}_units as bigint) as {{ name }}_units,
    {%- endfor %}
    cast(passed_units as bigint) as passed_units,
    {{ ratio('passed_units', 'sample_units') }} as pass_rate,
    {{ wilson_bound('passed_units', 'sample_units', '-') }} as lower_bound,
    case
        when sample_units < {{ var('scale_least_sample') }} then 'not_judged'
        when passed_units >= {{ var('scale_least_pass_rate') }} * sample_units then 'ready'
        else 'not_ready'
    end as verdict
from passed
