"""What returns cost beside the refund, from the exports, at the default costs.

The prices are those of the worked example of a 300,000 dollar shop: 5 of carriage a parcel, 3 of
inspection a unit, half of the price lost on every tenth unit without a grade.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .clock import RETURN_WINDOWS, local_date, window_start
from .read import Exports, Row, moment, number
from .returns import Return, SoldLine, read_affiliates, units_of_each
from .settlement import ADMIN_CAP, ADMIN_SHARE, REFERRAL_RATE, cents
from .standing import AsOf

ALL, REFUND = "(all)", "refund"
PARCEL, INSPECTION, DISPOSAL, REFURBISHING = (Decimal(n) for n in (5, 3, 1, 4))
IMPAIRED, LOST_OF_IMPAIRED = Decimal("0.10"), Decimal("0.50")
RECOVERED = {
    "restock": Decimal(1), "refurbish": Decimal("0.85"), "liquidate": Decimal("0.30"),
    "dispose": Decimal(0),
}  # fmt: skip
"""What of its price each disposition of the simulator brings."""


@dataclass(frozen=True)
class CostRow:
    """A row of ``marts.return_costs``."""

    window_name: str
    component: str
    returns: int
    amount: Decimal


@dataclass(frozen=True)
class LineMoney:
    """What a line was sold for and paid with, its commission, and what was settled of that."""

    sale: Decimal
    paid: Decimal
    commission: Decimal
    settled: Decimal | None


class ReturnCosts:
    """The cost of every refunded return of one shop as of one day."""

    def __init__(
        self,
        exports: Exports,
        standings: list[AsOf],
        returns: list[Return],
        as_of_on: date,
        end: datetime,
    ) -> None:
        self.exports = exports
        self.zone = exports.zone
        self.as_of_on = as_of_on
        self.end = end
        self.orders = {standing.order.order_id: standing for standing in standings}
        self.affiliates = read_affiliates(exports)
        sold = {
            (order_id, line.sku_id): self._sold(standing, line.sku_id)
            for order_id, standing in self.orders.items()
            for line in standing.order.lines
        }
        self.sold = sold
        self.units = units_of_each(returns, sold)
        self.returns = [one for one in returns if self.orders[one.order_id].in_rates]
        self.goods: dict[str, list[Row]] = defaultdict(list)
        arrived: list[date] = []
        for row in exports.plain["goods"]:
            at = self._at(row["received_at"])
            if at is not None and at < end:
                self.goods[row["rma_id"]].append(row)
                arrived.append(local_date(at, self.zone))
        self.arrived = (min(arrived, default=None), max(arrived, default=None))

    def rows(self) -> list[CostRow]:
        """Every component of both windows."""
        shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for one in self.returns:
            shares[one.order_id, one.sku_id] += self._commission(one)
        found = []
        for window in RETURN_WINDOWS:
            since = window_start(self.as_of_on, window)
            mine = [
                one for one in self.returns
                if since <= local_date(one.at, self.zone) <= self.as_of_on
            ]  # fmt: skip
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for one in mine:
                for name, amount in self._costs(one, shares[one.order_id, one.sku_id]).items():
                    sums[name] += amount
            sums[ALL] = sum(sums.values(), Decimal(0))
            sums[REFUND] = sum((one.refund_amount for one in mine), Decimal(0))
            found += [CostRow(window, name, len(mine), amount) for name, amount in sums.items()]
        return found

    def _at(self, text: str) -> datetime | None:
        return moment(text, self.zone, month_first=False)

    def _sold(self, standing: AsOf, sku_id: str) -> SoldLine:
        order = standing.order
        units = sum(line.quantity for line in order.lines if line.sku_id == sku_id)
        created_on = local_date(order.created, self.zone)
        return SoldLine(order.order_id, sku_id, "", units, created_on, True, False)

    def _line(self, one: Return) -> LineMoney:
        lines = [x for x in self.orders[one.order_id].order.lines if x.sku_id == one.sku_id]
        row = self.affiliates.get((one.order_id, one.sku_id), {})
        paid_on = self._at(row.get("time commission paid", ""))
        is_settled = paid_on is not None and paid_on < self.end
        paid = sum((x.after_discount for x in lines), Decimal(0))
        return LineMoney(
            sale=paid + sum((x.platform_discount for x in lines), Decimal(0)),
            paid=paid,
            commission=number(row.get("est. standard commission payment", "")),
            settled=number(row["actual commission payment"]) if is_settled else None,
        )

    def _sale_returned(self, one: Return) -> Decimal:
        line, units = self._line(one), self.units[one]
        of_all = Decimal(units) / self.sold[one.order_id, one.sku_id].units
        if units == 0 or line.paid <= 0:
            return cents(line.sale * of_all)
        return cents(line.sale * of_all * min(Decimal(1), one.refund_amount / (line.paid * of_all)))

    def _commission(self, one: Return) -> Decimal:
        line = self._line(one)
        return (
            cents(line.commission * self._sale_returned(one) / line.sale)
            if line.sale
            else line.sale
        )

    def _units_back(self, one: Return) -> int:
        """Units that the warehouse received; all of them where it does not tell of the time."""
        if self.goods[one.return_id]:
            arrived = sum(int(row["quantity"]) for row in self.goods[one.return_id])
            return min(arrived, self.units[one])
        first, last = self.arrived
        assert one.requested is not None
        asked, done = local_date(one.requested, self.zone), local_date(one.at, self.zone)
        tells = first is not None and last is not None and asked >= first and done <= last
        return 0 if tells else self.units[one]

    def _costs(self, one: Return, line_share: Decimal) -> dict[str, Decimal]:
        line, units = self._line(one), self.units[one]
        price = line.sale / self.sold[one.order_id, one.sku_id].units
        nothing = Decimal(0)
        fee = cents(REFERRAL_RATE * line.sale)
        returned = self._sale_returned(one)
        fee_back = cents(fee * returned / line.sale) if line.sale else nothing
        order = self.orders[one.order_id].order
        shipped = order.shipped or order.delivered
        is_shipped = shipped is not None and one.at >= shipped
        admin = cents(min(ADMIN_SHARE * fee_back, ADMIN_CAP)) if is_shipped else nothing
        costs = {"refund_admin_fee": admin}
        commission = self._commission(one)
        kept = nothing
        if commission and line.settled is not None:
            given_back = (max(line.commission, line.settled) - line.settled) / line_share
            kept = commission * (1 - min(Decimal(1), given_back))
        costs["commission_lost"] = cents(kept)
        sent_back = units > 0 and not one.is_refund_only
        back = self._units_back(one) if sent_back else 0
        routed: dict[str, int] = defaultdict(int)
        for row in self.goods[one.return_id] if sent_back else []:
            graded = self._at(row["graded_at"])
            if graded is not None and graded < self.end:
                routed[row["disposition"]] += int(row["quantity"])
        left = units
        for route in RECOVERED:
            routed[route] = min(routed[route], left)
            left -= routed[route]
        markdown = (back - sum(routed.values())) * cents(IMPAIRED * LOST_OF_IMPAIRED * price)
        for route, count in routed.items():
            markdown += count * cents((1 - RECOVERED[route]) * price)
        return costs | {
            "return_shipping": PARCEL if sent_back else nothing,
            "inspection": back * INSPECTION,
            "markdown": cents(markdown + routed["refurbish"] * REFURBISHING),
            "disposal": routed["dispose"] * DISPOSAL,
        }
