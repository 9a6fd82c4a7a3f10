"""Orders, returns, commissions and statement rows of the lake, for the tests of the tie-out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.warehouse.conftest import Models

Row = dict[str, object]

MODELS = (
    "int_order_sources",
    "int_creators_by_line",
    "int_order_lines",
    "int_orders",
    "int_order_items",
    "int_variations",
    "int_campaigns",
    "int_order_warehouses",
    "int_return_lines",
    "int_returns_received",
    "int_returns",
    "int_settlement_conventions",
    "int_settlement_rows",
    "int_settlement_sales",
    "int_settlement_refunds",
    "settlement_orders",
    "settlement_components",
    "settlement_residuals",
    "settlement_fee_checks",
    "settlement_unmatched",
)
_FEEDS = ("orders", "returns", "affiliate_orders", "settlements")


def stamp(name: str, at: datetime | None) -> Row:
    """A time stamp and its date, for shops whose dates are those of UTC as far as a test goes."""
    return {f"{name}_at": at, f"{name}_on": at.date() if at else None}


def day(number: int) -> datetime:
    """Eight in the evening UTC, noon in Los Angeles, of a day of April 2026."""
    return datetime(2026, 4, 1, 20) + timedelta(days=number - 1)


def order(number: int, after: str = "25.00", /, **changes: object) -> Row:
    """A line of an order of one SKU: paid on 1 April, delivered on a day (`delivered`) of April."""
    delivered = changes.pop("delivered", 5)
    assert delivered is None or isinstance(delivered, int)
    price = Decimal(after)
    shipping = Decimal(str(changes.get("shipping_fee_after_discount", "0")))
    return {
        "shop_id": "us",
        "source_id": "orders",
        "row_number": number + 1,
        "order_id": f"5764{number:014d}",
        "sku_id": f"1729{number:014d}",
        "seller_sku": f"SKU-{number}",
        "order_status": "completed",
        "quantity": 1,
        "subtotal_before_discount": price,
        "platform_discount": Decimal(0),
        "subtotal_after_discount": price,
        "shipping_fee_after_discount": shipping,
        "order_amount": price + shipping,
        "currency": "USD",
        **stamp("created", day(1)),
        **stamp("paid", day(1)),
        **stamp("rts", day(2)),
        **stamp("shipped", day(2)),
        **stamp("delivered", day(delivered) if delivered else None),
        **changes,
    }


def paid(number: int, settled: int = 13, /, **amounts: object) -> Row:
    """A row of a statement; the payout is the sum of the amounts unless it is given.

    Amounts: `sales`, `refund`, `referral_fee`, `refund_admin_fee`, `affiliate_commission`,
    `shipping`, `adjustment`, `transaction_fee`, `settlement`; other keys name columns.
    """
    words = ("sales", "refund", "adjustment", "settlement")
    fees = ("referral_fee", "refund_admin_fee", "affiliate_commission", "transaction_fee")
    given = {key: Decimal(str(amounts.pop(key))) for key in (*words, *fees) if key in amounts}
    shipping = Decimal(str(amounts.pop("shipping", "0")))
    revenue = given.get("sales", Decimal(0)) + given.get("refund", Decimal(0))
    charged = sum((given.get(fee, Decimal(0)) for fee in fees), Decimal(0))
    total = revenue + charged + shipping + given.get("adjustment", Decimal(0))
    return {
        "shop_id": "us",
        "source_id": "april",
        "row_number": number * 100 + settled,
        "reference_id": f"5764{number:014d}",
        "transaction_type": "Order",
        "currency": "USD",
        **stamp("settled", day(settled)),
        "settlement_amount": total,
        "revenue_amount": revenue,
        "fee_total_amount": charged,
        "shipping_total_amount": shipping,
        "customer_shipping_amount": shipping,
        **{f"{key}_amount": value for key, value in given.items()},
        **amounts,
    }


def refund(number: int, refunded: int, amount: str = "25.00", /, **changes: object) -> Row:
    """A completed return of the order's SKU."""
    return {
        "shop_id": "us",
        "source_id": "returns",
        "row_number": number + 1,
        "return_order_id": f"4035{number:014d}",
        "order_id": f"5764{number:014d}",
        "sku_id": f"1729{number:014d}",
        "seller_sku": f"SKU-{number}",
        "return_type": "Return and refund",
        "return_status": "completed",
        "return_quantity": 1,
        "refund_amount": Decimal(amount),
        "currency": "USD",
        **stamp("requested", day(refunded) - timedelta(hours=5)),
        **stamp("refunded", day(refunded)),
        **changes,
    }


def commission(number: int, amount: str, settled: int | None = None, /, **changes: object) -> Row:
    """A line that a creator sold; its commission is settled on a day of April, or not yet."""
    return {
        "shop_id": "us",
        "source_id": "affiliates",
        "row_number": number + 1,
        "order_id": f"5764{number:014d}",
        "sku_id": f"1729{number:014d}",
        "creator_handle": "anna",
        "est_commission_amount": Decimal(amount),
        "actual_commission_amount": Decimal(amount) if settled else None,
        **stamp("created", day(1)),
        **stamp("commission_paid", day(settled) if settled else None),
        **changes,
    }


def tie_out(
    models: Models,
    orders: Iterable[Row],
    statements: Iterable[Row],
    returns: Iterable[Row] = (),
    commissions: Iterable[Row] = (),
) -> dict[str, Row]:
    """`settlement_orders` of these rows by order id, as of the end of 30 April 2026."""
    for feed, rows in zip(_FEEDS, (orders, returns, commissions, statements), strict=True):
        models.fill(f"lake.seller_center__{feed}", list(rows))
    models.run(*MODELS)
    return {str(row["order_id"]): row for row in read(models, "settlement_orders")}


def read(models: Models, mart: str) -> list[Row]:
    """The rows of a mart, each as a dictionary, in the order of all of their columns."""
    result = models.connection.execute(f"select * from marts.{mart} order by all")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def on(number: int) -> date:
    """A day of April 2026."""
    return date(2026, 4, number)
