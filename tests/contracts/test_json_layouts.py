"""Vendors' JSON, on small made-up documents in each vendor's shape."""

import copy
import json
from typing import Any

import polars as pl
import pytest

from flows.contracts import contract, load_contracts
from flows.contracts.json_layouts import (
    JsonLayoutError,
    flatten,
    json_headers,
    match_json,
    parse_json,
)
from flows.contracts.json_paths import document_type, parse_path, path_exists

Document = Any

EASYPOST = {
    "id": "trk_1",
    "object": "Tracker",
    "tracking_code": "9400111206206406260787",
    "status": "in_transit",
    "carrier": "USPS",
    "signed_by": "Somebody",
    "tracking_details": [
        {
            "object": "TrackingDetail",
            "message": "Label made",
            "status": "pre_transit",
            "datetime": "2026-04-02T09:10:11Z",
            "tracking_location": {"city": None, "state": None, "country": None, "zip": None},
        },
        {
            "object": "TrackingDetail",
            "message": "Arrived",
            "status": "in_transit",
            "datetime": "2026-04-03T01:00:00Z",
            "tracking_location": {
                "city": "SPRINGFIELD",
                "state": "CA",
                "country": "US",
                "zip": "90012",
            },
        },
    ],
}

UPS = {
    "trackResponse": {
        "shipment": [
            {
                "inquiryNumber": "1Z5R89390357567127",
                "package": [
                    {
                        "trackingNumber": "1Z5R89390357567127",
                        "activity": [
                            {
                                "location": {
                                    "address": {
                                        "city": "Springfield",
                                        "stateProvince": "CA",
                                        "postalCode": "90012",
                                        "countryCode": "US",
                                    }
                                },
                                "status": {"type": "D", "code": "KB", "description": "DELIVERED "},
                                "date": "20260405",
                                "time": "134500",
                                "gmtDate": "20260405",
                                "gmtTime": "20:45:00",
                                "gmtOffset": "-07:00",
                            },
                            {
                                "status": {"type": "I", "code": "OR", "description": "Origin Scan"},
                                "date": "20260403",
                                "time": "190000",
                                "gmtOffset": "-07:00",
                            },
                            {
                                "status": {"type": "M", "code": "MP", "description": "Label"},
                                "date": "20260402",
                                "time": "080000",
                            },
                        ],
                    },
                    {"trackingNumber": "1Z879E930346834440", "activity": []},
                ],
            }
        ]
    }
}

FEDEX = {
    "transactionId": "made-up",
    "output": {
        "completeTrackResults": [
            {
                "trackingNumber": "986578788855",
                "trackResults": [
                    {
                        "trackingNumberInfo": {"trackingNumber": "986578788855"},
                        "latestStatusDetail": {"code": "DL"},
                        "scanEvents": [
                            {
                                "date": "2026-04-04T10:00:00-06:00",
                                "eventType": "ZZ",
                                "derivedStatusCode": "IT",
                                "eventDescription": "On the way",
                                "scanLocation": {
                                    "city": "Springfield",
                                    "stateOrProvinceCode": "CO",
                                    "postalCode": "80202",
                                    "countryCode": "US",
                                },
                            },
                            {
                                "date": "2026-04-03T10:00:00-0700",
                                "eventType": "PU",
                                "derivedStatusCode": "PU",
                                "eventDescription": "Picked up",
                            },
                            {
                                "date": "2026-04-02T10:00:00-07:00",
                                "eventType": "OC",
                                "derivedStatusCode": "IN",
                                "eventDescription": "Shipment information sent",
                            },
                        ],
                    }
                ],
            }
        ]
    },
}

USPS: dict[str, Any] = {
    "trackingNumber": "9400111206206406260787",
    "mailClass": "Ground",
    "trackingEvents": [
        {
            "eventType": "DELIVERED",
            "eventTimestamp": "2026-04-06T14:00:00",
            "GMTTimestamp": "2026-04-06T21:00:00",
            "GMTOffset": "-07:00",
            "eventCountry": None,
            "eventCity": "SPRINGFIELD",
            "eventState": "CA",
            "eventZIP": "90012",
            "eventCode": "01",
        },
        {
            "eventType": "ARRIVED",
            "eventTimestamp": "2026-04-05T14:00:00",
            "GMTOffset": "-420",
            "eventCode": "07",
        },
        {
            "eventType": "ACCEPTED",
            "eventTimestamp": "2026-04-04T14:00:00",
            "GMTOffset": "-7:00",
            "eventCode": "03",
        },
        {
            "eventType": "LABEL",
            "eventTimestamp": "2026-04-03T14:00:00",
            "eventCode": "GX",
        },
    ],
}

SHIPBOB_SHIPMENT = {
    "id": 4001,
    "order_id": 9001,
    "reference_id": "576461413038785752",
    "created_date": "2026-04-02T17:00:00.1234567+00:00",
    "estimated_fulfillment_date": "2026-04-03T21:00:00+00:00",
    "actual_fulfillment_date": "2026-04-03T18:30:00+00:00",
    "location": {"id": 8, "name": "Springfield (CA)"},
    "ship_option": "Standard",
    "measurements": {"total_weight_oz": 16},
    "invoice_amount": 6.1,
    "invoice_currency_code": "USD",
    "recipient": {"name": "Somebody", "address": {"city": "Springfield", "zip_code": "90012"}},
    "tracking": {
        "carrier": "UPS",
        "carrier_service": "Ground",
        "tracking_number": "1Z5R89390357567127",
    },
}

SHIPBOB_INVENTORY = {
    "snapshot_at": "2026-04-05T12:00:00Z",
    "items": [
        {
            "inventory_id": 1,
            "sku": "BAG-01",
            "locations": [
                {
                    "location_id": 8,
                    "on_hand_quantity": 10,
                    "committed_quantity": 4,
                    "fulfillable_quantity": 6,
                    "awaiting_quantity": 20,
                },
                {
                    "location_id": 9,
                    "on_hand_quantity": 0,
                    "committed_quantity": 0,
                    "fulfillable_quantity": 0,
                    "awaiting_quantity": 0,
                },
            ],
        },
        {"inventory_id": 2, "sku": "BAG-02", "locations": []},
    ],
}

SHIPBOB_RETURN = {
    "id": 71,
    "store_order_id": "576461413038785752",
    "original_shipment_id": 4001,
    "customer_name": "Somebody",
    "arrived_date": "2026-04-20T10:00:00+00:00",
    "completed_date": "2026-04-21T10:00:00+00:00",
    "fulfillment_center": {"id": 8, "name": "Springfield (CA)"},
    "inventory": [
        {"id": 1, "sku": "BAG-01", "quantity": 2, "action_taken": [{"action": "Restock"}]},
        {"id": 2, "name": "Bag", "quantity": 1, "action_taken": []},
    ],
}

EXTENSIV_ORDER = {
    "readOnly": {
        "orderId": 12,
        "creationDate": "2026-04-02T09:00:00",
        "pickDoneDate": "2026-04-02T11:00:00",
        "packDoneDate": "2026-04-02T12:00:00",
        "loadOutDoneDate": "2026-04-02T17:30:00",
        "facilityIdentifier": {"name": "LA1", "id": 2},
        "packages": [
            {"trackingNumber": "1Z5R89390357567127", "createDate": "2026-04-02T12:05:00"},
            {"trackingNumber": "1Z879E930346834440", "createDate": "2026-04-02T12:06:00"},
        ],
    },
    "referenceNum": "576461413038785752",
    "totalWeight": 2.0,
    "routingInfo": {"carrier": "UPS", "mode": "Ground", "shipPointZip": "90012"},
    "shipTo": {"name": "Somebody", "zip": "10001"},
}
ORDER_REL = "http://api.3plCentral.com/rels/orders/order"


def pascal(value: Document) -> Document:
    """The same document with the keys of the plain JSON answer: `readOnly` is `ReadOnly`."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(item) for key, item in value.items()}
    return [pascal(item) for item in value] if isinstance(value, list) else value


def read(document: Document, feed: str, name: str) -> pl.DataFrame:
    found = match_json(document)
    assert found is not None
    assert (found[0].feed, found[1].name) == (feed, name)
    table = flatten(document, found[1])
    assert set(table.columns) <= {column.name for column in found[0].columns}
    assert set(table.dtypes) <= {pl.String()}
    return table


EVENTS = "carriers/tracking_events"


@pytest.mark.parametrize(
    "document",
    [
        EASYPOST,
        [EASYPOST],
        {"trackers": [EASYPOST], "has_more": False},
        {"description": "tracker.updated", "result": EASYPOST},
    ],
    ids=["object", "list", "page", "webhook"],
)
def test_easypost(document: Document) -> None:
    table = read(document, EVENTS, "easypost_trackers")
    assert table.rows() == [
        (
            "9400111206206406260787",
            "USPS",
            "2026-04-02T09:10:11Z",
            "label_created",
            "Label made",
            None,
            None,
            None,
        ),
        (
            "9400111206206406260787",
            "USPS",
            "2026-04-03T01:00:00Z",
            "in_transit",
            "Arrived",
            "CA",
            "90012",
            "US",
        ),
    ]


def test_ups_times_with_and_without_an_offset() -> None:
    table = read(UPS, EVENTS, "ups_track")
    assert table["tracking_number"].to_list() == ["1Z5R89390357567127"] * 3
    assert table["event_at"].to_list() == [
        "2026-04-05T20:45:00Z",
        "2026-04-03T19:00:00-07:00",
        "2026-04-02T08:00:00",
    ]
    assert table["event_code"].to_list() == ["delivered", "accepted", "label_created"]
    assert table["event_description"].to_list() == ["DELIVERED", "Origin Scan", "Label"]
    assert table["event_zip3"].to_list() == ["90012", None, None]


def test_fedex_falls_back_to_the_derived_status() -> None:
    table = read(FEDEX, EVENTS, "fedex_track")
    assert table["event_code"].to_list() == ["in_transit", "accepted", "label_created"]
    assert table["event_at"].to_list() == [
        "2026-04-04T10:00:00-06:00",
        "2026-04-03T10:00:00-07:00",
        "2026-04-02T10:00:00-07:00",
    ]
    assert set(table["tracking_number"]) == {"986578788855"}


@pytest.mark.parametrize("document", [USPS, [USPS], {"trackingDetails": [USPS]}])
def test_usps_offsets(document: Document) -> None:
    table = read(document, EVENTS, "usps_tracking")
    assert table["event_at"].to_list() == [
        "2026-04-06T21:00:00Z",
        "2026-04-05T14:00:00-07:00",
        "2026-04-04T14:00:00-07:00",
        "2026-04-03T14:00:00",
    ]
    assert table["event_code"].to_list() == [
        "delivered",
        "in_transit",
        "accepted",
        "label_created",
    ]


def test_an_unknown_code_stays_for_the_vocabulary_to_refuse() -> None:
    document = copy.deepcopy(USPS)
    document["trackingEvents"][0]["eventCode"] = "Q9"
    table = read(document, EVENTS, "usps_tracking")
    assert table["event_code"][0] == "Q9"
    assert "q9" not in contract(EVENTS).column("event_code").vocabulary


def test_every_code_of_a_layout_is_a_word_of_its_column() -> None:
    for item in load_contracts():
        for layout in item.json_layouts:
            for field in layout.fields:
                column = item.column(field.column)
                assert column.headers, f"{layout.name}: {field.column} is derived"
                assert set(field.codes.values()) <= set(column.words)


def test_no_label_is_possession() -> None:
    labels = {"pre_transit", "MP", "M", "OC", "GX", "MA"}
    for layout in contract(EVENTS).json_layouts:
        codes = next(field.codes for field in layout.fields if field.column == "event_code")
        assert {codes[raw] for raw in labels & codes.keys()} == {"label_created"}


@pytest.mark.parametrize(
    "document",
    [
        SHIPBOB_SHIPMENT,
        [SHIPBOB_SHIPMENT],
        {"items": [SHIPBOB_SHIPMENT]},
        [{"id": 9001, "shipments": [SHIPBOB_SHIPMENT]}, {"id": 9002, "shipments": []}],
        {"items": [{"id": 9001, "shipments": [SHIPBOB_SHIPMENT]}], "next": None},
    ],
    ids=["object", "list", "page", "orders", "page of orders"],
)
def test_shipbob_shipments(document: Document) -> None:
    table = read(document, "third_party_logistics/shipments", "shipbob_shipments")
    assert table.to_dicts() == [
        {
            "shipment_id": "4001",
            "order_id": "576461413038785752",
            "warehouse_id": "8",
            "received_at": "2026-04-02T17:00:00.123456+00:00",
            "packed_at": "2026-04-03T18:30:00+00:00",
            "label_created_at": "2026-04-03T18:30:00+00:00",
            "carrier": "UPS",
            "service": "Ground",
            "tracking_number": "1Z5R89390357567127",
            "weight_kg": "0.454",
            "ship_cost": "6.1",
            "currency": "USD",
            "ship_to_zip3": "90012",
        }
    ]


def test_shipbob_fulfilment_is_not_a_hand_over() -> None:
    layout = contract("third_party_logistics/shipments").json_layouts[0]
    assert layout.vendor == "ShipBob"
    by_path = {
        path: field.column
        for field in layout.fields
        for source in field.sources
        for path in source.paths
    }
    assert "tendered_at" not in {field.column for field in layout.fields}
    assert by_path["actual_fulfillment_date"] in ("packed_at", "label_created_at")


def test_shipbob_inventory() -> None:
    table = read(SHIPBOB_INVENTORY, "third_party_logistics/inventory", "shipbob_inventory")
    assert table.rows() == [
        ("2026-04-05T12:00:00Z", "8", "BAG-01", "10", "4", "6", "20"),
        ("2026-04-05T12:00:00Z", "9", "BAG-01", "0", "0", "0", "0"),
    ]


def test_inventory_without_a_stamp_has_no_time() -> None:
    document = {"items": SHIPBOB_INVENTORY["items"]}
    table = read(document, "third_party_logistics/inventory", "shipbob_inventory")
    assert table["snapshot_at"].null_count() == table.height == 2


@pytest.mark.parametrize("document", [SHIPBOB_RETURN, {"items": [SHIPBOB_RETURN]}])
def test_shipbob_returns(document: Document) -> None:
    table = read(document, "third_party_logistics/returns_received", "shipbob_returns")
    received, graded = "2026-04-20T10:00:00+00:00", "2026-04-21T10:00:00+00:00"
    order = "576461413038785752"
    assert table.rows() == [
        ("71", order, "BAG-01", "2", received, graded, "Restock", "8"),
        ("71", order, "2", "1", received, graded, None, "8"),
    ]


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ({"totalResults": 1, "_embedded": {ORDER_REL: [EXTENSIV_ORDER]}}, "extensiv_orders_hal"),
        ({"TotalResults": 1, "ResourceList": [pascal(EXTENSIV_ORDER)]}, "extensiv_orders"),
    ],
)
def test_extensiv_orders(document: Document, name: str) -> None:
    table = read(document, "third_party_logistics/shipments", name)
    assert table.to_dicts() == [
        {
            "shipment_id": "12",
            "order_id": "576461413038785752",
            "warehouse_id": "LA1",
            "received_at": "2026-04-02T09:00:00",
            "picked_at": "2026-04-02T11:00:00",
            "packed_at": "2026-04-02T12:00:00",
            "label_created_at": "2026-04-02T12:05:00",
            "tendered_at": "2026-04-02T17:30:00",
            "carrier": "UPS",
            "service": "Ground",
            "tracking_number": "1Z5R89390357567127",
            "weight_kg": "0.907",
            "package_count": "2",
            "ship_from_zip3": "90012",
            "ship_to_zip3": "10001",
        }
    ]


STOCK = {"itemIdentifier": {"sku": "BAG-01", "id": 1}, "onHand": 7.0, "allocated": 2.0}
STOCK |= {"available": 5.0, "facilityId": 3}


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ({"summaries": [STOCK]}, "extensiv_stock_hal"),
        ({"Summaries": [pascal(STOCK)]}, "extensiv_stock"),
    ],
)
def test_extensiv_stock(document: Document, name: str) -> None:
    stamped = {**document, "snapshot_at": "2026-04-05 12:00:00"}
    table = read(stamped, "third_party_logistics/inventory", name)
    assert table.rows() == [("2026-04-05T12:00:00", "3", "BAG-01", "7", "2", "5")]


def test_extensiv_lots_are_added_up() -> None:
    def lot(sku: str, facility: str, on_hand: float, available: float) -> dict[str, Any]:
        return {
            "facilityIdentifier": {"name": facility, "id": 1},
            "itemIdentifier": {"sku": sku, "id": 1},
            "onHandQty": on_hand,
            "availableQty": available,
        }

    lots = [lot("B", "LA1", 7.0, 6.0), lot("A", "LA1", 1.0, 1.0), lot("B", "LA1", 2.0, 0.0)]
    for document, name in (
        ({"_embedded": {"item": lots}}, "extensiv_inventory_hal"),
        ({"ResourceList": pascal(lots)}, "extensiv_inventory"),
    ):
        stamped = {**document, "snapshot_at": "2026-04-05T12:00:00Z"}
        table = read(stamped, "third_party_logistics/inventory", name)
        assert table.rows() == [
            ("2026-04-05T12:00:00Z", "LA1", "B", "9", "6"),
            ("2026-04-05T12:00:00Z", "LA1", "A", "1", "1"),
        ]


def test_canonical_objects_and_json_lines() -> None:
    records = [
        {
            "tracking_number": "1Z5R89390357567127",
            "event_at": "2026-04-05T12:00:00Z",
            "event_code": "accepted",
            "event_city": "Springfield",
            "extra": {"nested": [1]},
        },
        {
            "tracking_number": 986578788855,
            "event_at": " ",
            "event_code": None,
            "event_postal_code": "00501",
        },
    ]
    lines = "\n".join(json.dumps(record) for record in records) + "\n\n"
    for document in (records, parse_json(lines), parse_json(json.dumps(records))):
        table = read(document, EVENTS, "canonical")
        assert table.to_dicts() == [
            {
                "tracking_number": "1Z5R89390357567127",
                "event_at": "2026-04-05T12:00:00Z",
                "event_code": "accepted",
                "event_zip3": None,
            },
            {
                "tracking_number": "986578788855",
                "event_at": None,
                "event_code": None,
                "event_zip3": "00501",
            },
        ]


def test_seller_center_headers_as_keys() -> None:
    header = contract("seller_center/orders").file_layouts[0].header
    document = [dict.fromkeys(header, "x")]
    table = read(document, "seller_center/orders", "canonical")
    assert "virtual_bundle_seller_sku" in table.columns
    assert table.height == 1


def test_nothing_personal_is_read() -> None:
    for document in (EASYPOST, UPS, FEDEX, USPS, SHIPBOB_SHIPMENT, SHIPBOB_RETURN):
        found = match_json(document)
        assert found is not None
        text = flatten(document, found[1]).write_csv().casefold()
        assert "somebody" not in text
        assert "springfield" not in text


@pytest.mark.parametrize(
    "document", [None, [], {}, "text", 3, [1, 2], [[]], {"orders": []}, [{"name": "x"}, 3]]
)
def test_foreign_documents_match_nothing(document: Document) -> None:
    assert match_json(document) is None


def test_headers_of_a_document() -> None:
    assert json_headers([{"b": 1}, {"a": 2, "b": 3}]) == ("b", "a")
    assert json_headers({"a": 1}) == ("a",)
    assert json_headers([{"a": 1}, 2]) == ()


def test_a_value_of_another_kind_is_explained() -> None:
    document = copy.deepcopy(USPS)
    document["trackingEvents"][0]["eventCode"] = {"code": "01"}
    found = match_json(document)
    assert found is not None
    with pytest.raises(JsonLayoutError, match="USPS"):
        flatten(document, found[1])


def test_broken_json_is_refused() -> None:
    for text in ("", "{", '{"a": 1}\n{"b"', "tracking_number,carrier\n1,UPS"):
        with pytest.raises(json.JSONDecodeError):
            parse_json(text)


def test_paths() -> None:
    steps = parse_path("_embedded.'http://a.b/c'[].packages[0].number")
    assert [(step.name, step.mode) for step in steps] == [
        ("_embedded", "value"),
        ("http://a.b/c", "each"),
        ("packages", "first"),
        ("number", "value"),
    ]
    assert parse_path("") == ()
    for wrong in ("a..b", "a[1]", "'a", ".a"):
        with pytest.raises(ValueError, match="not a path"):
            parse_path(wrong)
    assert path_exists({"a": [{}, {"b": None}]}, parse_path("a[].b"))
    assert not path_exists({"a": {"b": 1}}, parse_path("a[].b"))
    with pytest.raises(ValueError, match="both"):
        document_type(["a", "a.b"], [])


def test_every_layout_can_be_read() -> None:
    for item in load_contracts():
        for layout in item.json_layouts:
            for root in layout.roots:
                assert flatten({}, layout.at(root)).height <= 1
