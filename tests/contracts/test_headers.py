"""Which file meets which contract, and what is said of those that meet none."""

import csv
import unicodedata
from pathlib import Path

import pytest

from flows.contracts import (
    contract,
    explain_mismatch,
    fold,
    load_contracts,
    map_headers,
    match_header,
    unknown_headers,
)

HEADERS = Path(__file__).parents[1] / "fixtures" / "headers"


def header(name: str) -> list[str]:
    with (HEADERS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


FIXTURES = {
    "order_export_US_2026": ("seller_center/orders", 63),
    "order_export_US_older_60": ("seller_center/orders", 60),
    "order_export_US_barcodes_64": ("seller_center/orders", 64),
    "order_export_VN_54": ("seller_center/orders", 54),
    "order_export_TH_63": ("seller_center/orders", 63),
    "order_export_ID_58": ("seller_center/orders", 58),
    "return_refund_export_25": ("seller_center/returns", 25),
    "return_refund_export_19": ("seller_center/returns", 19),
    "affiliate_order_export_UK_31": ("seller_center/affiliate_orders", 31),
    "affiliate_order_export_US_30": ("seller_center/affiliate_orders", 30),
}

CANONICAL = {
    "carriers/tracking_events": "tracking_number, carrier, event_at, event_code, "
    "event_description, event_city, event_state, event_postal_code, event_country",
    "third_party_logistics/shipments": "shipment_id, order_id, warehouse_id, received_at, "
    "allocated_at, picked_at, packed_at, label_created_at, tendered_at, tracking_uploaded_at, "
    "carrier, service, tracking_number, weight_kg, package_count, ship_cost, currency, "
    "ship_from_postal_code, ship_to_postal_code",
    "third_party_logistics/inventory": "snapshot_at, warehouse_id, seller_sku, on_hand, reserved, "
    "available, inbound",
    "third_party_logistics/returns_received": "rma_id, order_id, seller_sku, quantity, "
    "received_at, graded_at, grade, disposition, warehouse_id",
    "reference/warehouses": "warehouse_id, name, kind, postal_code, timezone, order_cutoff, "
    "daily_capacity, active_from_on, active_to_on",
    "reference/skus": "seller_sku, title, category, unit_cost, currency, weight_kg, is_branded, "
    "launched_on",
    "reference/handling_times": "seller_sku, order_type, handling_business_days, closes_on",
    "reference/shops": "shop_id, market, timezone, currency, opened_on",
    "reference/support_tickets": "ticket_id, created_at, order_id, kind, topic, channel, closed_at",
    "reference/account_health": "recorded_at, event_id, kind, points, score_after, reason, "
    "order_id",
    "reference/promotions": "promotion_id, name, starts_on, ends_on, min_score",
    "reference/cost_assumptions": "parameter, applies_to, value, currency, note",
    "reference/grade_routes": "grade, route, note",
    "reference/zone_chart": "origin_zip3, destination_from_zip3, destination_to_zip3, zone",
    "reference/rate_card": "carrier, service, zone, max_weight_kg, price, currency",
    "reference/candidate_sites": "origin_zip3, site_name, "
    "storage_cost_per_month, inbound_cost_per_unit, currency",
    "reference/expected_states": "state, expected_share",
    "reference/hero_skus": "seller_sku, hero_from_on, hero_to_on, decided_by, reason",
    "reference/content_calendar": "goes_live_at, creator_handle, seller_sku, "
    "content_id, campaign, expected_units",
    "reference/preferred_routes": "warehouse_id, ship_to_state, carrier, service",
}


@pytest.mark.parametrize("name", FIXTURES)
def test_the_platforms_header_lines_meet_their_contract(name: str) -> None:
    feed, columns = FIXTURES[name]
    line = header(name)
    assert len(line) == columns
    found = match_header(line)
    assert found is not None and found.feed == feed
    assert unknown_headers(found, line) == ()


@pytest.mark.parametrize("feed", CANONICAL)
def test_canonical_headers_meet_their_contract_in_any_order(feed: str) -> None:
    line = CANONICAL[feed].split(", ")
    for variant in (line, line[::-1], [name.upper() for name in line]):
        found = match_header(variant)
        assert found is not None and found.feed == feed
        assert unknown_headers(found, variant) == ()


def test_the_contract_names_the_header_lines_as_they_are_written() -> None:
    layouts = {
        item.name: list(item.header) for item in contract("seller_center/orders").file_layouts
    }
    assert layouts["US, 63 columns"] == header("order_export_US_2026")
    assert layouts["US, older"] == header("order_export_US_older_60")
    assert layouts["US, with bar codes"] == header("order_export_US_barcodes_64")
    assert layouts["VN, 54 columns"] == header("order_export_VN_54")
    assert layouts["TH, 63 columns"] == header("order_export_TH_63")
    assert layouts["ID, 58 columns"] == header("order_export_ID_58")
    us = layouts["US, 63 columns"]
    assert us[10] == " Virtual Bundle Seller SKU"
    assert us[3] == "Cancelation/Return Type"
    assert us[33] == "Cancelled Time"
    assert us[12] == "Sku Quantity of return"


def test_every_known_header_line_meets_its_own_contract() -> None:
    for item in load_contracts():
        assert item.file_layouts
        for layout in item.file_layouts:
            assert match_header(layout.header) is item, layout.name
            assert unknown_headers(item, layout.header) == (), layout.name


def test_headers_are_compared_after_nfc_trimming_and_case_folding() -> None:
    assert fold("\ufeff Đơn  hàng ") == fold(unicodedata.normalize("NFD", "đơn\u00a0HÀNG"))
    line = [
        f"  {unicodedata.normalize('NFD', name).swapcase()}\t"
        for name in header("order_export_US_2026")
    ]
    line[0] = "\ufeff" + line[0]
    orders = contract("seller_center/orders")
    assert match_header(line) is orders
    positions = map_headers(orders, line)
    assert positions["order_id"] == 0
    assert positions["virtual_bundle_seller_sku"] == 10
    assert positions["creator_handle"] == 62


def test_columns_are_found_by_name_and_not_by_position() -> None:
    orders = contract("seller_center/orders")
    plain = header("order_export_US_2026")
    shifted = header("order_export_US_barcodes_64")
    for column, position in map_headers(orders, shifted).items():
        assert shifted[position] == plain[map_headers(orders, plain)[column]]


def test_of_a_doubled_header_the_first_counts() -> None:
    orders = contract("seller_center/orders")
    line = [*header("order_export_US_2026"), "Order ID"]
    assert map_headers(orders, line)["order_id"] == 0


def test_unknown_columns_are_left_out_and_named() -> None:
    orders = contract("seller_center/orders")
    line = [*header("order_export_VN_54"), "Some New Fee", "", "Handling Fee"]
    assert match_header(line) is orders
    assert unknown_headers(orders, line) == ("Some New Fee",)


def test_state_and_post_code_of_each_market() -> None:
    orders = contract("seller_center/orders")
    for name, state, has_zip in (
        ("order_export_US_2026", "State", True),
        ("order_export_VN_54", "Province", False),
        ("order_export_TH_63", "Province", True),
        ("order_export_ID_58", "Province", True),
    ):
        line = header(name)
        positions = map_headers(orders, line)
        assert line[positions["state"]] == state
        assert ("zip3" in positions) == has_zip


def test_no_personal_header_is_mapped_to_a_lake_column() -> None:
    for item in load_contracts():
        personal = {fold(name) for name in item.personal_headers}
        for column in item.columns:
            assert personal.isdisjoint(map(fold, column.headers)), column.name
    orders = contract("seller_center/orders")
    for name in (
        "Buyer Message",
        "Buyer Nickname",
        "Buyer Username",
        "Recipient",
        "Phone #",
        "City",
        "Address Line 1",
        "Address Line 2",
        "Delivery Instruction",
        "Seller Note",
        "Detail Address",
        "Additional address information",
        "District",
        "Districts",
        "Commune",
        "Villages",
        "Regency and City",
        "Checked Marked by",
        "Tax Info - Full Name of Buyer",
    ):
        assert name in orders.personal_headers
    assert orders.column("zip3").treatment == "zip3"


def test_older_files_lack_columns_and_still_match() -> None:
    orders = contract("seller_center/orders")
    positions = map_headers(orders, header("order_export_US_older_60"))
    assert not {"product_id", "order_channel", "creator_handle"} & positions.keys()
    returns = contract("seller_center/returns")
    positions = map_headers(returns, header("return_refund_export_19"))
    assert not {"return_quantity", "refunded_at", "compensation_amount"} & positions.keys()


def test_foreign_files_match_nothing() -> None:
    for line in (
        [],
        ["", "", ""],
        ["Name", "Email", "Financial Status", "Lineitem quantity", "Created at"],
        ["Order ID", "Shipping Provider (Carrier)", "Tracking ID"],
        header("order_export_US_2026")[:20],
    ):
        assert match_header(line) is None


def test_the_explanation_names_the_nearest_contract_and_what_is_missing() -> None:
    line = [
        name for name in header("order_export_US_2026") if name not in ("SKU ID", "Created Time")
    ]
    text = explain_mismatch(line)
    assert "seller_center/orders" in text
    assert "`SKU ID`" in text and "`Created Time`" in text
    assert "`Order ID`" not in text
    assert "docs/feeds" in explain_mismatch(["Name", "Email"])
    assert "meets the contract" in explain_mismatch(header("order_export_US_2026"))
