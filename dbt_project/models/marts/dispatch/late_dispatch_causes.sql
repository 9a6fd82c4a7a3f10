{%- set stages = late_stages() -%}
with late as (

    select *
    from {{ ref('int_dispatch_timelines') }}
    where is_late

),

segments as (

    {{ order_segments('late') }}

),

-- What each stage usually takes: in the order's warehouse, or in the shop where that has shipped too
-- little to know.
usual as (

    select
        shop_id,
        warehouse,
        max(orders) as orders
        {%- for stage in stages %},
        max(case when stage = '{{ stage.name }}' then p50_hours end) as {{ stage.name }}_p50,
        max(case when stage = '{{ stage.name }}' then p90_hours end) as {{ stage.name }}_p90
        {%- endfor %}
    from {{ ref('dispatch_stage_times') }}
    group by shop_id, warehouse

),

compared as (

    select
        late.*,
        case when own.orders >= 20 then 'warehouse' when shop.orders > 0 then 'shop' end as usual_basis
        {%- for stage in stages %},
        case when own.orders >= 20 then own.{{ stage.name }}_p50 else shop.{{ stage.name }}_p50 end
            as {{ stage.name }}_p50,
        case when own.orders >= 20 then own.{{ stage.name }}_p90 else shop.{{ stage.name }}_p90 end
            as {{ stage.name }}_p90
        {%- endfor %}
    from late
    left join usual as own
        on
            late.shop_id = own.shop_id
            and late.warehouse = own.warehouse
    left join usual as shop
        on
            late.shop_id = shop.shop_id
            and shop.warehouse = '(all)'

),

waiting as (

    -- An open order waits in the stage after its last stamp; one that the shop never stamps is passed.
    select
        *,
        case
            when open_hours is null then null
            {%- for stage in stages[:6] %}
            when
                last_stage < {{ loop.index }} and final_stage >= {{ loop.index }} and {{ stage.name }}_p50 is not null
                then {{ loop.index }}
            {%- endfor %}
            else final_stage
        end as waiting_stage
    from compared

),

timed as (

    select
        waiting.*
        {%- for stage in stages %},
        coalesce({{ stage.name }}_hours, case when waiting_stage = {{ loop.index }} then open_hours end)
            as {{ stage.name }}_took
        {%- endfor %}
    from waiting

),

exceeded as (

    -- Rounded to milliseconds, so that equal excesses are equal.
    select
        timed.*
        {%- for stage in stages %},
        round({{ stage.name }}_took - coalesce({{ stage.name }}_p50, 0), 6) as {{ stage.name }}_excess
        {%- endfor %}
    from timed

),

located as (

    -- Handed over in time and not scanned in time: nothing before that was too slow.
    select
        exceeded.*,
        coalesce(tendered_at <= dispatch_due_at, false) as is_tendered_in_time,
        case
            when tendered_at <= dispatch_due_at then 'first_scan'
            {%- for stage in stages %}
            when {{ stage.name }}_excess = greatest({% for other in stages %}{{ other.name }}_excess{{ ', ' if not loop.last }}{% endfor %})
                then '{{ stage.name }}'
            {%- endfor %}
        end as primary_stage
    from exceeded

),

out_of_stock as (

    select late.order_key
    from late
    inner join {{ ref('int_order_items') }} as items
        on late.order_key = items.order_key
    inner join {{ ref('int_stock_counts') }} as counts
        on
            items.shop_id = counts.shop_id
            and items.seller_sku = counts.seller_sku
            and counts.snapshot_at between late.created_at and late.dispatch_due_at
    where counts.available <= 0
    group by late.order_key

),

-- What was entered into the warehouse otherwise than the order has it.
shipped_otherwise as (

    select
        late.order_key,
        bool_or(shipments.ship_to_zip3 <> orders.zip3) as is_other_address,
        bool_or(shipments.carrier <> coalesce(packages.carrier, packages.carrier_name)) as is_other_carrier,
        bool_or(
            shipments.tracking_number is not null
            and scans.tracking_number is not null
            and packages.order_key is null
        ) as is_other_number,
        bool_or(shipments.warehouse_id <> orders.named_warehouse_id) as is_other_warehouse
    from late
    inner join {{ ref('int_shipments') }} as shipments
        on late.order_key = shipments.order_key
    inner join {{ ref('int_orders') }} as orders
        on late.order_key = orders.order_key
    left join {{ ref('int_order_scans') }} as scans
        on late.order_key = scans.order_key
    left join {{ ref('int_order_packages') }} as packages
        on
            late.order_key = packages.order_key
            and shipments.tracking_number = packages.tracking_number
    group by late.order_key

),

-- Which cause a stage stands for in this order, and whether it took longer than nine in ten do.
judged as (

    select
        located.*,
        {% for stage in stages -%}
        {% if stage.name == 'confirm' -%}
        case when out_of_stock.order_key is not null then 'stock' else '{{ stage.cause }}' end
        {%- elif stage.name == 'first_scan' -%}
        case when located.tendered_at is null then 'hand_over' else '{{ stage.cause }}' end
        {%- else -%}
        '{{ stage.cause }}'
        {%- endif %} as {{ stage.name }}_cause,
        coalesce(located.{{ stage.name }}_took > located.{{ stage.name }}_p90, false) as is_{{ stage.name }}_slow,
        {% endfor -%}
        out_of_stock.order_key is not null as is_out_of_stock,
        case when shipped_otherwise.is_other_address then ', address' else '' end
        || case when shipped_otherwise.is_other_carrier then ', carrier' else '' end
        || case when shipped_otherwise.is_other_number then ', tracking_number' else '' end
        || case when shipped_otherwise.is_other_warehouse then ', warehouse' else '' end as entry_errors
    from located
    left join shipped_otherwise
        on located.order_key = shipped_otherwise.order_key
    left join out_of_stock
        on located.order_key = out_of_stock.order_key

),

caused as (

    select
        judged.*,
        case
            when last_stage = 0 and (final_stage = 7 or dispatched_at is null) then 'unknown'
            {%- for stage in stages %}
            when primary_stage = '{{ stage.name }}' then {{ stage.name }}_cause
            {%- endfor %}
            else 'unknown'
        end as primary_cause
    from judged

),

described as (

    select
        caused.*,
        {% for stage in stages -%}
        case
            when is_{{ stage.name }}_slow and {{ stage.name }}_cause <> primary_cause
            {%- if stage.name == 'allocate' %} and not (is_confirm_slow and is_out_of_stock){% endif %}
                then ', ' || {{ stage.name }}_cause
            else ''
        end{{ ' ||' if not loop.last }}
        {% endfor -%}
        as contributing
    from caused

)

select
    described.shop_id,
    described.order_id,
    described.created_at,
    described.dispatch_due_at,
    described.dispatch_due_on,
    described.dispatched_at,
    described.is_overdue_open,
    {{ hours_between('described.dispatch_due_at', 'described.ended_at') }} as late_hours,
    described.warehouse,
    segments.carrier,
    segments.seller_sku,
    segments.supplier,
    described.creator_handle,
    segments.volume_decile,
    {% for stage in stages[:6] -%}
    described.{{ stage.stamp }},
    {% endfor -%}
    described.first_scan_at,
    {% for stage in stages -%}
    described.{{ stage.name }}_took as {{ stage.name }}_hours,
    {% endfor -%}
    {% for stage in stages -%}
    {{ ratio('described.' ~ stage.name ~ '_took', 'described.elapsed_hours') }} as {{ stage.name }}_share,
    {% endfor -%}
    described.elapsed_hours,
    described.is_timeline_monotone,
    described.primary_cause,
    case when described.primary_cause <> 'unknown' then described.primary_stage end as primary_stage,
    case
        {%- for stage in stages %}
        when described.primary_cause <> 'unknown' and described.primary_stage = '{{ stage.name }}'
            then described.{{ stage.name }}_excess
        {%- endfor %}
    end as primary_excess_hours,
    described.usual_basis,
    case when described.primary_cause <> 'unknown' then nullif(substring(described.contributing, 3), '') end
        as contributing_causes,
    described.is_out_of_stock,
    nullif(substring(described.entry_errors, 3), '') as entry_errors,
    described.is_tendered_in_time and described.dispatched_at is not null as is_appeal_candidate,
    described.policy_version
from described
left join segments
    on described.order_key = segments.order_key
