{{ config(materialized='view') }}
{#-
  What went wrong with each order of the last 30 days, and what came of it, as seen at the newest as-of
  moment.

  The usual carrier of a warehouse and state is the one that took most of its orders, ties by name.
-#}
with recent as (

    select
        seen.shop_id,
        seen.order_key,
        seen.as_of_on,
        orders.order_id,
        orders.state_code,
        seen.is_late_dispatch or seen.is_overdue_open as is_late_dispatch,
        seen.is_on_time_delivery,
        coalesce(scans.carrier, scans.carrier_name) as carrier,
        coalesce(warehouses.warehouse_id, warehouses.warehouse_name, '(unknown)') as warehouse
    from {{ ref('int_orders_now') }} as seen
    inner join {{ ref('int_orders') }} as orders
        on
            seen.order_key = orders.order_key
            and orders.is_rated
            and not orders.is_fbt
            and orders.created_on > {{ add_days('seen.as_of_on', -30) }}
    left join {{ ref('int_order_scans') }} as scans
        on seen.order_key = scans.order_key
    left join {{ ref('int_order_warehouses') }} as warehouses
        on seen.order_key = warehouses.order_key
    where seen.is_paid

),

usual_carriers as (

    select
        shop_id,
        warehouse,
        coalesce(state_code, '') as state_code,
        carrier
    from recent
    where carrier is not null
    group by shop_id, warehouse, coalesce(state_code, ''), carrier
    qualify row_number() over (
        partition by shop_id, warehouse, coalesce(state_code, '')
        order by count(*) desc nulls last, carrier nulls last
    ) = 1

),

packages as (

    select
        packages.order_key,
        bool_or(
            phases.number_defect in ('missing_number', 'bad_format', 'carrier_mismatch')
            or (
                phases.unscanned_from_on <= recent.as_of_on
                and (phases.unscanned_to_on is null or phases.unscanned_to_on > recent.as_of_on)
            )
        ) as is_tracking_missing,
        bool_or(phases.misplaced_defect = 'zip_mismatch' and phases.misplaced_from_on <= recent.as_of_on)
            as is_address_wrong
    from recent
    inner join {{ ref('int_order_packages') }} as packages
        on recent.order_key = packages.order_key
    inner join {{ ref('int_package_phases') }} as phases
        on
            packages.shop_id = phases.shop_id
            and packages.package_key = phases.package_key
            and phases.phase_from_on <= recent.as_of_on
            and (phases.phase_to_on is null or phases.phase_to_on > recent.as_of_on)
    group by packages.order_key

),

contacts as (

    select
        recent.order_key,
        bool_or(tickets.is_about_shipping) as is_shipping_contact,
        bool_or(tickets.topic = 'wrong_item') as is_wrong_item_contact
    from recent
    inner join {{ ref('stg_reference__support_tickets') }} as tickets
        on
            recent.shop_id = tickets.shop_id
            and recent.order_id = tickets.order_id
            and recent.as_of_on >= tickets.created_on
    group by recent.order_key

),

refunds as (

    select
        recent.order_key,
        bool_or(refunds.reason_group in ('wrong_variant', 'missing_parts')) as is_sku_mistake
    from recent
    inner join {{ ref('int_refund_reasons') }} as refunds
        on
            recent.shop_id = refunds.shop_id
            and recent.order_id = refunds.order_id
            and recent.as_of_on >= refunds.known_on
    group by recent.order_key

)

select
    recent.shop_id,
    recent.order_key,
    coalesce(packages.is_address_wrong, false) as is_address_wrong,
    coalesce(refunds.is_sku_mistake, false) as is_sku_mistake,
    coalesce(packages.is_tracking_missing, false) as is_tracking_missing,
    coalesce(recent.carrier <> usual_carriers.carrier, false) as is_unusual_carrier,
    coalesce(recent.is_late_dispatch, false) as is_late_dispatch,
    coalesce(not recent.is_on_time_delivery, false) as is_late_delivery,
    coalesce(contacts.is_shipping_contact, false) as is_shipping_contact,
    coalesce(contacts.is_wrong_item_contact, false) as is_wrong_item_contact,
    refunds.order_key is not null as is_refunded
from recent
left join usual_carriers
    on
        recent.shop_id = usual_carriers.shop_id
        and recent.warehouse = usual_carriers.warehouse
        and coalesce(recent.state_code, '') = usual_carriers.state_code
left join packages
    on recent.order_key = packages.order_key
left join contacts
    on recent.order_key = contacts.order_key
left join refunds
    on recent.order_key = refunds.order_key
