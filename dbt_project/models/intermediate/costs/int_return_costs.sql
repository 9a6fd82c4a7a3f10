{{ config(materialized='view') }}
{#-
  What each return refunded in the last 90 days has cost by the end of the shop's current day, beside
  its refund, and what it gives back to the seller: fee, commission and the goods.

  A unit that came back is worth its cost, or what its route recovers of the price where that is less;
  the work of refurbishing it is paid from that.

  Units whose grade or disposition is known lose what their route does not recover of the price; of
  the others a part is impaired. Where the warehouse tells what it received, only that was inspected.
-#}
{%- set routes = return_routes() -%}
{%- set components = return_cost_components() -%}
{%- set parameters = [
    'return_shipping_cost', 'inspection_cost', 'impaired_share', 'impairment_loss_share',
    'refurbish_cost', 'disposal_cost', 'resell_recovery_share', 'refurbish_recovery_share',
    'liquidate_recovery_share', 'dispose_recovery_share', 'referral_fee_rate',
    'refund_admin_fee_share', 'refund_admin_fee_cap', 'commission_kept_share'
] -%}
{%- set columns = [
    'shop_id', 'return_order_id', 'order_id', 'order_key', 'line_sku_id', 'seller_sku', 'category',
    'creator_handle', 'campaign', 'is_of_a_line', 'is_refund_only', 'requested_on', 'returned_on',
    'created_on', 'cancelled_on', 'return_quantity', 'units'
] -%}
with returned as (

    select
        {%- for column in columns %}
        returns.{{ column }},
        {%- endfor %}
        returns.returned_at,
        returns.shop_refund_amount as refund_amount,
        now.ends_at,
        not returns.is_refund_only and returns.units > 0 as is_sent_back
    from {{ ref('int_returns') }} as returns
    inner join {{ ref('int_current_days') }} as now
        on
            returns.shop_id = now.shop_id
            and returns.returned_on between {{ add_days('now.as_of_on', -89) }} and now.as_of_on
    where
        returns.is_refunded
        and (returns.is_rated is null or (returns.is_rated and returns.counts_from_on <= now.as_of_on))

),

arrivals as (

    select
        routes.shop_id,
        routes.return_order_id,
        routes.order_id,
        routes.line_sku_id,
        sum(routes.units) as units,
        {%- for route in routes %}
        coalesce(sum(routes.units) filter (
            where routes.graded_on <= now.as_of_on and coalesce(routes.actual_route, routes.route) = '{{ route }}'
        ), 0) as {{ route }}_units{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_return_routes') }} as routes
    inner join {{ ref('int_current_days') }} as now
        on
            routes.shop_id = now.shop_id
            and routes.received_on <= now.as_of_on
    where routes.return_order_id is not null
    group by routes.shop_id, routes.return_order_id, routes.order_id, routes.line_sku_id

),

receiving as (

    -- The days of which the warehouse tells what it received.
    select
        routes.shop_id,
        min(routes.received_on) as from_on,
        max(routes.received_on) as to_on
    from {{ ref('int_return_routes') }} as routes
    inner join {{ ref('int_current_days') }} as now
        on
            routes.shop_id = now.shop_id
            and routes.received_on <= now.as_of_on
    group by routes.shop_id

),

sku_list as (

    select distinct shop_id, seller_sku from returned

),

costs as (

    {{ sku_costs('sku_list', parameters) }}

),

joined as (

    select
        {%- for column in columns %}
        returned.{{ column }},
        {%- endfor %}
        returned.refund_amount,
        returned.is_sent_back,
        -- As on a statement; of an order that is in no export it cannot be told.
        lines.order_key is null or coalesce(returned.returned_at >= lines.shipped_at, false) as is_after_shipping,
        {%- for parameter in parameters %}
        costs.{{ parameter }},
        costs.{{ parameter }}_is_assumed,
        {%- endfor %}
        lines.units as line_units,
        lines.sale_amount as line_amount,
        lines.paid_by_buyer as line_paid,
        lines.item_referral_fee as line_referral_fee,
        lines.unit_cost as line_unit_cost,
        coalesce(
            {{ ratio('lines.sale_amount', 'lines.units') }},
            {{ ratio('returned.refund_amount', 'returned.return_quantity') }},
            0
        ) as price,
        coalesce(lines.commission_settled_at < returned.ends_at, false) as is_commission_settled,
        lines.settled_commission,
        case
            when lines.commission_settled_at < returned.ends_at
                then greatest(lines.est_commission, lines.settled_commission)
            else lines.est_commission
        end as line_commission,
        cast(
            case
                when not returned.is_sent_back then 0
                when arrivals.units is not null then least(arrivals.units, returned.units)
                when returned.requested_on >= receiving.from_on and returned.returned_on <= receiving.to_on
                    then 0
                else returned.units
            end as bigint
        ) as units_back,
        {%- for route in routes %}
        -- A return takes no more routes than it has units: those that ask most of a unit first.
        case
            when not returned.is_sent_back or arrivals.units is null then 0
            else
                {%- set before = routes[:loop.index0] %}
                least(returned.units, {% for one in before %}arrivals.{{ one }}_units + {% endfor %}arrivals.{{ route }}_units)
                - least(returned.units, {% for one in before %}arrivals.{{ one }}_units + {% endfor %}0)
        end as {{ route }}_units,
        {%- endfor %}
        -- A parcel is carried by the units in it, so that the parts add up to it to the cent.
        max(costs.return_shipping_cost) over (
            partition by returned.shop_id, returned.return_order_id
        ) as parcel_cost,
        sum(case when returned.is_sent_back then returned.units else 0 end) over (
            partition by returned.shop_id, returned.return_order_id
        ) as parcel_units,
        sum(case when returned.is_sent_back then returned.units else 0 end) over (
            partition by returned.shop_id, returned.return_order_id
            order by
                returned.order_id nulls last, returned.line_sku_id nulls last,
                returned.seller_sku nulls last
            rows between unbounded preceding and current row
        ) as parcel_units_so_far
    from returned
    inner join costs
        on
            returned.shop_id = costs.shop_id
            and returned.seller_sku = costs.seller_sku
    left join {{ ref('int_order_line_costs') }} as lines
        on
            returned.order_key = lines.order_key
            and returned.line_sku_id = lines.sku_id
    left join arrivals
        on
            returned.shop_id = arrivals.shop_id
            and returned.return_order_id = arrivals.return_order_id
            and returned.order_id = arrivals.order_id
            and returned.line_sku_id = arrivals.line_sku_id
    left join receiving
        on returned.shop_id = receiving.shop_id

),

taken_back as (

    -- A refund takes back the sale, the platform's part of the discount with it; a part of the money
    -- that part. What the buyer gets beyond that, as tax, was never the seller's. Money of another
    -- currency cannot be held against the sale: its units are taken back whole.
    select
        *,
        greatest(
            units_back - {% for route in routes %}{{ route }}_units{{ ' - ' if not loop.last }}{% endfor %}, 0
        ) as ungraded_units,
        cast(round(
            case
                when line_units is null then coalesce(refund_amount, 0)
                when units = 0 then 0
                when line_paid <= 0 then {{ ratio('line_amount * units', 'line_units') }}
                else
                    {{ ratio('line_amount * units', 'line_units') }}
                    * least(1, coalesce({{ ratio('refund_amount * line_units', 'line_paid * units') }}, 1))
            end, 2
        ) as decimal(18, 2)) as sale_returned
    from joined

),

given_back as (

    select
        *,
        {{ cents(
            'case when line_units is null then referral_fee_rate * sale_returned else coalesce('
            ~ ratio('line_referral_fee * sale_returned', 'line_amount') ~ ', 0) end'
        ) }} as referral_fee_returned,
        {{ cents(
            'coalesce(' ~ ratio('line_commission * sale_returned', 'line_amount') ~ ', 0)'
        ) }} as commission_returned,
        coalesce({{ ratio('line_unit_cost', 'line_units') }}, 0) as cost_of_unit
    from taken_back

),

costed as (

    select
        *,
        case
            when not is_sent_back then 0
            else
                {{ cents(ratio('parcel_cost * parcel_units_so_far', 'parcel_units')) }}
                - {{ cents(ratio('parcel_cost * (parcel_units_so_far - units)', 'parcel_units')) }}
        end as return_shipping,
        case when units_back = 0 then 0 else units_back * inspection_cost end as inspection,
        case
            when line_units is null or units_back = 0 then 0
            else
                ungraded_units * (
                    (1 - impaired_share) * cost_of_unit
                    + impaired_share * least(cost_of_unit, (1 - impairment_loss_share) * price)
                )
                {%- for route in routes %}
                + {{ route }}_units * least(cost_of_unit, {{ route }}_recovery_share * price)
                {%- endfor %}
                - case when refurbish_units = 0 then 0 else refurbish_units * refurbish_cost end
        end as goods_recovered,
        ungraded_units * {{ cents('impaired_share * impairment_loss_share * price') }}
        {%- for route in routes %}
        + {{ route }}_units * {{ cents('(1 - ' ~ route ~ '_recovery_share) * price') }}
        {%- endfor %}
        + case when refurbish_units = 0 then 0 else refurbish_units * refurbish_cost end as markdown,
        case when dispose_units = 0 then 0 else dispose_units * disposal_cost end as disposal,
        case
            when not is_after_shipping then 0
            when referral_fee_returned * refund_admin_fee_share > refund_admin_fee_cap
                then refund_admin_fee_cap
            else referral_fee_returned * refund_admin_fee_share
        end as refund_admin_fee,
        -- Of a settled commission that part is lost which the platform has paid all the same.
        case
            when commission_returned = 0 then 0
            when is_commission_settled
                then
                    commission_returned * (1 - least(1, {{ ratio(
                        '(line_commission - settled_commission)',
                        'sum(commission_returned) over (partition by order_key, line_sku_id)'
                    ) }}))
            else commission_returned * commission_kept_share
        end as commission_lost
    from given_back

)

select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    refund_amount,
    case when is_sent_back then units else 0 end as units_sent_back,
    units_back,
    cast(dispose_units as bigint) as units_disposed,
    sale_returned,
    referral_fee_returned,
    commission_returned,
    {{ cents('goods_recovered') }} as goods_recovered,
    -- Before its return a line carried all of its commission, whatever was settled after it.
    case
        when is_commission_settled
            and row_number() over (
                partition by order_key, line_sku_id order by returned_on nulls last, return_order_id nulls last
            ) = 1
            then line_commission - settled_commission
        else 0
    end as commission_restored,
    referral_fee_returned + commission_returned + {{ cents('goods_recovered') }} as given_back,
    {%- for component in components %}
    {{ cents(component) }} as {{ component }},
    {%- endfor %}
    {% for component in components %}{{ cents(component) }}{{ ' + ' if not loop.last }}{% endfor %}
        as returns_cost,
    is_sent_back and return_shipping_cost_is_assumed as return_shipping_is_assumed,
    units_back > 0 and inspection_cost_is_assumed as inspection_is_assumed,
    ungraded_units > 0 and (impaired_share_is_assumed or impairment_loss_share_is_assumed)
    {%- for route in routes %}
    or {{ route }}_units > 0 and {{ route }}_recovery_share_is_assumed
    {%- endfor %}
    or refurbish_units > 0 and refurbish_cost_is_assumed as markdown_is_assumed,
    dispose_units > 0 and disposal_cost_is_assumed as disposal_is_assumed,
    refund_admin_fee > 0
    and (
        referral_fee_rate_is_assumed or refund_admin_fee_share_is_assumed
        or refund_admin_fee_cap_is_assumed
    ) as refund_admin_fee_is_assumed,
    commission_returned > 0 and not is_commission_settled and commission_kept_share_is_assumed
        as commission_lost_is_assumed,
    -- A unit that is as good as new has lost nothing.
    cast(
        ungraded_units * impaired_share + refurbish_units + liquidate_units + dispose_units as decimal(18, 4)
    ) as impaired_units
from costed
