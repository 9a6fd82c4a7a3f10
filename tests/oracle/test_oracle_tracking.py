"""Tracking of hand-made shops: what is uploaded late, and whose number plain digits are."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mini import FEDEX_NUMBER, UPS_NUMBER, Mini

TRACKING = "valid_tracking_rate"
FOURTEEN_DIGITS = "60120172242323"


@pytest.fixture
def shop(tmp_path: Path) -> Mini:
    return Mini(tmp_path / "shop")


@pytest.mark.parametrize(
    ("number", "carrier", "defect"),
    [
        (FEDEX_NUMBER, "FedEx Ground", None),
        (FEDEX_NUMBER, "USPS", "carrier_mismatch"),  # its check digit speaks for FedEx
        (UPS_NUMBER, "USPS", "carrier_mismatch"),
        (FOURTEEN_DIGITS, "DHL eCommerce", None),
        (FOURTEEN_DIGITS, "UPS", "bad_format"),  # any fourteen digits would be DHL's
        (UPS_NUMBER, "Royal Mail", "unsupported_carrier"),
    ],
)
def test_plain_digits_are_judged_against_the_carrier_that_is_named(
    shop: Mini, number: str, carrier: str, defect: str | None
) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number=number, carrier=carrier)
    assert shop.at("2026-03-20").package().defect == defect


def test_an_unsupported_carrier_fails_although_the_parcel_moved(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number="X1", carrier="Yanwen")
    shop.event("X1", "2026-03-03T11:00:00", "accepted", carrier="Yanwen")
    shop.event("X1", "2026-03-06T11:00:00", "delivered", carrier="Yanwen")
    assert shop.at("2026-03-20").package().defect == "unsupported_carrier"


@pytest.mark.parametrize(
    ("rts", "defect"),
    [
        ("2026-03-04 11:00:00", None),
        ("2026-03-04 11:00:01", "late_upload"),
        ("2026-03-02 18:00:00", None),
    ],
)
def test_a_number_has_a_day_after_the_scan(shop: Mini, rts: str, defect: str | None) -> None:
    shop.order("1", "2026-03-02 10:00", rts=rts, shipped="2026-03-03 11:00", number=UPS_NUMBER)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-03-03T11:00:00", "accepted")
    assert shop.at("2026-03-03").package().defect is None
    assert shop.at("2026-03-04").package().defect == defect
    assert shop.at("2026-03-20").rate(TRACKING) == (1 if defect is None else 0, 1)


def test_a_late_upload_stands_between_the_other_scan_tests(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-05 10:00", number=UPS_NUMBER)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-02-28T10:00:00", "accepted")
    assert shop.at("2026-03-20").package().defect == "scan_before_order"
    shop.event(UPS_NUMBER, "2026-03-03T10:00:00", "in_transit")
    shop.event(UPS_NUMBER, "2026-03-06T11:00:00", "delivered", zipcode="10001")
    assert shop.at("2026-03-20").package().defect == "late_upload"


def test_the_warehouse_speaks_while_the_platform_has_no_stamp(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", shipped="2026-03-03 11:00", number=UPS_NUMBER)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-03-03T11:00:00", "accepted")
    assert shop.at("2026-03-20").package().defect is None
    shop.shipment("1", UPS_NUMBER, tracking_uploaded_at="2026-03-05T11:00:00")
    assert shop.at("2026-03-04").package().defect is None
    assert shop.at("2026-03-05").package().defect == "late_upload"


def test_a_parcel_without_its_number_was_dispatched_in_time_all_the_same(shop: Mini) -> None:
    stamps = {"rts": "2026-03-03 10:00", "shipped": "2026-03-03 12:00"}
    shop.order("1", "2026-03-02 10:00", number="", **stamps)
    result = shop.at("2026-03-20")
    assert result.rate("late_dispatch_rate") == (0, 1)
    assert (result.package().defect, result.rate(TRACKING)) == ("missing_number", (0, 1))
