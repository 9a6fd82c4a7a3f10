"""The oracle against shops small enough to count by hand, one a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mini import FEDEX_NUMBER, OTHER_UPS_NUMBER, UPS_NUMBER, Mini

LATE = "late_dispatch_rate"
TRACKING = "valid_tracking_rate"
CANCELLED = "seller_fault_cancellation_rate"
ON_TIME = "on_time_delivery_rate"


@pytest.fixture
def shop(tmp_path: Path) -> Mini:
    return Mini(tmp_path / "mini")


def test_a_scan_at_the_due_time_is_on_time(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", number=UPS_NUMBER)
    shop.order("2", "2026-03-02 10:00", number=OTHER_UPS_NUMBER)
    shop.event(UPS_NUMBER, "2026-03-04T23:59:59.999", "accepted")
    shop.event(OTHER_UPS_NUMBER, "2026-03-05T00:00:00", "accepted")
    result = shop.at("2026-03-05")
    assert (result.order("1").is_late, result.order("2").is_late) == (False, True)
    assert result.rate(LATE) == (1, 2)
    assert result.rate(LATE, "due") == (1, 2)
    before = shop.at("2026-03-04")
    assert before.order("2").is_overdue_open is True
    assert before.rate(LATE) == (0, 1)
    assert before.rate(LATE, "due") == (1, 2)
    assert before.rate(LATE, "projected") == (1, 2)


def test_an_open_order_is_projected_whatever_its_due_date(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00")
    result = shop.at("2026-06-01")
    assert result.rate(LATE, "projected", "rolling_7d") == (1, 1)
    assert result.rate(LATE, "due") == (0, 0)
    assert result.rate(LATE) == (0, 0)


def test_before_2026_the_upload_dispatches(shop: Mini) -> None:
    shop.order("1", "2026-01-11 10:00", rts="2026-01-13 10:00", number=UPS_NUMBER)
    shop.order("2", "2026-01-12 10:00", rts="2026-01-13 10:00", number=OTHER_UPS_NUMBER)
    for number in (UPS_NUMBER, OTHER_UPS_NUMBER):
        shop.event(number, "2026-01-15T10:00:00", "accepted")
    result = shop.at("2026-01-20")
    assert result.wall(result.order("1").dispatched) == "2026-01-13 10:00"
    assert result.wall(result.order("2").dispatched) == "2026-01-15 10:00"
    # Sunday 11 January: two business days after Friday 9; 19 January is a holiday.
    assert result.wall(result.order("1").order.dispatch_due) == "2026-01-13 23:59"
    assert result.wall(result.order("2").order.dispatch_due) == "2026-01-16 23:59"


def test_label_and_tendered_are_no_possession(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", shipped="2026-03-02 20:00", number=UPS_NUMBER)
    shop.event(UPS_NUMBER, "2026-03-02T12:00:00", "label_created")
    shop.event(UPS_NUMBER, "2026-03-02T18:00:00", "tendered")
    shop.event(UPS_NUMBER, "2026-03-04T08:00:00", "in_transit")
    # Until the label the feed knows nothing, so Shipped Time would count; from then on it does not.
    assert shop.at("2026-03-03").order().dispatched is None
    later = shop.at("2026-03-04")
    assert later.wall(later.order().dispatched) == "2026-03-04 08:00"


def test_a_feed_that_knows_no_package_leaves_shipped_time(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", shipped="2026-03-03 20:00", number=UPS_NUMBER)
    shop.feed_covers()
    result = shop.at("2026-03-10")
    assert result.wall(result.order().dispatched) == "2026-03-03 20:00"


def test_a_feed_that_knows_some_packages(shop: Mini) -> None:
    both = {"shipped": "2026-03-03 20:00", "delivered": "2026-03-08 12:00"}
    shop.order("1", "2026-03-02 10:00", number=UPS_NUMBER, package="P1", sku_id="a", **both)
    shop.order("1", "2026-03-02 10:00", number=OTHER_UPS_NUMBER, package="P2", sku_id="a", **both)
    shop.event(UPS_NUMBER, "2026-03-03T09:00:00", "accepted")
    shop.event(UPS_NUMBER, "2026-03-05T09:00:00", "delivered")
    result = shop.at("2026-03-10")
    assert result.order().dispatched is None
    assert result.order().delivered is None
    assert len(result.packages) == 2
    shop.event(OTHER_UPS_NUMBER, "2026-03-04T09:00:00", "accepted")
    shop.event(OTHER_UPS_NUMBER, "2026-03-06T09:00:00", "delivered")
    result = shop.at("2026-03-10")
    assert result.wall(result.order().dispatched) == "2026-03-04 09:00"
    assert result.wall(result.order().delivered) == "2026-03-06 09:00"


def test_events_before_the_order(shop: Mini) -> None:
    shipped = {"rts": "2026-04-02 10:00", "shipped": "2026-04-02 12:00", "number": UPS_NUMBER}
    shop.order("1", "2026-04-01 10:00", **shipped)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2025-12-31T09:00:00", "delivered", zipcode="10001")
    result = shop.at("2026-04-20")
    assert result.wall(result.order().dispatched) == "2026-04-02 12:00"
    assert result.package().defect == "no_scan"
    shop.event(UPS_NUMBER, "2026-03-31T09:59:59", "accepted")
    result = shop.at("2026-04-20")
    assert result.order().dispatched is None
    assert result.package().defect == "scan_before_order"
    shop.event(UPS_NUMBER, "2026-04-03T09:00:00", "in_transit")
    result = shop.at("2026-04-20")
    assert result.wall(result.order().dispatched) == "2026-04-03 09:00"
    assert result.package().defect == "scan_before_order"


def test_a_scan_exactly_a_day_before_the_order_counts(shop: Mini) -> None:
    shop.order("1", "2026-04-01 10:00", rts="2026-04-02 10:00", number=UPS_NUMBER)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-03-31T10:00:00", "accepted")
    result = shop.at("2026-04-20")
    assert result.wall(result.order().dispatched) == "2026-03-31 10:00"
    assert result.package().defect is None


def test_no_scan_from_the_seventh_business_day(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number=UPS_NUMBER)
    shop.feed_covers()
    assert shop.at("2026-03-11").package().defect is None
    assert shop.at("2026-03-12").package().defect == "no_scan"
    assert shop.at("2026-03-12").rate(TRACKING) == (0, 1)


@pytest.mark.parametrize(
    ("number", "carrier", "defect"),
    [
        ("", "UPS", "missing_number"),
        ("", "Royal Mail", "missing_number"),
        (UPS_NUMBER, "Royal Mail", "unsupported_carrier"),
        (FEDEX_NUMBER, "UPS", "carrier_mismatch"),
        ("1Z5R89390357567128", "UPS", "bad_format"),
        (UPS_NUMBER, "Veho", None),
        ("HELLO", "UniUni", None),
        (UPS_NUMBER, "UPS", None),
    ],
)
def test_number_defects(shop: Mini, number: str, carrier: str, defect: str | None) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number=number, carrier=carrier)
    assert shop.at("2026-03-20").package().defect == defect


def test_scans_that_cannot_be_judged(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number=UPS_NUMBER)
    assert shop.at("2026-03-20").package().is_scan_judged is False
    shop.feed_covers("2026-03-03T10:00:01")
    assert shop.at("2026-03-20").package().is_scan_judged is False
    shop.event("ELSEWHERE", "2026-03-03T10:00:00", "accepted", carrier="FedEx")
    shop.event("ELSEWHERE", "2026-03-20T10:00:00", "accepted", carrier="UPS")
    result = shop.at("2026-03-20")
    assert result.package().is_scan_judged is True
    assert result.package().defect == "no_scan"


def test_a_carrier_that_the_feed_never_names_is_not_judged(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number=UPS_NUMBER)
    shop.feed_covers(carrier="FedEx")
    package = shop.at("2026-03-20").package()
    assert (package.is_valid, package.is_scan_judged) == (True, False)


def test_zip_mismatch(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", rts="2026-03-03 10:00", number=UPS_NUMBER)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-03-03T11:00:00", "accepted", zipcode="10001")
    assert shop.at("2026-03-20").package().defect is None
    shop.event(UPS_NUMBER, "2026-03-06T11:00:00", "delivered", zipcode="90210")
    assert shop.at("2026-03-20").package().defect == "zip_mismatch"
    assert shop.at("2026-03-05").package().defect is None


def test_each_package_has_its_own_carrier(shop: Mini) -> None:
    rts = {"rts": "2026-03-03 10:00", "sku_id": "a"}
    shop.order("1", "2026-03-02 10:00", number=UPS_NUMBER, package="P1", **rts)
    shop.order(
        "1", "2026-03-02 10:00", number=FEDEX_NUMBER, carrier="FedEx", package="P2", **rts
    )  # fmt: skip
    result = shop.at("2026-03-20")
    assert (result.package("P1").defect, result.package("P2").defect) == (None, None)


def test_a_combined_package_is_judged_by_its_earliest_order(shop: Mini) -> None:
    together = {"rts": "2026-03-03 10:00", "number": UPS_NUMBER, "package": "P1"}
    shop.order("1", "2026-03-02 12:00", zipcode="10001", **together)
    shop.order("2", "2026-03-02 10:00", zipcode="90001", **together)
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-03-03T11:00:00", "accepted")
    shop.event(UPS_NUMBER, "2026-03-06T11:00:00", "delivered", zipcode="90001")
    result = shop.at("2026-03-20")
    assert [package.order_id for package in result.packages] == ["2"]
    assert result.package("P1").defect is None
    assert result.rate(TRACKING) == (1, 1)
    assert result.rate(LATE) == (0, 2)


def test_what_stays_out_of_the_tracking_rate(shop: Mini) -> None:
    rts = {"rts": "2026-03-03 10:00"}
    shop.order("1", "2026-03-02 10:00", fulfillment="Fulfillment by TikTok Shop", **rts)
    shop.order("2", "2026-03-02 10:00", label="Shipped by TikTok", **rts)
    shop.order("3", "2026-03-02 10:00", cancelled="2026-03-04 10:00", by="User", **rts)
    shop.order("4", "2026-03-02 10:00", after="$0.00", **rts)
    shop.order("5", "2026-03-02 10:00", **rts)
    result = shop.at("2026-03-20")
    assert len(result.packages) == 5
    assert result.rate(TRACKING) == (0, 1)


def test_a_package_scanned_before_its_cancellation_counts(shop: Mini) -> None:
    shop.order(
        "1",
        "2026-03-02 10:00",
        rts="2026-03-03 10:00",
        number=UPS_NUMBER,
        cancelled="2026-03-05 10:00",
        by="User",
    )
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-03-04T11:00:00", "accepted")
    assert shop.at("2026-03-20").rate(TRACKING) == (1, 1)


def test_sixty_minutes_of_free_cancellation(shop: Mini) -> None:
    created = "2026-03-02 10:00:00"
    shop.order("1", created, cancelled="2026-03-02 11:00:00", by="User", reason="Late shipment")
    shop.order("2", created, cancelled="2026-03-02 11:00:01", by="User", reason="Late shipment")
    shop.order("3", created, cancelled="2026-03-02 10:05:00", by="Seller", reason="Out of stock")
    shop.order("4", created, cancelled="2026-03-02 12:00:00", by="User", reason="No longer needed")
    assert shop.at("2026-03-02").rate(CANCELLED) == (2, 3)


def test_a_cancellation_after_the_day_is_not_seen(shop: Mini) -> None:
    shop.order("1", "2026-03-02 23:50", cancelled="2026-03-03 00:10", by="User")
    assert shop.at("2026-03-02").rate(CANCELLED) == (0, 1)
    assert shop.at("2026-03-03").rate(CANCELLED) == (0, 0)


def test_unpaid_orders_are_outside_everything(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", paid="", cancelled="2026-03-04 09:00", by="System")
    shop.order("2", "2026-03-02 10:00", paid="2026-03-05 09:00")
    shop.order("3", "2026-03-02 10:00", paid="", payment="Cash on delivery")
    result = shop.at("2026-03-04")
    assert result.rate(CANCELLED) == (0, 1)
    assert result.rate(LATE, "due") == (1, 1)
    assert result.order("2").is_overdue_open is None
    assert shop.at("2026-03-05").rate(LATE, "due") == (2, 2)


def test_fbt_dilutes_and_never_fails(shop: Mini) -> None:
    fbt = {"fulfillment": "Fulfillment by TikTok Shop"}
    shop.order("1", "2026-03-02 10:00", shipped="2026-03-10 10:00", **fbt)
    shop.order(
        "2", "2026-03-02 10:00", cancelled="2026-03-06 10:00", by="Seller", reason="Out of stock",
        **fbt,
    )  # fmt: skip
    shop.order("3", "2026-03-02 10:00", **fbt)
    result = shop.at("2026-03-20")
    assert result.rate(LATE) == (0, 1)
    assert result.rate(LATE, "due") == (0, 3)
    assert result.rate(LATE, "projected") == (0, 1)
    assert result.rate(CANCELLED) == (0, 3)
    assert result.rate(ON_TIME) == (0, 0)
    assert result.order("1").is_late is None


def test_samples_are_outside_every_rate(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", after="$0.00", sku_id="a")
    shop.order("1", "2026-03-02 10:00", after="$0.00", sku_id="b")
    shop.order("2", "2026-03-02 10:00", after="$0.00", sku_id="a")
    shop.order("2", "2026-03-02 10:00", after="$9.00", sku_id="b")
    result = shop.at("2026-03-20")
    assert (result.order("1").order.is_sample, result.order("2").order.is_sample) == (True, False)
    assert result.rate(LATE, "due") == (1, 1)
    assert result.rate(CANCELLED) == (0, 1)


def test_pre_orders_have_no_due_time(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", kind="Pre-order", shipped="2026-03-15 10:00")
    shop.order("2", "2026-03-02 10:00", kind="Pre-order")
    result = shop.at("2026-03-20")
    assert result.rate(LATE) == (0, 1)
    assert result.rate(LATE, "due") == (0, 0)
    assert result.rate(LATE, "projected") == (0, 1)
    assert result.rate(ON_TIME) == (0, 0)


def test_cancelled_before_due(shop: Mini) -> None:
    late = {"by": "User", "reason": "No longer needed"}
    shop.order("1", "2026-03-02 10:00", cancelled="2026-03-04 23:59:59", **late)
    shop.order("2", "2026-03-02 10:00", cancelled="2026-03-05 00:00:00", **late)
    shop.order(
        "3", "2026-03-02 10:00", shipped="2026-03-03 10:00", cancelled="2026-03-04 10:00", **late
    )
    assert shop.at("2026-03-20").rate(LATE, "due") == (1, 2)
    # Order 3 was dispatched before it was cancelled, so it was still to be delivered by 10 March.
    assert shop.at("2026-03-20").rate(ON_TIME) == (0, 1)


def test_on_time_delivery(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", delivered="2026-03-10 23:59:59")
    shop.order("2", "2026-03-02 10:00", delivered="2026-03-11 00:00:00")
    shop.order("3", "2026-03-02 10:00")
    shop.order("4", "2026-03-02 10:00", option="Express shipping", delivered="2026-03-03 10:00")
    result = shop.at("2026-03-10")
    assert result.rate(ON_TIME) == (1, 3)
    assert shop.at("2026-03-09").rate(ON_TIME) == (0, 0)
    assert shop.at("2026-03-11").rate(ON_TIME) == (1, 3)


def test_the_newest_version_replaces_the_others(shop: Mini) -> None:
    one = {"sku_id": "a", "number": UPS_NUMBER}
    shop.order("1", "2026-03-02 10:00", shipped="2026-03-04 10:00", status="Shipped", **one)
    shop.order("1", "2026-03-02 10:00", file="1", status="Completed", sku_id="a")
    shop.order("1", "2026-03-02 10:00", file="1", status="Completed", sku_id="b")
    order = shop.at("2026-03-20").order().order
    assert [(line.sku_id, line.tracking_number) for line in order.lines] == [("a", UPS_NUMBER)]


def test_the_lines_of_a_version_come_from_any_file(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", sku_id="a", package="P1")
    shop.order("1", "2026-03-02 10:00", sku_id="a", package="P2")
    shop.order("1", "2026-03-02 10:00", file="1", sku_id="a", package="P2")
    shop.order("1", "2026-03-02 10:00", file="1", sku_id="b", package="P1")
    order = shop.at("2026-03-20").order().order
    lines = [(line.sku_id, line.package_key) for line in order.lines]
    assert lines == [("a", "P1"), ("a", "P2"), ("b", "P1")]


def test_a_row_that_was_pasted_twice_into_a_file_is_one_row(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00")
    shop.order("1", "2026-03-02 10:00")
    result = shop.at("2026-03-08")
    assert len(result.order().order.lines) == 1
    assert result.returns("sku", "MUG", "order_cohort").units_ordered == 1


def test_an_order_cancelled_before_its_upload_is_outside_the_tracking_rate(shop: Mini) -> None:
    shop.order(
        "1", "2026-03-02 10:00", cancelled="2026-03-03 10:00", by="User", rts="2026-03-04 10:00"
    )
    assert shop.at("2026-03-20").rate(TRACKING) == (0, 0)


def test_a_scan_long_before_the_order_is_still_possession_before_its_cancellation(
    shop: Mini,
) -> None:
    shop.order(
        "1",
        "2026-03-02 10:00",
        rts="2026-03-02 12:00",
        number=UPS_NUMBER,
        cancelled="2026-03-03 10:00",
        by="User",
    )
    shop.feed_covers()
    shop.event(UPS_NUMBER, "2026-02-20T10:00:00", "accepted")
    result = shop.at("2026-03-20")
    assert result.rate(TRACKING) == (0, 1)
    assert result.order().dispatched is None
    assert result.package().defect == "scan_before_order"
    assert result.wall(result.package().first_scan) == "2026-02-20 10:00"


def test_return_rates(shop: Mini) -> None:
    shop.order("1", "2026-03-02 10:00", quantity="2", creator="@ann")
    shop.order("2", "2026-03-02 10:00", quantity="3")
    shop.order("3", "2026-03-02 10:00", after="$0.00")
    shop.order("4", "2026-03-02 10:00", cancelled="2026-03-03 10:00", by="User")
    shop.order("5", "2026-01-05 10:00", creator="bea")
    shop.affiliate("2", "@cat", "2026-03-02 10:00")
    shop.returned("r1", "1", "2026-03-05 10:00", refunded="2026-03-08 10:00", quantity="2")
    shop.returned("r2", "1", "2026-03-06 10:00", quantity="1", amount="$5.00")
    shop.returned("r3", "2", "2026-03-06 10:00", status="Refund rejected")
    shop.returned("r4", "5", "2026-03-06 10:00", refunded="2026-03-09 10:00")
    result = shop.at("2026-03-08")
    cohort = result.returns("sku", "MUG", "order_cohort")
    assert (cohort.units_ordered, cohort.units_returned) == (5, 2)
    assert str(cohort.refund_amount) == "23.00"
    assert cohort.is_provisional is True
    assert result.returns("sku", "MUG", "order_cohort", "rolling_90d").units_ordered == 6
    assert result.returns("sku", "MUG", "order_cohort", "rolling_90d").closed_units_ordered == 1
    later = shop.at("2026-03-09")
    assert later.returns("sku", "MUG", "refund_date").units_returned == 3
    ann = later.returns("creator", "ann", "order_cohort")
    assert (ann.units_ordered, ann.units_returned, ann.value) == (2, 2, 1.0)
    assert later.returns("creator", "cat", "order_cohort").units_ordered == 3
    bea = later.returns("creator", "bea", "refund_date")
    assert (bea.units_ordered, bea.units_returned, bea.value) == (0, 1, None)


def test_returns_of_a_line_never_count_more_than_were_ordered(shop: Mini) -> None:
    shop.order("1", "2026-02-20 10:00", quantity="3")
    shop.returned("r1", "1", "2026-03-01 10:00", quantity="2")
    shop.returned("r2", "1", "2026-04-10 10:00", quantity="2")
    result = shop.at("2026-04-12")
    assert result.returns("sku", "MUG", "order_cohort", "rolling_90d").units_returned == 3
    assert result.returns("sku", "MUG", "refund_date", "rolling_90d").units_returned == 3
    # Two units were counted in March, so April counts the one that is left.
    assert result.returns("sku", "MUG", "refund_date").units_returned == 1
