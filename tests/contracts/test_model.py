"""What the contracts say about columns: the lake's schema, vocabularies, what may be shown."""

import re
from datetime import date

import polars as pl
import pytest

from flows.contracts import contract, fold, lake_schema, load_contracts
from flows.contracts.model import DAMAGED_ID

TEXT, WHOLE, BIG, MONEY = pl.String(), pl.Int32(), pl.Int64(), pl.Decimal(18, 2)
STAMP, DAY, WEIGHT, FLAG = pl.Datetime("us"), pl.Date(), pl.Decimal(18, 3), pl.Boolean()


def _names(text: str, dtype: pl.DataType) -> dict[str, pl.DataType]:
    return dict.fromkeys(text.split(), dtype)


def _stamps(text: str) -> dict[str, pl.DataType]:
    return {
        name: dtype for x in text.split() for name, dtype in ((f"{x}_at", STAMP), (f"{x}_on", DAY))
    }


SYSTEM = {"shop_id": TEXT, "source_id": TEXT, "row_number": BIG}
LAKE = {
    "seller_center__orders": {
        **_names(
            "order_id order_status order_substatus cancel_return_type normal_or_pre_order sku_id "
            "seller_sku product_id product_name variation virtual_bundle_seller_sku",
            TEXT,
        ),
        **_names("quantity returned_quantity", WHOLE),
        **_names(
            "unit_original_price subtotal_before_discount platform_discount seller_discount "
            "subtotal_after_discount shipping_fee_after_discount original_shipping_fee taxes "
            "order_amount order_refund_amount",
            MONEY,
        ),
        "currency": TEXT,
        **_stamps("created paid rts shipped delivered cancelled rts_sla tts_sla delivery_due"),
        **_names(
            "cancel_by cancel_reason fulfillment_type warehouse_name tracking_number "
            "tracking_fits delivery_option_type delivery_option shipping_provider_name country "
            "state zip3 payment_method",
            TEXT,
        ),
        "weight_kg": WEIGHT,
        **_names("product_category package_id order_channel creator_handle", TEXT),
    },
    "seller_center__returns": {
        **_names(
            "return_order_id order_id order_status return_type return_reason return_status "
            "return_sub_status sku_id seller_sku product_name sku_name",
            TEXT,
        ),
        **_stamps("requested refunded"),
        **_names("refund_amount order_amount", MONEY),
        "currency": TEXT,
        "return_quantity": WHOLE,
        **_names("return_tracking_number dispute_status appeal_status compensation_status", TEXT),
        "compensation_amount": MONEY,
        "buyer_hash": TEXT,
    },
    "seller_center__affiliate_orders": {
        **_names("order_id product_id product_name sku_id", TEXT),
        **_names("price payment_amount", MONEY),
        "currency": TEXT,
        "quantity": WHOLE,
        "is_fully_returned": FLAG,
        **_names(
            "order_status creator_handle creator_region content_type content_id commission_model",
            TEXT,
        ),
        "standard_commission_rate": pl.Float64(),
        **_names(
            "est_commission_base est_commission_amount actual_commission_base "
            "actual_commission_amount",
            MONEY,
        ),
        **_stamps("created paid delivered commission_paid"),
        "platform": TEXT,
    },
    "carriers__tracking_events": {
        **_names("tracking_number carrier", TEXT),
        **_stamps("event"),
        **_names("event_code event_description event_state event_zip3 event_country", TEXT),
    },
    "third_party_logistics__shipments": {
        **_names("shipment_id order_id warehouse_id", TEXT),
        **_stamps(
            "received allocated picked quality_checked packed label_created tendered "
            "tracking_uploaded"
        ),
        **_names("carrier service tracking_number", TEXT),
        "weight_kg": WEIGHT,
        "package_count": WHOLE,
        "ship_cost": MONEY,
        **_names("currency ship_from_zip3 ship_to_zip3", TEXT),
    },
    "seller_center__settlements": {
        **_names("reference_id transaction_type related_order_id statement_id payment_id", TEXT),
        **_names("sku_id statement_status sample_order_type adjustment_reason currency", TEXT),
        "quantity": WHOLE,
        **_stamps("order_created order_delivered settled"),
        **_names(
            "settlement_amount revenue_amount sales_amount gross_sales_amount "
            "seller_discount_amount refund_amount gross_refund_amount "
            "refunded_discount_amount fee_total_amount referral_fee_amount "
            "referral_fee_tax_amount transaction_fee_amount refund_admin_fee_amount "
            "affiliate_commission_amount affiliate_partner_commission_amount "
            "affiliate_ads_commission_amount shipping_total_amount "
            "shipping_charge_amount fbt_shipping_amount customer_shipping_amount "
            "refunded_shipping_amount shipping_discount_amount "
            "shipping_subsidy_amount return_shipping_amount adjustment_amount "
            "customer_payment_amount customer_refund_amount "
            "platform_discount_amount sales_tax_amount",
            MONEY,
        ),
    },
    "third_party_logistics__inventory": {
        **_stamps("snapshot"),
        **_names("warehouse_id seller_sku", TEXT),
        **_names("on_hand reserved available inbound", BIG),
    },
    "third_party_logistics__returns_received": {
        **_names("rma_id order_id seller_sku", TEXT),
        "quantity": WHOLE,
        **_stamps("received graded"),
        **_names("grade disposition warehouse_id", TEXT),
    },
    "reference__warehouses": {
        **_names("warehouse_id name kind postal_code zip3 timezone order_cutoff", TEXT),
        "daily_capacity": BIG,
        **_names("active_from_on active_to_on", DAY),
    },
    "reference__skus": {
        **_names("seller_sku title category supplier", TEXT),
        "unit_cost": MONEY,
        "currency": TEXT,
        "weight_kg": WEIGHT,
        "is_branded": FLAG,
        "launched_on": DAY,
    },
    "reference__handling_times": {
        **_names("seller_sku order_type", TEXT),
        "handling_business_days": BIG,
        "closes_on": DAY,
    },
    "reference__shops": {
        **_names("declared_shop_id market timezone currency", TEXT),
        "opened_on": DAY,
    },
    "reference__account_health": {
        **_stamps("recorded"),
        **_names("event_id kind", TEXT),
        **_names("points score_after", BIG),
        **_names("reason order_id", TEXT),
    },
    "reference__promotions": {
        **_names("promotion_id name", TEXT),
        **_names("starts_on ends_on", DAY),
        "min_score": BIG,
    },
    "reference__cost_assumptions": {
        **_names("parameter applies_to", TEXT),
        "value": pl.Decimal(18, 4),
        **_names("currency note", TEXT),
    },
    "reference__grade_routes": _names("grade route note", TEXT),
    "reference__zone_chart": {
        **_names("origin_zip3 destination_from_zip3 destination_to_zip3", TEXT),
        "zone": BIG,
    },
    "reference__rate_card": {
        **_names("carrier service", TEXT),
        "zone": BIG,
        "max_weight_kg": pl.Decimal(18, 3),
        "price": pl.Decimal(18, 2),
        "currency": TEXT,
    },
    "reference__candidate_sites": {
        **_names("origin_zip3 site_name", TEXT),
        **_names("storage_cost_per_month inbound_cost_per_unit", pl.Decimal(18, 2)),
        "currency": TEXT,
    },
    "reference__expected_states": {"state": TEXT, "expected_share": pl.Float64()},
    "reference__hero_skus": {
        "seller_sku": TEXT,
        **_names("hero_from_on hero_to_on", DAY),
        **_names("decided_by reason", TEXT),
    },
    "reference__content_calendar": {
        **_stamps("goes_live"),
        **_names("creator_handle seller_sku content_id campaign", TEXT),
        "expected_units": BIG,
    },
    "reference__preferred_routes": _names("warehouse_id ship_to_state carrier service", TEXT),
    "reference__support_tickets": {
        "ticket_id": TEXT,
        **_stamps("created"),
        **_names("order_id kind topic channel", TEXT),
        **_stamps("closed"),
    },
}


@pytest.mark.parametrize("table", LAKE)
def test_lake_schema_is_exactly_this(table: str) -> None:
    assert lake_schema(contract(table)) == {**LAKE[table], **SYSTEM}
    assert list(lake_schema(contract(table))) == [*LAKE[table], *SYSTEM]


def test_there_is_no_other_table() -> None:
    assert {item.table for item in load_contracts()} == LAKE.keys()


@pytest.mark.parametrize(
    ("word", "canonical"),
    [
        ("To ship", "to_ship"),
        ("SHIPPED", "shipped"),
        ("Canceled", "cancelled"),
        ("Cancelled ", "cancelled"),
        ("AWAITING_COLLECTION", "awaiting_collection"),
        ("Awaiting Collection", "awaiting_collection"),
        ("ที่จะจัดส่ง", "to_ship"),
        ("จัดส่งแล้ว", "shipped"),
        ("เสร็จสมบูรณ์", "completed"),
        ("ยกเลิกแล้ว", "cancelled"),
        ("ค้างชำระ", "unpaid"),
        ("รอจัดส่ง", "awaiting_shipment"),
        ("รอเข้ารับ", "awaiting_collection"),
        ("อยู่ระหว่างขนส่ง", "in_transit"),
        ("จัดส่งสำเร็จ", "delivered"),
        ("Đã hủy", "cancelled"),
        ("Completado", "completed"),
        ("Selesai", "completed"),
        ("Dibatalkan", "cancelled"),
    ],
)
def test_order_statuses_of_every_market(word: str, canonical: str) -> None:
    orders = contract("seller_center/orders")
    for name in ("order_status", "order_substatus"):
        assert orders.column(name).vocabulary[fold(word)] == canonical
        assert not orders.column(name).is_vocabulary_closed


def test_closed_vocabularies() -> None:
    closed = {
        (item.feed, column.name): column.words
        for item in load_contracts()
        for column in item.columns
        if column.is_vocabulary_closed and column.kind != "boolean"
    }
    assert closed == {
        ("carriers/tracking_events", "event_code"): (
            "label_created",
            "tendered",
            "accepted",
            "in_transit",
            "out_for_delivery",
            "delivered",
            "attempted",
            "exception",
            "returned_to_sender",
        ),
        ("reference/account_health", "kind"): ("violation", "gain", "appeal", "snapshot"),
        ("reference/grade_routes", "route"): ("resell", "refurbish", "liquidate", "dispose"),
        ("reference/support_tickets", "kind"): ("ticket", "complaint"),
        ("reference/support_tickets", "topic"): (
            "shipping_status",
            "delivery",
            "tracking",
            "wrong_item",
            "damaged",
            "not_as_described",
            "refund",
            "other",
        ),
        ("reference/handling_times", "order_type"): (
            "made_to_order",
            "backorder",
            "custom",
            "pre_order",
        ),
        ("reference/warehouses", "kind"): ("own", "3pl", "fbt", "bonded", "supplier", "mcf"),
    }


def test_booleans_know_their_words() -> None:
    for item in load_contracts():
        for column in item.columns:
            if column.kind == "boolean":
                assert column.is_vocabulary_closed
                assert column.vocabulary["yes"] == "true"
                assert column.vocabulary["false"] == "false"


def test_date_orders() -> None:
    orders = contract("seller_center/orders")
    assert [orders.date_order_for(market) for market in ("US", "MX", "TH", "VN", None)] == [
        "month_first",
        "month_first",
        "day_first",
        "day_first",
        "day_first",
    ]
    for feed in ("seller_center/returns", "seller_center/affiliate_orders"):
        assert contract(feed).date_order_for("US") == "day_first"
    assert contract("carriers/tracking_events").date_order_for("US") == "iso"


def test_limits() -> None:
    orders = contract("seller_center/orders")
    assert orders.column("created_at").minimum == date(2021, 1, 1)
    assert orders.column("quantity").minimum == 1
    assert orders.keys == ("order_id", "sku_id")
    assert orders.column("tracking_fits").derived_from == "tracking_number"
    assert orders.column("currency").headers == ()
    with pytest.raises(KeyError):
        orders.column("city")
    with pytest.raises(KeyError):
        contract("seller_center/no_such_feed")


@pytest.mark.parametrize("feed", ["orders", "returns", "affiliate_orders"])
@pytest.mark.parametrize(
    "personal",
    [
        "Jane Doe",
        "JANE",
        "Doe",
        "jane.doe@example.org",
        "jane_doe1990",
        "555-0100",
        "+1 555 010 0199",
        "15550100199",
        "90210",
        "90210-1234",
        "12 Example Street",
        "SW1A 1AA",
    ],
)
def test_what_could_be_personal_is_never_shown(feed: str, personal: str) -> None:
    for column in contract(f"seller_center/{feed}").columns:
        pattern = column.safe_pattern
        assert pattern is None or not re.search(pattern, personal), (column.name, pattern)


def test_what_helps_to_mend_a_row_is_shown() -> None:
    orders = contract("seller_center/orders")
    for name, value in (
        ("order_id", "576461413038785752"),
        ("order_id", "5.76461E+17"),
        ("order_id", "576461413038785752.0"),
        ("quantity", "-1"),
        ("created_at", "13/40/2026 11:54:28 PM"),
        ("created_at", "04/05/2019 11:54:28 PM"),
    ):
        pattern = orders.column(name).safe_pattern
        assert pattern is not None and re.search(pattern, value), (name, value)


def test_damaged_numbers() -> None:
    for damaged in ("5.76E+17", "5E17", "576461413038785752.0"):
        assert re.search(DAMAGED_ID, damaged)
    for sound in ("576461413038785752", "R-1E5", "1E5A", "12.05"):
        assert not re.search(DAMAGED_ID, sound)


def test_patterns_run_in_polars() -> None:
    values = pl.Series(["576461413038785752"])
    for item in load_contracts():
        for column in item.columns:
            for pattern in (column.pattern, column.safe_pattern, DAMAGED_ID):
                if pattern is not None:
                    values.str.contains(pattern)
