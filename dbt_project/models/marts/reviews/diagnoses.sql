{%- set hypotheses = {
    'late_dispatch': ['carrier_scan_timing', 'stock_readiness'],
    'tracking_complaints': ['route_quality', 'tracking_upload_accuracy'],
    'product_mismatch': ['quality_control', 'sku_confirmation'],
} -%}
with weeks as (

    select
        shop_id,
        as_of_on,
        indicator,
        {{ ratio(
            "max(case when period = 'now' then numerator end)",
            "max(case when period = 'now' then denominator end)"
        ) }} as value,
        {{ ratio(
            "max(case when period = 'before' then numerator end)",
            "max(case when period = 'before' then denominator end)"
        ) }} as previous_value
    from {{ ref('int_indicator_counts') }}
    group by shop_id, as_of_on, indicator

),

-- Did it get worse? Without tickets the valid tracking rate speaks for the complaints.
triggers as (

    select
        shop_id,
        as_of_on,
        coalesce(
            max(case when indicator = 'late_dispatch' and value > previous_value then 1 end), 0
        ) = 1 as late_dispatch,
        case
            when max(case when indicator = 'tracking_contacts' then value end) is not null
                then coalesce(
                    max(case when indicator = 'tracking_contacts' and value > previous_value then 1 end), 0
                ) = 1
            else coalesce(
                max(case when indicator = 'valid_tracking' and value < previous_value then 1 end), 0
            ) = 1
        end as tracking_complaints,
        coalesce(
            max(case when indicator = 'product_mismatch' and value > previous_value then 1 end), 0
        ) = 1 as product_mismatch
    from weeks
    group by shop_id, as_of_on

),

mismatches as (

    select
        as_of.shop_id,
        as_of.as_of_on,
        evidence.subject_key,
        max(case when evidence.hypothesis = 'quality_control' then 1 else 0 end) as quality_control,
        max(case when evidence.hypothesis = 'sku_confirmation' then 1 else 0 end) as sku_confirmation
    from {{ source('inputs', 'as_of') }} as as_of
    inner join {{ ref('int_mismatch_evidence') }} as evidence
        on
            as_of.shop_id = evidence.shop_id
            and evidence.known_on between {{ add_days('as_of.as_of_on', -6) }} and as_of.as_of_on
    group by as_of.shop_id, as_of.as_of_on, evidence.subject_key

),

evidence as (

    select
        shop_id,
        as_of_on,
        'late_dispatch' as symptom,
        case when is_carrier_scan_timing then 1 else 0 end as points_to_first,
        case when is_stock_readiness then 1 else 0 end as points_to_second
    from {{ ref('int_late_dispatch_evidence') }}

    union all

    select
        shop_id,
        as_of_on,
        'tracking_complaints' as symptom,
        case when is_route_quality then 1 else 0 end as points_to_first,
        case when is_tracking_upload_accuracy then 1 else 0 end as points_to_second
    from {{ ref('int_tracking_evidence') }}

    union all

    select
        shop_id,
        as_of_on,
        'product_mismatch' as symptom,
        quality_control as points_to_first,
        sku_confirmation as points_to_second
    from mismatches

),

symptoms as (

    {% for symptom, (first, second) in hypotheses.items() -%}
    select
        as_of.shop_id,
        as_of.as_of_on,
        '{{ symptom }}' as symptom,
        coalesce(triggers.{{ symptom }}, false) as is_triggered,
        '{{ first }}' as first_hypothesis,
        '{{ second }}' as second_hypothesis
    from {{ source('inputs', 'as_of') }} as as_of
    left join triggers
        on
            as_of.shop_id = triggers.shop_id
            and as_of.as_of_on = triggers.as_of_on
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

counted as (

    select
        symptoms.shop_id,
        symptoms.as_of_on,
        symptoms.symptom,
        symptoms.is_triggered,
        symptoms.first_hypothesis,
        symptoms.second_hypothesis,
        cast(count(evidence.symptom) as bigint) as symptom_orders,
        cast(coalesce(sum(evidence.points_to_first), 0) as bigint) as first_orders,
        cast(coalesce(sum(evidence.points_to_second), 0) as bigint) as second_orders
    from symptoms
    left join evidence
        on
            symptoms.shop_id = evidence.shop_id
            and symptoms.as_of_on = evidence.as_of_on
            and symptoms.symptom = evidence.symptom
    group by
        symptoms.shop_id,
        symptoms.as_of_on,
        symptoms.symptom,
        symptoms.is_triggered,
        symptoms.first_hypothesis,
        symptoms.second_hypothesis

)

-- The first hypothesis comes first by name, so it has the ties.
select
    shop_id,
    as_of_on,
    symptom,
    is_triggered,
    case
        when first_orders = 0 and second_orders = 0 then null
        when first_orders >= second_orders then first_hypothesis
        else second_hypothesis
    end as hypothesis,
    {{ ratio('greatest(first_orders, second_orders)', 'symptom_orders') }} as evidence_share,
    case
        when first_orders = 0 and second_orders = 0 then null
        when first_orders >= second_orders then second_hypothesis
        else first_hypothesis
    end as other_hypothesis,
    {{ ratio('least(first_orders, second_orders)', 'symptom_orders') }} as other_share,
    greatest(first_orders, second_orders) as evidence_orders,
    least(first_orders, second_orders) as other_orders,
    symptom_orders
from counted
