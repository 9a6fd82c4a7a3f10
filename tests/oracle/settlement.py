"""The tie-out from orders to payouts: what each order should have brought, and what statements say.

Written for the United States: the published rates are its.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .clock import local_date
from .read import Exports, Row, number
from .returns import Return, read_affiliates
from .standing import AsOf

CENT = Decimal("0.01")
REFERRAL_RATE, ADMIN_SHARE, ADMIN_CAP = Decimal("0.06"), Decimal("0.20"), Decimal(5)
SETTLEMENT_DAYS = 15
COMPONENTS = (
    "sales", "refund", "referral_fee", "refund_admin_fee", "affiliate_commission", "shipping",
)  # fmt: skip
OLD_COLUMNS = (
    "subtotal after seller discounts", "refund subtotal after seller discounts", "referral fee",
    "refund administration fee", "affiliate commission", "customer shipping fee",
)  # fmt: skip
Amounts = dict[str, Decimal]


@dataclass(frozen=True)
class OrderSettlement:
    """One row of ``marts.settlement_orders``; ``stated`` is empty where no statement has it.

    ``expected`` lacks the commission where a part of a line that a creator sold came back.
    """

    order_id: str
    expected: Amounts
    stated: Amounts
    payout: Decimal
    is_missing: bool


def cents(amount: Decimal) -> Decimal:
    """Whole cents, half a cent away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _day(row: Row, exports: Exports) -> date:
    """The shop's day on which a row was settled; a time is UTC, a date the shop's."""
    text = row.get("order settled time(utc)")
    if text:
        at = datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
        return local_date(at, exports.zone)
    return datetime.strptime(row["statement date"], "%Y/%m/%d").date()


def _stated(row: Row) -> Amounts:
    if "gross sales" not in row:
        return {
            name: number(row[column]) for name, column in zip(COMPONENTS, OLD_COLUMNS, strict=True)
        }
    return {
        "sales": number(row["gross sales"]) + number(row["seller discounts"]),
        "refund": number(row["gross sales refund"]) + number(row["seller discount refund"]),
        "referral_fee": number(row["referral fee"]),
        "refund_admin_fee": number(row["refund administration fee"]),
        "affiliate_commission": number(row["affiliate commission"]),
        "shipping": number(row["customer-paid shipping fee"]),
    }


def read_statements(exports: Exports, as_of_on: date) -> dict[str, list[Row]]:
    """The rows of each order up to a day; one that stands in two files is one row.

    Of an order that a day's statement has by SKU, its row for the whole order is no further money.
    """
    rows = {tuple(sorted(row.items())): row for row in exports.plain["statements"]}
    by_sku = {_entry(row, exports) for row in rows.values() if "sku id" in row}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows.values():
        if "sku id" not in row and _entry(row, exports) in by_sku:
            continue
        if _day(row, exports) <= as_of_on:
            found[row["order/adjustment id"]].append(row)
    return found


def _entry(row: Row, exports: Exports) -> tuple[str, str, date]:
    """Order, kind and day of a row: what both layouts say of it."""
    kind = row["type"] if "type" in row else row["transaction type"]
    return row["order/adjustment id"], kind, _day(row, exports)


class Settlement:
    """Every delivered order of a shop as of one day."""

    def __init__(
        self,
        exports: Exports,
        standings: list[AsOf],
        returns: list[Return],
        as_of_on: date,
        end: datetime,
    ) -> None:
        self.exports = exports
        self.as_of_on = as_of_on
        self.end = end
        self.standings = standings
        self.affiliates = read_affiliates(exports)
        self.statements = read_statements(exports, as_of_on)
        self.returns: dict[str, list[Return]] = defaultdict(list)
        for one in returns:
            self.returns[one.order_id].append(one)

    def rows(self) -> list[OrderSettlement]:
        """Orders that were delivered or that a statement names."""
        return [
            self._row(standing)
            for standing in self.standings
            if self._delivered(standing) or standing.order.order_id in self.statements
        ]

    def _delivered(self, standing: AsOf) -> datetime | None:
        """As the platform shows it, whatever carriers say: it settles by its own stamps."""
        at = standing.order.delivered
        return at if at is not None and at < self.end else None

    def _row(self, standing: AsOf) -> OrderSettlement:
        order_id = standing.order.order_id
        stated = self.statements.get(order_id, [])
        sums = {
            name: sum((_stated(row)[name] for row in stated), Decimal(0)) for name in COMPONENTS
        }
        missing = False
        delivered = self._delivered(standing)
        if not stated and delivered is not None:
            on = local_date(delivered, self.exports.zone)
            missing = on + timedelta(days=SETTLEMENT_DAYS) < self.as_of_on
        return OrderSettlement(
            order_id,
            self._expected(standing),
            sums if stated else {},
            sum((number(row["total settlement amount"]) for row in stated), Decimal(0)),
            missing,
        )

    def _expected(self, standing: AsOf) -> Amounts:
        order = standing.order
        sold: dict[str, Decimal] = defaultdict(Decimal)
        units: dict[str, int] = defaultdict(int)
        for line in order.lines:
            sold[line.sku_id] += line.after_discount + line.platform_discount
            units[line.sku_id] += line.quantity
        sales = sum(sold.values(), Decimal(0))
        fee = -cents(REFERRAL_RATE * (sales + order.shipping_fee))
        commission = -sum((self._commission(order.order_id, sku) for sku in sold), Decimal(0))
        admin = refund = Decimal(0)
        given_back, is_partial = set(), False
        for one in self.returns[order.order_id]:
            count = units[one.sku_id] if one.quantity is None else one.quantity
            share = Decimal(min(count, units[one.sku_id])) / units[one.sku_id]
            items = min(one.refund_amount, cents(sold[one.sku_id] * share))
            back = cents(REFERRAL_RATE * items)
            fee += back
            admin -= min(cents(ADMIN_SHARE * back), ADMIN_CAP)
            refund -= items
            if count < units[one.sku_id]:
                is_partial |= self._commission(order.order_id, one.sku_id) != 0
            elif one.sku_id not in given_back:
                given_back.add(one.sku_id)
                commission += self._commission(order.order_id, one.sku_id)
        expected = {
            "sales": sales,
            "refund": refund,
            "referral_fee": fee,
            "refund_admin_fee": admin,
            "shipping": order.shipping_fee,
        }
        return expected if is_partial else expected | {"affiliate_commission": commission}

    def _commission(self, order_id: str, sku_id: str) -> Decimal:
        row = self.affiliates.get((order_id, sku_id), {})
        return number(row.get("est. standard commission payment", ""))
