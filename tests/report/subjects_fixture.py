"""The marts of returns, costs, coverage, stock and settlement by hand.

They go with the warehouse of ``marts_fixture``. Every text that comes from outside has a hostile
value somewhere; the numbers are those that the tests of the sections name.
"""

from __future__ import annotations

from datetime import date

import duckdb

from tests.report.marts_fixture import DAY, FORMULA, HOSTILE, run
from tests.report.weekly_fixture import WEEKLY

_RETURNS = """
create table if not exists marts.returns (shop_id text, return_order_id text, order_id text,
    order_key bigint, seller_sku text, return_reason text, state text, requested_at timestamp,
    is_auto_approved boolean, due_kind text, due_at timestamp, hours_left double,
    is_near_due boolean, is_past_due boolean, has_dispute boolean,
    is_dispute_from_timeout boolean, has_appeal boolean, compensation_state text,
    is_received_short boolean, is_refunded_unreceived boolean, is_over_returned boolean,
    refund_amount decimal(18, 2), currency text);
insert into marts.returns values
    ($shop, '4035001', '576461234567890001', 1, 'SKU-104', $hostile, 'requested',
     timestamp '2026-11-21 18:00:00', false, 'respond', timestamp '2026-11-23 18:00:00', -14,
     false, true, true, true, false, 'none', false, false, false, 19.90, 'USD'),
    ($shop, '4035002', '576461234567890002', 2, $formula, 'Too small', 'requested',
     timestamp '2026-11-22 18:00:00', false, 'respond', timestamp '2026-11-24 18:00:00', 10,
     true, false, false, false, false, 'none', false, false, false, 25.00, 'USD'),
    ($shop, '4035003', '576461234567890003', 3, 'SKU-105', 'Damaged', 'received',
     timestamp '2026-11-18 18:00:00', true, 'refund', timestamp '2026-11-25 07:59:59', 23.9,
     true, false, true, false, true, 'filed', true, false, false, 30.00, 'USD'),
    ($shop, '4035004', '576461234567890004', 4, 'SKU-105', 'Damaged', 'approved',
     timestamp '2026-11-10 18:00:00', true, 'buyer_ships', timestamp '2026-11-24 18:00:00', 10,
     true, false, false, false, false, 'none', false, false, true, 30.00, 'USD'),
    ($shop, '4035005', '576461234567890005', 5, 'SKU-105', 'Damaged', 'refunded',
     timestamp '2026-11-01 18:00:00', null, null, null, null, false, false, false, false, false,
     'approved', false, true, false, 30.00, 'USD');
create table if not exists marts.returns_triage (shop_id text, state text, age_bucket text,
    returns bigint, oldest_on date, refund_amount decimal(18, 2), currency text);
insert into marts.returns_triage values
    ($shop, 'received', '4 to 7 days', 1, date '2026-11-18', 30, 'USD'),
    ($shop, 'requested', '0 to 3 days', 2, date '2026-11-21', 44.90, 'USD');
create table if not exists marts.return_reasons_unmapped (shop_id text, reason text,
    returns bigint, first_seen_on date);
insert into marts.return_reasons_unmapped values ($shop, $hostile, 3, date '2026-11-02');
create table if not exists marts.return_rates (shop_id text, basis text, window_name text,
    dimension text, segment text, units_ordered bigint, units_returned bigint, value double,
    lower_bound double, upper_bound double, is_provisional boolean, is_small_volume boolean);
insert into marts.return_rates values
    ($shop, 'order_cohort', 'rolling_90d', 'variation', 'Red, XL', 200, 76, 0.38, 0.316, 0.449,
     true, false),
    ($shop, 'order_cohort', 'rolling_90d', 'variation', 'Red, S', 10, 9, 0.9, 0.6, 0.98, true,
     true),
    ($shop, 'order_cohort', 'rolling_90d', 'campaign', $formula, 400, 40, 0.1, 0.07, 0.13, false,
     false);
create table if not exists marts.return_grades (shop_id text, window_name text, grade text,
    route text, is_mapped boolean, units bigint, units_resold bigint, units_refurbished bigint,
    units_liquidated bigint, units_disposed bigint, best_route text,
    lost_recovery decimal(18, 2), currency text, is_assumed boolean);
insert into marts.return_grades values
    ($shop, 'rolling_90d', 'A', 'resell', true, 90, 80, 0, 0, 10, 'resell', 340.00, 'USD', true),
    ($shop, 'rolling_90d', 'B', 'refurbish', true, 40, 0, 40, 0, 0, 'refurbish', 0, 'USD', true)
"""

_COSTS = """
create table if not exists marts.return_costs (shop_id text, window_name text, component text,
    returns bigint, units bigint, amount decimal(18, 2), currency text, is_assumed boolean,
    per_return double, share_of_sales double);
insert into marts.return_costs values
    ($shop, 'rolling_90d', 'return_shipping', 1290, 1290, 6450.00, 'USD', true, 5, 0.0215),
    ($shop, 'rolling_90d', 'inspection', 1290, 1290, 3870.00, 'USD', true, 3, 0.0129),
    ($shop, 'rolling_90d', 'markdown', 1290, 129, 2257.50, 'USD', true, 1.75, 0.0075),
    ($shop, 'rolling_90d', 'refund', 1290, 1290, 45150.00, 'USD', false, 35, 0.15),
    ($shop, 'rolling_90d', '(all)', 1290, 1290, 12577.50, 'USD', true, 9.75, 0.0419),
    ($shop, 'rolling_30d', '(all)', 430, 430, 4192.50, 'USD', true, 9.75, 0.0419);
create table if not exists marts.unit_economics (shop_id text, window_name text, dimension text,
    segment text, orders bigint, units bigint, sales decimal(18, 2),
    platform_discount decimal(18, 2), shipping_paid decimal(18, 2),
    unit_cost decimal(18, 2), outbound_shipping decimal(18, 2),
    pick_pack decimal(18, 2), referral_fee decimal(18, 2), affiliate_commission decimal(18, 2),
    contribution_before_returns decimal(18, 2), given_back decimal(18, 2),
    returns_cost decimal(18, 2), returns_outlay decimal(18, 2),
    sale_returned_amount decimal(18, 2),
    contribution_after_returns decimal(18, 2), per_order double, currency text,
    is_assumed boolean);
insert into marts.unit_economics values
    ($shop, 'rolling_90d', 'shop', '(all)', 8571, 8571, 290000, 9985, 0, 89995.5, 38569.5, 17142,
     17999.1, 30000, 106278.9, 2709, 12577.5, 10320, 45150,
     53517.9, 6.24, 'USD', true),
    ($shop, 'rolling_90d', 'seller_sku', 'SKU-104', 300, 300, 9000, 0, 0, 3000, 1350, 600, 540,
     1800, 1710, 400, 1000, 1000, 3000, -1890, -6.3, 'USD', true),
    ($shop, 'rolling_90d', 'seller_sku', $formula, 100, 100, 3000, 0, 0, 900, 450, 200, 180, 300,
     970, 0, 20, 20, 90, 860, 8.6, 'USD', true),
    ($shop, 'rolling_90d', 'creator', $hostile, 100, 100, 3000, 0, 0, 900, 450, 200, 180, 300,
     970, 0, 20, 20, 90, 860, 8.6, 'USD', true);
create table if not exists marts.misrouted_returns (shop_id text, rma_id text, order_id text,
    seller_sku text, grade text, route text, actual_route text, units bigint,
    lost_recovery decimal(18, 2), currency text, is_assumed boolean);
insert into marts.misrouted_returns values
    ($shop, 'RMA-1', '576461234567890003', $formula, 'A', 'resell', 'dispose', 8, 280, 'USD', true),
    ($shop, 'RMA-2', '576461234567890004', 'SKU-1', 'A', 'resell', 'dispose', 2, 60, 'USD', true);
create table if not exists marts.margin_traps (shop_id text, kind text, segment text,
    place bigint, reason text, units_ordered bigint, units_returned bigint, value double,
    compared_with double, excess_cost decimal(18, 2), currency text, is_assumed boolean);
insert into marts.margin_traps values
    ($shop, 'sku_margin_trap', 'SKU-104', 1, 'high volume and high return rate', 300, 100,
     0.3333, 0.08, 741.00, 'USD', true),
    ($shop, 'creator_outlier', $hostile, 2, 'surely more returns than the shop', 400, 80, 0.2,
     0.08, 468.00, 'USD', true),
    ($shop, 'repeat_returner', '9f2c4d1e8a7b6c509f2c4d1e8a7b6c50', 3,
     'several orders given back in ninety days', null, 6, null, null, 58.50, 'USD', true);
create table if not exists marts.category_control (shop_id text, category text,
    week_start_on date, units_ordered bigint, units_returned bigint, value double,
    centre double, upper_limit double, is_above_limit boolean);
insert into marts.category_control values
    ($shop, $hostile, date '2026-11-09', 500, 60, 0.12, 0.08, 0.1164, true),
    ($shop, 'Beauty', date '2026-11-09', 500, 40, 0.08, 0.08, 0.1164, false);
create table if not exists marts.repeat_returners (shop_id text, buyer_hash text, orders bigint,
    returns bigint, units_returned bigint, refund_amount decimal(18, 2), currency text,
    last_on date);
insert into marts.repeat_returners values
    ($shop, '9f2c4d1e8a7b6c509f2c4d1e8a7b6c50', 4, 5, 6, 180, 'USD', date '2026-11-20');
create table if not exists marts.supplier_scorecard (shop_id text, supplier text, orders bigint,
    stockout_rate double, quality_checked_share double, valid_tracking_rate double,
    scan_p90_business_days double, refund_rate double, gates_passed bigint,
    gates_judged bigint, total_cost_per_order double, currency text, is_assumed boolean,
    place bigint);
insert into marts.supplier_scorecard values
    ($shop, 'Acme', 3000, 0.004, 0.98, 0.97, 2, 0.08, 4, 4, 14.2, 'USD', true, 1),
    ($shop, $hostile, 900, 0.06, 0.4, 0.91, 3, 0.18, 1, 4, 19.8, 'USD', true, 2);
create table if not exists marts.scale_readiness (shop_id text, seller_sku text,
    risk_group text, is_high_risk boolean, sample_units bigint, pass_rate double, verdict text);
insert into marts.scale_readiness values
    ($shop, 'SKU-104', 'beauty', true, 200, 0.91, 'not_ready'),
    ($shop, 'SKU-105', 'beauty', true, 300, 0.99, 'ready'),
    ($shop, 'SKU-106', null, false, 300, 0.99, 'ready');
create table if not exists marts.returns_review (shop_id text, dimension text, segment text,
    week_start_on date, units_ordered bigint, units_returned bigint, value double,
    compared_with double, excess_cost decimal(18, 2), currency text, is_assumed boolean,
    place bigint, trend text, top_reason text);
insert into marts.returns_review values
    ($shop, 'seller_sku', 'SKU-104', date '2026-11-16', 300, 100, 0.3333, 0.08, 741, 'USD', true,
     1, 'rising', 'Not as described'),
    ($shop, 'creator', $formula, date '2026-11-16', 400, 80, 0.2, 0.08, 468, 'USD', true, 2,
     'steady', $hostile),
    ($shop, 'campaign', 'Autumn', date '2026-11-16', 400, 20, 0.05, 0.08, -117, 'USD', true, 3,
     'falling', 'Too small')
"""

_COVERAGE = """
create table if not exists marts.demand_concentration (shop_id text, orders bigint,
    states_60 bigint, states_70 bigint, expected_source text, unexpected_states text);
insert into marts.demand_concentration values ($shop, 2500, 5, 7, 'declared', 'TX');
create table if not exists marts.demand_by_state (shop_id text, ship_to_state text,
    orders bigint, share double, place bigint, cumulative_share double,
    population_share double, over_index double, is_in_60 boolean, is_in_70 boolean,
    is_expected boolean, is_unexpected boolean);
insert into marts.demand_by_state values
    ($shop, 'CA', 700, 0.28, 1, 0.28, 0.117, 2.39, true, true, true, false),
    ($shop, 'TX', 350, 0.14, 2, 0.42, 0.09, 1.56, true, true, false, true),
    ($shop, 'NY', 233, 0.093, 3, 0.513, 0.058, 1.6, true, true, true, false),
    ($shop, 'WA', 20, 0.008, 12, 0.9, 0.023, 0.35, false, false, true, false),
    ($shop, '(unknown)', 40, null, null, null, null, null, false, false, null, false);
create table if not exists marts.network_options (shop_id text, objective text, plan text,
    name text, sites bigint, site_zip3s text, orders bigint, share_within_2_days double,
    mean_transit_days double, mean_zone double, cost_per_month decimal(18, 2), currency text,
    expected_on_time_delivery_rate double, gain_of_this_site double,
    is_materially_better boolean, is_recommended boolean, is_assumed boolean);
insert into marts.network_options
select $shop, o.objective, p.plan, p.name, p.sites, p.zips, 7500, p.share, p.days, p.zone,
    p.cost, 'USD', p.otdr,
    case when p.plan = 'best' and p.sites > 1 then
        case o.objective when 'share_within_2_days' then p.gain when 'mean_transit_days' then 0.4
            else 1204 end end,
    p.share >= 0.62, p.plan = 'best' and p.sites = 2 and o.objective = 'share_within_2_days',
    true
from (values ('share_within_2_days'), ('mean_transit_days'), ('total_cost')) as o(objective)
cross join (values
    ('present', 'present', 2, '070, 900', 0.57, 2.9, 4.4, 52000, 0.86, null),
    ('best', 'best 1', 1, '441', 0.47, 3.3, 5.1, 56000, 0.8, null),
    ('best', 'best 2', 2, '188, 891', 0.63, 2.6, 4.1, 51000, 0.89, 0.16),
    ('best', 'best 3', 3, '188, 731, 891', 0.66, 2.5, 4.0, 53000, 0.9, 0.03),
    ('preset', 'east + west', 2, '188, 900', 0.58, 2.8, 4.3, 52500, 0.87, null),
    ('preset', 'central + south', 2, '300, 605', 0.39, 3.2, 4.9, 54000, 0.82, null)
) as p(plan, name, sites, zips, share, days, zone, cost, otdr, gain);
create table if not exists marts.shipping_zones (shop_id text, warehouse_id text,
    origin_zip3 text, destination_zip3 text, ship_to_state text, zone bigint);
insert into marts.shipping_zones values
    ($shop, 'NJ-1', '070', '100', 'NY', 1), ($shop, 'NJ-1', '070', '900', 'CA', 8),
    ($shop, 'NJ-2', '070', '100', 'NY', 1), ($shop, 'LA-2 <b>', '900', '900', 'CA', 1);
create table if not exists marts.network_sites (shop_id text, objective text, plan text,
    name text, site_zip3 text, site_name text, state_code text, is_present boolean,
    orders_served bigint, share double);
insert into marts.network_sites
select $shop, o.objective, p.* from (values ('share_within_2_days'), ('total_cost'))
    as o(objective)
cross join (values
    ('present', 'present', '070', 'Newark', 'NJ', true, 4000, 0.53),
    ('present', 'present', '900', 'Los Angeles', 'CA', true, 3500, 0.47),
    ('best', 'best 2', '188', 'Scranton', 'PA', false, 4100, 0.55),
    ('best', 'best 2', '891', 'Las Vegas', 'NV', false, 3400, 0.45)
) as p(plan, name, site_zip3, site_name, state_code, is_present, orders_served, share)
"""

_ROUTES = """
create table if not exists marts.route_choices (shop_id text, warehouse_id text,
    ship_to_state text, weight_band text, packages bigint, actual_carrier text,
    actual_service text, best_carrier text, best_service text, saving double,
    total_saving double, currency text, is_assumed boolean, state text);
insert into marts.route_choices values
    ($shop, 'NJ-1', 'CA', 'up to 1 kg', 400, $hostile, 'Ground', 'UniUni', 'Standard', 1.2, 480,
     'USD', true, 'dearer'),
    ($shop, 'NJ-1', 'NY', 'up to 1 kg', 300, 'USPS', 'Ground', 'USPS', 'Ground', 0, 0, 'USD',
     true, 'best_in_use'),
    ($shop, 'NJ-1', 'TX', 'up to 1 kg', 200, 'UniUni', 'Standard', 'USPS', 'Ground', -0.4, -80,
     'USD', true, 'misses_the_promise'),
    ($shop, 'NJ-1', 'WY', '(unknown)', 3, 'USPS', 'Ground', null, null, null, null, 'USD', true,
     'not_judged');
create table if not exists marts.route_deviations (shop_id text, warehouse_id text,
    ship_to_state text, packages bigint, deviating bigint, deviation_rate double);
insert into marts.route_deviations values
    ($shop, 'NJ-1', $formula, 400, 30, 0.075), ($shop, 'LA-2', 'CA', 100, 0, 0);
create table if not exists marts.route_performance (shop_id text, carrier text, service text,
    warehouse_id text, ship_to_state text, weight_band text, packages bigint,
    on_time_rate double, first_scan_p90_hours double, valid_tracking_rate double,
    expected_cost double, currency text, is_assumed boolean);
insert into marts.route_performance values
    ($shop, $hostile, 'Ground', 'NJ-1', 'CA', 'up to 1 kg', 400, 0.9, 20.5, 0.97, 6.9, 'USD',
     true)
"""

_STOCK = """
create table if not exists marts.hero_skus (shop_id text, seller_sku text, is_hero boolean,
    hero_source text, decided_by text, hero_from_on date, revenue_share double,
    cumulative_share double, place bigint, list_age_days bigint, is_list_stale boolean);
insert into marts.hero_skus values
    ($shop, 'SKU-101', true, 'declared', $hostile, date '2026-10-01', 0.3, 0.3, 1, 45, true),
    ($shop, 'SKU-102', true, 'declared', 'Sales', date '2026-10-01', 0.2, 0.5, 2, 45, true),
    ($shop, 'SKU-109', false, 'declared', null, null, 0.01, 0.9, 9, 45, true);
create table if not exists marts.hero_stock (shop_id text, seller_sku text, warehouse_id text,
    is_hero boolean, available bigint, inbound bigint, is_missing_hero boolean,
    is_scattered_long_tail boolean);
insert into marts.hero_stock values
    ($shop, 'SKU-101', 'NJ-1', true, 300, 0, false, false),
    ($shop, 'SKU-101', 'LA-2', true, 0, 40, true, false),
    ($shop, 'SKU-102', 'NJ-1', true, 300, 0, false, false),
    ($shop, $formula, 'NJ-1', false, 5, 0, false, true),
    ($shop, $formula, 'LA-2', false, 5, 0, false, true);
create table if not exists marts.content_stock (shop_id text, goes_live_at timestamp,
    creator_handle text, seller_sku text, campaign text, expected_units bigint,
    warehouse_id text, available bigint, needed bigint, is_short boolean);
insert into marts.content_stock values
    ($shop, timestamp '2026-11-26 02:00:00', 'creator_1', 'SKU-101', $hostile, 400, 'LA-2', 0,
     180, true),
    ($shop, timestamp '2026-11-26 02:00:00', 'creator_1', 'SKU-101', $hostile, 400, 'NJ-1', 300,
     220, false),
    ($shop, timestamp '2026-12-01 02:00:00', 'creator_2', 'SKU-102', 'Cyber week', 50, 'NJ-1',
     300, 50, false);
create table if not exists marts.fbt_replenishment (shop_id text, seller_sku text,
    fbt_available bigint, average_daily_units double, days_of_cover double, lead_days bigint,
    suggested_units bigint, is_due boolean);
insert into marts.fbt_replenishment values
    ($shop, 'SKU-101', 40, 10, 4, 5, 60, true), ($shop, 'SKU-102', 400, 4, 100, 5, 0, false);
create table if not exists marts.stock_incidents (shop_id text, as_of_on date, seller_sku text,
    started_on date, ended_on date, cancelled_orders bigint, points_lost_for_its_orders bigint);
insert into marts.stock_incidents values
    ($shop, $day, $formula, date '2026-11-10', date '2026-11-12', 9, 4)
"""

_SETTLEMENT = """
create table if not exists marts.settlement_orders (shop_id text, order_id text,
    created_at timestamp, settled_on date, expected_payout decimal(18, 2),
    stated_payout decimal(18, 2), unexplained_amount decimal(18, 2), currency text,
    age_days bigint, state text);
insert into marts.settlement_orders
select $shop, (576461234560000000 + i)::text, timestamp '2026-11-01 18:00:00',
    date '2026-11-15', 20, 20, 0, 'USD', 22, 'tied' from range(96) as r(i);
insert into marts.settlement_orders values
    ($shop, '576461234569000001', timestamp '2026-11-01 18:00:00', date '2026-11-15', 20, 15.5,
     -4.5, 'USD', 22, 'differs'),
    ($shop, '576461234569000002', timestamp '2026-11-01 18:00:00', date '2026-11-15', 30, 29, -1,
     'USD', 22, 'differs'),
    ($shop, '576461234569000003', timestamp '2026-10-01 18:00:00', null, 40, null, null, 'USD',
     53, 'missing'),
    ($shop, '576461234569000004', timestamp '2026-11-20 18:00:00', null, 40, null, null, 'USD',
     3, 'not_settled_yet'),
    ($shop, '576461234569000005', timestamp '2026-11-01 18:00:00', date '2026-11-15', 0, 0, 0,
     'USD', 22, 'sample');
create table if not exists marts.settlement_components (shop_id text, statement_on date,
    component text, place bigint, own_amount decimal(18, 2), stated_amount decimal(18, 2),
    difference decimal(18, 2), currency text);
insert into marts.settlement_components values
    ($shop, date '2026-11-16', 'sales', 1, 2000, 2000, 0, 'USD'),
    ($shop, date '2026-11-16', 'referral_fee', 3, -120, -125.5, -5.5, 'USD'),
    ($shop, date '2026-11-09', 'sales', 1, 100, 100, 0, 'USD');
create table if not exists marts.settlement_residuals (shop_id text, age_bucket text,
    place bigint, orders bigint, amount decimal(18, 2), currency text);
insert into marts.settlement_residuals values ($shop, '15 to 30 days', 2, 2, -5.5, 'USD');
create table if not exists marts.settlement_fee_checks (shop_id text, order_id text,
    seller_sku text, check_name text, expected_amount decimal(18, 2),
    stated_amount decimal(18, 2), difference decimal(18, 2), rate double, currency text);
insert into marts.settlement_fee_checks values
    ($shop, '576461234569000001', $formula, 'referral_rate', -1.2, -5.7, -4.5, 0.285, 'USD');
create table if not exists marts.settlement_unmatched (shop_id text, order_id text, reason text,
    settled_on date, settlement_amount decimal(18, 2), currency text);
insert into marts.settlement_unmatched values
    ($shop, '576461234560099999', 'order_in_no_export', date '2026-11-15', 12.34, 'USD')
"""

_DETAILS = """
create table if not exists marts.dispatch_volume_daily (shop_id text, day_on date,
    orders_created bigint, orders_due bigint, orders_dispatched bigint, value double,
    late_at_capacity bigint, volume_correlation double);
insert into marts.dispatch_volume_daily
select $shop, $day - i::integer, 140 + i, 130, 128, 0.03, 2, 0.62
from range(20) as r(i);
create table if not exists marts.dispatch_schedule (shop_id text, due_on date,
    orders_due bigint, orders_due_by_then bigint, dispatch_days bigint, capacity_by_then bigint,
    late_at_capacity bigint);
insert into marts.dispatch_schedule values
    ($shop, date '2026-11-24', 31, 31, 1, 128, 0), ($shop, date '2026-11-25', 45, 76, 2, 256, 0);
create table if not exists marts.late_dispatch_stages (shop_id text, warehouse text, stage text,
    stage_number bigint, late_orders bigint, stage_orders bigint, p50_hours double,
    usual_p50_hours double, usual_p90_hours double, share_of_hours double);
insert into marts.late_dispatch_stages values
    ($shop, '(all)', 'confirm', 1, 155, 150, 2, 1, 2, 0.03),
    ($shop, '(all)', 'first_scan', 7, 155, 150, 30, 8, 14, 0.5),
    ($shop, 'NJ-1', 'first_scan', 7, 130, 125, 30, 8, 14, 0.5);
create table if not exists marts.first_scan_latency (shop_id text, carrier text,
    pickup_window text, orders bigint, late_scans bigint, p50_hours double, p90_hours double,
    share_over_24_hours double);
insert into marts.first_scan_latency values
    ($shop, 'USPS', '(all)', 900, 80, 12, 28, 0.2), ($shop, 'USPS', '15-18', 500, 20, 10, 22, 0.05),
    ($shop, 'USPS', '18-24', 400, 60, 16, 30.5, 0.4), ($shop, $hostile, '(all)', 9, 0, 1, 2, 0);
create table if not exists marts.tickets_by_scan_gap (shop_id text, place bigint, scan_gap text,
    orders bigint, tickets bigint, tickets_per_100_orders double);
insert into marts.tickets_by_scan_gap values
    ($shop, 1, 'under 12', 2000, 20, 1), ($shop, 4, '24 to 48', 300, 15, 5);
create table if not exists marts.error_outcomes (shop_id text, error text, outcome text,
    orders_with_error bigint, outcomes_with_error bigint, value_with_error double,
    value_without_error double, lift double);
insert into marts.error_outcomes values
    ($shop, 'late_delivery', 'refund', 400, 48, 0.12, 0.0375, 3.2),
    ($shop, 'sku', 'wrong_item_contact', 10, 2, 0.2, 0, null);
create table if not exists marts.daily_outcomes (shop_id text, as_of_on date, place bigint,
    outcome text, counted bigint, usual double);
insert into marts.daily_outcomes values
    ($shop, $day, 1, 'late_orders', 12, 4.5), ($shop, $day, 4, 'account_points', null, null);
create table if not exists marts.refund_reason_groups (shop_id text, as_of_on date,
    window_name text, reason_group text, returns bigint, share_of_returns double,
    orders bigint, units bigint, refund_amount decimal(18, 2), currency text,
    orders_with_ticket bigint, ticket_share double);
insert into marts.refund_reason_groups values
    ($shop, $day, 'rolling_30d', 'not_as_described', 120, 0.3, 118, 125, 2400, 'USD', 30, 0.25),
    ($shop, $day, 'rolling_30d', 'unmapped', 130, 0.325, 118, 125, 2400, 'USD', 30, 0.25)
"""

SUBJECTS = (_RETURNS, _COSTS, _COVERAGE, _ROUTES, _STOCK, _SETTLEMENT, _DETAILS, WEEKLY)


def add_subjects(connection: duckdb.DuckDBPyConnection, shop: str, *, day: date = DAY) -> None:
    """The subjects' rows of a shop that ``marts_fixture.add_shop`` has added."""
    named = {"shop": shop, "day": day, "hostile": HOSTILE, "formula": FORMULA}
    for statements in SUBJECTS:
        run(connection, statements, **named)
