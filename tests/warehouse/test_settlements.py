"""The tie-out of orders and payouts: it ties to the cent, and it can fail."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.conftest import Models
from tests.warehouse.settlement_rows import (
    MODELS,
    Row,
    commission,
    day,
    on,
    order,
    paid,
    read,
    refund,
    stamp,
    tie_out,
)

ID = "5764{:014d}".format
SALE = {"sales": "25.00", "referral_fee": "-1.50"}


def money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def state(models: Models, *args: list[Row]) -> str:
    """The state of order 1."""
    return str(tie_out(models, *args)[ID(1)]["state"])


def test_every_component_is_held_against_its_own_source(models: Models) -> None:
    # 6 % of 30 paid by buyer and platform and of 4.99 shipping is 2.0994.
    orders = [
        order(
            1,
            "27.00",
            subtotal_before_discount=Decimal("33.00"),
            platform_discount=Decimal("3.00"),
            shipping_fee_after_discount=Decimal("4.99"),
        )
    ]
    statements = [
        paid(
            1,
            sales="30.00",
            shipping="4.99",
            referral_fee="-2.10",
            affiliate_commission="-4.05",
            transaction_fee="-0.30",
            adjustment="1.00",
        )
    ]
    row = tie_out(models, orders, statements, [], [commission(1, "4.05")])[ID(1)]
    assert row["state"] == "tied"
    assert (row["settled_on"], row["statements"], row["age_days"]) == (on(13), 1, 17)
    for component, amount in {
        "sales": "30.00",
        "refund": "0.00",
        "referral_fee": "-2.10",
        "refund_admin_fee": "0.00",
        "affiliate_commission": "-4.05",
        "shipping": "4.99",
    }.items():
        assert row[f"expected_{component}"] == row[f"stated_{component}"] == money(amount)
    assert (row["stated_other"], row["stated_adjustment"]) == (money("-0.30"), money("1.00"))
    assert row["expected_payout"] == row["stated_payout"] == money("29.54")
    assert (row["arithmetic_residual"], row["unexplained_amount"]) == (0, 0)
    by_component = {r["component"]: r for r in read(models, "settlement_components")}
    assert by_component["payout"]["statement_on"] == on(13)
    assert by_component["payout"]["own_amount"] == money("29.54")
    assert by_component["other"]["stated_amount"] == money("-0.30")
    assert by_component["other"]["own_amount"] is None
    for mart in ("settlement_residuals", "settlement_fee_checks", "settlement_unmatched"):
        assert read(models, mart) == []


@pytest.mark.parametrize(
    ("amounts", "residual", "unexplained"),
    [
        pytest.param({"settlement": "23.51"}, "0.01", "0.01", id="the payout"),
        pytest.param({"sales": "24.99"}, "0.00", "-0.01", id="the sales"),
        pytest.param({"refund": "-0.01"}, "0.00", "-0.01", id="a refund"),
        pytest.param({"shipping": "0.01"}, "0.00", "0.01", id="the shipping"),
        pytest.param({"affiliate_commission": "-0.01"}, "0.00", "-0.01", id="the commission"),
        pytest.param({"refund_admin_fee": "-0.01"}, "0.00", "-0.01", id="the refund fee"),
    ],
)
def test_one_cent_does_not_tie(
    models: Models, amounts: dict[str, str], residual: str, unexplained: str
) -> None:
    # Two orders in order keep the file's way of writing; both have a creator and a return export.
    orders = [order(number) for number in (1, 2, 3)]
    statements = [paid(1, **{**SALE, **amounts}), paid(2, **SALE), paid(3, **SALE)]
    known = [refund(9, 20)], [commission(9, "1.00")]
    row = tie_out(models, orders, statements, *known)[ID(1)]
    assert row["state"] == "differs"
    assert row["arithmetic_residual"] == money(residual)
    assert row["unexplained_amount"] == money(unexplained)
    (left,) = read(models, "settlement_residuals")
    assert (left["age_bucket"], left["orders"]) == ("15 to 30 days", 1)
    assert left["amount"] == money(unexplained)


def test_a_fee_total_that_is_not_the_sum_of_its_fees_leaves_a_residual(models: Models) -> None:
    orders = [order(number) for number in (1, 2, 3)]
    odd = {"fee_total_amount": "-1.80", "settlement": "23.20"}
    statements = [paid(1, **SALE, **odd), paid(2, **SALE), paid(3, **SALE)]
    row = tie_out(models, orders, statements)[ID(1)]
    assert (row["state"], row["arithmetic_residual"]) == ("differs", money("-0.30"))
    # Where no row names all of its fees, the rest is another fee that the statement alone knows.
    row = tie_out(models, orders[:1], statements[:1])[ID(1)]
    assert (row["state"], row["stated_other"]) == ("tied", money("-0.30"))


@pytest.mark.parametrize(
    ("fee", "is_right"), [("-1.50", True), ("-1.51", True), ("-1.48", False), ("-2.00", False)]
)
def test_the_referral_fee_is_six_percent(models: Models, fee: str, is_right: bool) -> None:
    # One cent may be a rounding of the one line.
    found = state(models, [order(1)], [paid(1, sales="25.00", referral_fee=fee)])
    assert found == ("tied" if is_right else "differs")
    checks = read(models, "settlement_fee_checks")
    if is_right:
        assert checks == []
    else:
        (check,) = checks
        assert (check["check_name"], check["seller_sku"]) == ("referral_rate", "SKU-1")
        assert (check["expected_amount"], check["stated_amount"]) == (money("-1.50"), money(fee))
        assert check["rate"] == pytest.approx(-float(fee) / 25)


def test_a_declared_rate_replaces_the_published_one(models: Models) -> None:
    declared = {"shop_id": "us", "parameter": "referral_fee_rate", "applies_to": "SKU-1"}
    models.fill("lake.reference__cost_assumptions", [{**declared, "value": Decimal("0.0800")}])
    try:
        assert state(models, [order(1)], [paid(1, sales="25.00", referral_fee="-2.00")]) == "tied"
    finally:
        models.fill("lake.reference__cost_assumptions", [])


@pytest.mark.parametrize(
    ("price", "fee", "kept", "back"),
    [("25.00", "-1.50", "-0.30", "1.50"), ("500.00", "-30.00", "-5.00", "30.00")],
)
def test_a_refund_keeps_a_fifth_of_the_referral_fee_up_to_five(
    models: Models, price: str, fee: str, kept: str, back: str
) -> None:
    statements = [
        paid(1, sales=price, referral_fee=fee),
        paid(1, 22, refund=f"-{price}", referral_fee=back, refund_admin_fee=kept),
    ]
    row = tie_out(models, [order(1, price)], statements, [refund(1, 20, price)])[ID(1)]
    assert (row["state"], row["statements"]) == ("tied", 2)
    assert row["expected_refund_admin_fee"] == row["stated_refund_admin_fee"] == money(kept)
    assert row["expected_referral_fee"] == row["stated_referral_fee"] == 0
    assert row["stated_payout"] == money(kept)


def test_a_refund_fee_of_another_amount_is_named(models: Models) -> None:
    statements = [
        paid(1, **SALE),
        paid(1, 22, refund="-25.00", referral_fee="1.50", refund_admin_fee="-0.50"),
    ]
    assert state(models, [order(1)], statements, [refund(1, 20)]) == "differs"
    (check,) = read(models, "settlement_fee_checks")
    assert (check["check_name"], check["difference"]) == ("refund_admin_fee", money("-0.20"))
    assert check["rate"] == pytest.approx(1 / 3)


def test_a_refund_lands_in_a_later_statement(models: Models) -> None:
    back = {"refund": "-25.00", "referral_fee": "1.50", "refund_admin_fee": "-0.30"}
    sale, later = paid(1, **SALE), paid(1, 29, **back)
    seen_late = [sale, {**later, **stamp("settled", day(31))}]
    for statements, refunded, expected in (
        ([sale], 27, "refund_pending"),
        (seen_late, 27, "refund_pending"),
        ([sale, later], 27, "tied"),
        # The refund of the 14th should have landed by the 29th.
        ([sale], 14, "differs"),
        # The statement knows of a refund that the return export does not show yet, or ever.
        ([sale, later], 31, "refund_pending"),
        ([sale, {**later, **stamp("settled", day(14))}], 31, "differs"),
    ):
        assert state(models, [order(1)], statements, [refund(1, refunded)]) == expected


def test_taxes_and_shipping_of_a_refund_are_not_the_items(models: Models) -> None:
    # The buyer got 25 for the item, 4.99 for shipping and 2 of taxes back.
    orders = [
        order(
            1,
            shipping_fee_after_discount=Decimal("4.99"),
            taxes=Decimal("2.00"),
            order_amount=Decimal("31.99"),
        )
    ]
    statements = [
        paid(1, sales="25.00", shipping="4.99", referral_fee="-1.80"),
        paid(
            1, 22, refund="-25.00", shipping="-4.99", referral_fee="1.80", refund_admin_fee="-0.36"
        ),
    ]
    assert state(models, orders, statements, [refund(1, 20, "31.99")]) == "tied"
    # With taxes alone the shipping stays with the seller, and with it its part of the fee.
    statements[1] = paid(1, 22, refund="-25.00", referral_fee="1.50", refund_admin_fee="-0.30")
    assert state(models, orders, statements, [refund(1, 20, "27.00")]) == "tied"


def test_the_commission_is_an_estimate_until_it_is_settled(models: Models) -> None:
    sale = paid(1, **SALE, affiliate_commission="-5.00")
    orders = [order(1)]
    assert state(models, orders, [sale], [], [commission(1, "5.00")]) == "tied"
    assert state(models, orders, [sale], [], [commission(1, "5.00", 20)]) == "tied"
    # Settled lower on the 20th, it may still come back; on the 14th, it should have.
    lower = commission(1, "5.00", 20, actual_commission_amount=Decimal("4.00"))
    assert state(models, orders, [sale], [], [lower]) == "refund_pending"
    lower |= stamp("commission_paid", day(14))
    assert state(models, orders, [sale], [], [lower]) == "differs"
    (check,) = read(models, "settlement_fee_checks")
    assert (check["check_name"], check["rate"]) == ("affiliate_rate", pytest.approx(0.2))
    # What is settled after the day is not seen on it.
    later = {**lower, **stamp("commission_paid", day(31))}
    assert state(models, orders, [sale], [], [later]) == "tied"


def test_without_an_affiliate_export_the_commission_is_not_judged(models: Models) -> None:
    sale = paid(1, **SALE, affiliate_commission="-5.00")
    row = tie_out(models, [order(1)], [sale])[ID(1)]
    assert (row["state"], row["expected_affiliate_commission"]) == ("tied", None)
    assert row["expected_payout"] == row["stated_payout"]


def test_without_a_return_export_a_refund_is_not_judged(models: Models) -> None:
    statements = [paid(1, **SALE), paid(1, 22, refund="-25.00", referral_fee="1.50")]
    row = tie_out(models, [order(1)], statements)[ID(1)]
    assert (row["state"], row["expected_refund"]) == ("tied", None)
    assert state(models, [order(1)], statements, [refund(9, 3)]) == "refund_pending"


def test_an_order_in_no_statement_is_missing_once_one_covers_its_time(models: Models) -> None:
    orders = [order(n, delivered=5) for n in (1, 2, 4)] + [order(3, delivered=16)]
    statements = [paid(2, 9, **SALE), paid(4, 21, **SALE)]
    found = tie_out(models, orders, statements)
    # Delivered on the 5th, due by the 20th, and the statements reach to the 21st.
    assert found[ID(1)]["state"] == "missing"
    assert found[ID(1)]["unexplained_amount"] == money("-23.50")
    assert found[ID(1)]["age_days"] == 25
    assert found[ID(1)]["stated_payout"] is None
    assert found[ID(3)]["state"] == "not_settled_yet"
    assert found[ID(3)]["unexplained_amount"] is None
    (left,) = read(models, "settlement_residuals")
    assert (left["orders"], left["missing_orders"]) == (1, 1)
    assert left["amount"] == left["paid_too_little"] == money("-23.50")


def test_nothing_is_missing_where_no_statement_covers_the_time(models: Models) -> None:
    orders = [order(n, delivered=5) for n in (1, 2, 4)]
    # They end before the order was due; they begin after it may have been settled; one is lacking.
    assert (
        tie_out(models, orders, [paid(2, 9, **SALE), paid(4, 18, **SALE)])[ID(1)]["state"]
        == "not_settled_yet"
    )
    late = [order(n, delivered=12) for n in (2, 4)]
    statements = [paid(2, 15, **SALE), paid(4, 21, **SALE)]
    assert tie_out(models, [orders[0], *late], statements)[ID(1)]["state"] == "not_settled_yet"
    statements = [paid(2, 9, **SALE), paid(4, 24, **SALE)]
    assert tie_out(models, orders, statements)[ID(1)]["state"] == "not_settled_yet"


def test_a_sample_is_a_sale_with_all_of_its_price_discounted(models: Models) -> None:
    sample = order(1, "0.00", subtotal_before_discount=Decimal("25.00"))
    given_away = {"gross_sales_amount": Decimal(25), "seller_discount_amount": Decimal(-25)}
    row = paid(1, sales="0.00")
    row = {**row, "sales_amount": None, **given_away}
    found = tie_out(models, [sample, order(2)], [row, paid(2, **SALE)])
    assert (found[ID(1)]["state"], found[ID(1)]["is_sample"]) == ("sample", True)
    assert found[ID(1)]["stated_sales"] == found[ID(1)]["stated_payout"] == 0
    # It is never missing, and what is charged for it is seen.
    assert tie_out(models, [sample, order(2)], [paid(2, 25, **SALE)])[ID(1)]["state"] == "sample"
    charged = {**row, **{k: Decimal("-1.50") for k in ("referral_fee_amount", "fee_total_amount")}}
    charged["settlement_amount"] = Decimal("-1.50")
    assert state(models, [sample, order(2)], [charged, paid(2, **SALE)]) == "differs"


def test_rows_without_an_order_are_named(models: Models) -> None:
    adjustment = {"transaction_type": "Platform reimbursement", "adjustment_reason": "Lost parcel"}
    statements = [
        paid(1, **SALE),
        paid(2, **SALE),
        paid(3, **SALE, **stamp("order_created", day(-40))),
        paid(4, adjustment="-7.00", **adjustment),
        paid(5, adjustment="3.00", related_order_id=ID(77), **adjustment),
        # An adjustment of a known order is the order's.
        paid(6, adjustment="2.00", related_order_id=ID(1), **adjustment),
    ]
    row = tie_out(models, [order(1)], statements)[ID(1)]
    assert (row["state"], row["stated_adjustment"]) == ("tied", money("2.00"))
    found = {r["reference_id"]: r for r in read(models, "settlement_unmatched")}
    assert {key: r["reason"] for key, r in found.items()} == {
        ID(2): "order_in_no_export",
        ID(3): "order_before_the_exports",
        ID(4): "adjustment_without_order",
        ID(5): "adjustment_of_unknown_order",
    }
    assert found[ID(4)]["settlement_amount"] == money("-7.00")
    assert found[ID(5)]["order_id"] == ID(77)


def test_money_of_another_currency_is_no_payout_of_the_order(models: Models) -> None:
    assert tie_out(models, [order(1)], [paid(1, **SALE, currency="EUR")])[ID(1)]["statements"] == 0
    (row,) = read(models, "settlement_unmatched")
    assert (row["reason"], row["currency"]) == ("other_currency", "EUR")


def test_overlapping_files_count_a_row_once(models: Models) -> None:
    sale = paid(1, **SALE)
    # Another file names the related order and writes sales as their parts.
    again = {
        **sale,
        "source_id": "april again",
        "row_number": 7,
        "transaction_type": "order ",
        "related_order_id": ID(1),
        "sales_amount": None,
        "gross_sales_amount": Decimal(25),
    }
    assert state(models, [order(1)], [sale, again]) == "tied"
    # A row that a file has twice was paid twice.
    twice = {**sale, "row_number": 8}
    row = tie_out(models, [order(1)], [sale, twice, again])[ID(1)]
    assert (row["state"], row["stated_payout"]) == ("differs", money("47.00"))
    # So was one that another statement day has, too.
    later = {**again, **stamp("settled", day(20))}
    row = tie_out(models, [order(1)], [sale, later])[ID(1)]
    assert (row["statements"], row["unexplained_amount"]) == (2, money("23.50"))


def test_an_order_of_several_skus_counts_once_over_both_layouts(models: Models) -> None:
    # The older layout has a row an order, the newer one a row an order and SKU.
    orders = [order(1, "10.00"), order(1, "20.00", row_number=9, sku_id="b", seller_sku="B")]
    orders = [{**line, "order_amount": Decimal("30.00")} for line in orders]
    whole = paid(1, sales="30.00", referral_fee="-1.80")
    first = paid(1, sales="10.00", referral_fee="-0.60", sku_id="a")
    second = paid(1, sales="20.00", referral_fee="-1.20", sku_id="b")
    by_sku = [
        {**row, "source_id": "may", "row_number": number}
        for number, row in enumerate((first, second))
    ]
    again = [{**row, "source_id": "may again"} for row in by_sku]
    alone = paid(2, **SALE)
    for statements in ([whole], by_sku, [whole, *by_sku], [*again, whole, *by_sku, alone]):
        row = tie_out(models, orders, statements)[ID(1)]
        assert (row["state"], row["statements"]) == ("tied", 1)
        assert (row["stated_sales"], row["stated_payout"]) == (money("30.00"), money("28.20"))
    # An order that only the older file has still counts, and so does another day or kind of it.
    (unmatched,) = read(models, "settlement_unmatched")
    assert (unmatched["reference_id"], unmatched["statement_rows"]) == (ID(2), 1)
    refunded = {**whole, "row_number": 8, "transaction_type": "Refund"}
    for other in (paid(1, 14, **SALE), refunded):
        row = tie_out(models, orders, [whole, *by_sku, other])[ID(1)]
        assert row["stated_payout"] == Decimal("28.20") + Decimal(str(other["settlement_amount"]))
    # Two SKUs that were paid alike are two rows, whichever files they stand in.
    twins = [{**row, "sales_amount": Decimal(15)} for row in by_sku]
    twins = [{**row, "referral_fee_amount": Decimal("-0.90")} for row in twins]
    twins = [
        {**row, "revenue_amount": Decimal(15), "fee_total_amount": Decimal("-0.90")}
        for row in twins
    ]
    twins = [{**row, "settlement_amount": Decimal("14.10")} for row in twins]
    twins[1]["source_id"] = "june"
    assert tie_out(models, orders, twins)[ID(1)]["stated_payout"] == money("28.20")


@pytest.mark.parametrize(("shop_day", "expected"), [(15, "differs"), (16, "refund_pending")])
def test_a_refund_is_as_young_as_the_shops_day_says(
    models: Models, shop_day: int, expected: str
) -> None:
    # Half past five in the morning of the 16th in UTC is still the 15th in Los Angeles.
    at = datetime(2026, 4, 16, 5 if shop_day == 15 else 7, 30)
    moment = {"refunded_at": at, "refunded_on": on(shop_day), "requested_at": at}
    assert state(models, [order(1)], [paid(1, **SALE)], [refund(1, 16, **moment)]) == expected
    # So is a commission that was settled lower than it was charged.
    charged = paid(1, **SALE, affiliate_commission="-5.00")
    settled = {"commission_paid_at": at, "commission_paid_on": on(shop_day)}
    lower = commission(1, "5.00", 16, actual_commission_amount=Decimal("4.00"), **settled)
    assert state(models, [order(1)], [charged], [], [lower]) == expected


def test_the_oldest_order_is_one_of_the_shops_first_day(models: Models) -> None:
    # 180 days up to 30 April begin on 2 November; the evening of the 1st is the 2nd in UTC.
    first = datetime(2025, 11, 2, 5)
    orders = [
        order(1, created_at=first, created_on=date(2025, 11, 1)),
        order(2, created_at=first + timedelta(hours=4), created_on=date(2025, 11, 2)),
    ]
    found = tie_out(models, orders, [paid(1, **SALE), paid(2, **SALE)])
    assert list(found) == [ID(2)]


def test_a_total_of_shipping_is_not_what_the_buyer_paid(models: Models) -> None:
    # The buyer paid 4.99 and the label took 6.00: the file tells the sum of both and no more.
    orders = [order(n, shipping_fee_after_discount=Decimal("4.99")) for n in (1, 2)]
    sale = {"sales": "25.00", "referral_fee": "-1.80", "shipping": "-1.01"}
    unsaid = {"customer_shipping_amount": None}
    total = paid(1, **sale, **unsaid)
    row = tie_out(models, orders, [total, paid(2, **sale, **unsaid)])[ID(1)]
    assert (row["state"], row["arithmetic_residual"], row["unexplained_amount"]) == ("tied", 0, 0)
    assert (row["expected_shipping"], row["stated_shipping"]) == (None, None)
    assert row["stated_other"] == money("-1.01")
    assert row["expected_payout"] == row["stated_payout"] == money("22.19")
    parts = {r["component"]: r for r in read(models, "settlement_components")}
    assert (parts["shipping"]["judged_orders"], parts["shipping"]["difference"]) == (0, None)
    assert parts["other"]["stated_amount"] == money("-2.02")
    # Where the file has the column, a cell without it is nothing paid, and that differs.
    said = {"customer_shipping_amount": Decimal("4.99")}
    found = tie_out(models, orders, [total, paid(2, **sale, **said)])
    assert (found[ID(1)]["state"], found[ID(1)]["stated_shipping"]) == ("differs", 0)
    assert (found[ID(2)]["state"], found[ID(2)]["stated_other"]) == ("tied", money("-6.00"))
    # What is due for an order in no statement still has its shipping.
    assert tie_out(models, orders, [paid(2, **sale, **unsaid)])[ID(1)][
        "expected_shipping"
    ] == money("4.99")


def test_a_cancelled_order_is_due_nothing(models: Models) -> None:
    cancelled = order(1, delivered=None, **stamp("cancelled", day(3)))
    found = tie_out(models, [cancelled, order(2)], [paid(2, **SALE)])
    assert ID(1) not in found
    row = tie_out(models, [cancelled, order(2)], [paid(1, **SALE), paid(2, **SALE)])[ID(1)]
    assert (row["state"], row["unexplained_amount"]) == ("differs", money("23.50"))


def test_a_shop_of_another_market_has_no_published_rate(models: Models) -> None:
    vietnamese = {"shop_id": "vn", "currency": "VND"}
    row = tie_out(
        models,
        [order(1, **vietnamese)],
        [paid(1, sales="25.00", referral_fee="-0.90", **vietnamese)],
    )[ID(1)]
    assert (row["state"], row["expected_referral_fee"]) == ("tied", None)


def test_a_shop_without_statements_has_empty_marts(models: Models) -> None:
    assert tie_out(models, [order(1)], [], [refund(1, 20)], [commission(1, "1.00")]) == {}
    for mart in MODELS[-4:]:
        assert read(models, mart) == []
    models.run("feed_freshness", "not_judged")
    (row,) = models.connection.execute(
        "select reason, mend_feed from marts.not_judged "
        "where shop_id = 'us' and subject = 'payouts'"
    ).fetchall()
    assert row[1] == "seller_center/settlements"
    assert "no settlement statement" in row[0]


ROWS = [
    *(paid(number, 13, **SALE) for number in range(1, 7)),
    *(
        paid(number, 22, refund="-25.00", referral_fee="1.50", refund_admin_fee="-0.30")
        for number in (1, 2)
    ),
    paid(3, 22, adjustment="4.00", transaction_type="Platform reimbursement"),
]


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(st.sets(st.integers(0, len(ROWS) - 1), min_size=1), min_size=1, max_size=4).map(
        lambda files: [*files, set(range(len(ROWS))) - set().union(*files)]
    ),
    seed=st.randoms(use_true_random=False),
)
def test_how_rows_are_spread_over_files_does_not_matter(
    models: Models, files: list[set[int]], seed: object
) -> None:
    orders = [order(number) for number in range(1, 7)]
    returns = [refund(number, 20) for number in (1, 2)]
    spread = [
        {**ROWS[index], "source_id": f"file {number}", "row_number": index}
        for number, file in enumerate(files)
        for index in file
    ]
    seed.shuffle(spread)  # type: ignore[attr-defined]
    whole = tie_out(models, orders, ROWS, returns)
    assert {row["state"] for row in whole.values()} == {"tied"}
    assert tie_out(models, orders, spread, returns) == whole
