"""Return rates by SKU and by creator, from the return and affiliate exports."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from .clock import RETURN_WINDOW_DAYS, RETURN_WINDOWS, local_date, window_start
from .kpis import Window
from .orders import content_hash
from .read import Exports, RawFile, Row, is_damaged_id, moment, month_comes_first, number
from .standing import AsOf

Z_95 = 1.959963984540054
COUNTED_STATUSES = {"completed", "refunded"}
NO_CREATOR = "(none)"
RETURN_STAMPS = ("time requested", "refund time")
AFFILIATE_STAMPS = ("time created", "payment time", "order delivery time", "time commission paid")
STATUS_WORDS = (
    "to process", "processing", "in process", "ineligible", "settled", "refund rejected",
    "canceled", "cancelled", "refunded", "completed",
)  # fmt: skip


@dataclass(frozen=True)
class Return:
    """The newest version of one line of the return export; ``at`` is its date in UTC."""

    return_id: str
    order_id: str
    sku_id: str
    seller_sku: str
    quantity: int | None
    refund_amount: Decimal
    reason: str
    is_counted: bool
    is_refund_only: bool
    requested: datetime | None
    at: datetime


@dataclass(frozen=True)
class ReturnRow:
    """One row of a return-rate mart; ``key`` is the SKU or the creator."""

    as_of_on: date
    basis: str
    window_name: str
    key: str
    units_ordered: int
    units_returned: int
    value: float | None
    lower_bound: float | None
    upper_bound: float | None
    is_provisional: bool
    closed_units_ordered: int
    closed_units_returned: int
    closed_value: float | None
    refund_amount: Decimal


@dataclass(frozen=True)
class SoldLine:
    """A SKU of an order (its rows together) that counts as ordered, or might have."""

    order_id: str
    sku_id: str
    key: str
    units: int
    created_on: date
    is_ordered: bool
    is_out_of_scope: bool


def wilson(count: int, total: int) -> tuple[float, float]:
    """The 95 % Wilson bounds of a proportion."""
    share, z2 = count / total, Z_95**2
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    spread = share * (1 - share) / total + z2 / (4 * total**2)
    half = Z_95 / (1 + z2 / total) * math.sqrt(spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def _newest_rows(
    files: list[RawFile], exports: Exports, keys: Sequence[str], stamps: Sequence[str], status: str
) -> list[tuple[Row, tuple[datetime | None, ...]]]:
    """The newest row of each key: stamps filled, latest stamp, status, content hash."""
    held: dict[tuple[str, ...], list[tuple[Row, tuple[datetime | None, ...]]]] = defaultdict(list)
    for raw in files:
        texts = [row.get(stamp, "") for row in raw.rows for stamp in stamps]
        month_first = month_comes_first(texts, otherwise=False)
        for row in raw.rows:
            at = tuple(
                moment(row.get(stamp, ""), exports.zone, month_first=month_first)
                for stamp in stamps
            )
            if any(at) and not any(is_damaged_id(row.get(key, "")) for key in keys):
                held[tuple(row.get(key, "") for key in keys)].append((row, at))

    def age(one: tuple[Row, tuple[datetime | None, ...]]) -> tuple[int, datetime, int, str]:
        row, at = one
        filled = [stamp for stamp in at if stamp is not None]
        word = row.get(status, "").casefold()
        rank = STATUS_WORDS.index(word) if word in STATUS_WORDS else -1
        return len(filled), max(filled), rank, content_hash([row])

    return [max(rows, key=age) for rows in held.values()]


def read_returns(exports: Exports) -> list[Return]:
    """The newest version of every line of the return export."""
    returns = []
    keys = ("return order id", "order id", "sku id")
    newest = _newest_rows(exports.returns, exports, keys, RETURN_STAMPS, "return status")
    for row, (requested, refunded) in newest:
        at = refunded or requested
        assert at is not None
        quantity = row.get("return quantity", "")
        returns.append(
            Return(
                return_id=row["return order id"],
                order_id=row["order id"],
                sku_id=row["sku id"],
                seller_sku=row.get("seller sku", ""),
                quantity=int(number(quantity)) if quantity else None,
                refund_amount=number(row.get("return unit price", "")),
                reason=row.get("return reason", ""),
                is_counted=row["return status"].casefold() in COUNTED_STATUSES,
                is_refund_only=row.get("return type", "").casefold() == "refund only",
                requested=requested,
                at=at,
            )
        )
    return sorted(returns, key=lambda one: (one.at, one.return_id, one.sku_id))


def read_affiliates(exports: Exports) -> dict[tuple[str, str], Row]:
    """The newest row of the affiliate export of an order and SKU, where it names a creator."""
    keys = ("order id", "sku id")
    newest = _newest_rows(exports.affiliate, exports, keys, AFFILIATE_STAMPS, "order status")
    return {
        (row["order id"], row["sku id"]): row
        for row, _ in newest
        if row["creator username"].removeprefix("@").strip()
    }


def read_creators(exports: Exports) -> dict[tuple[str, str], str]:
    """The creator that the affiliate export names for an order and SKU."""
    return {
        key: row["creator username"].removeprefix("@").strip()
        for key, row in read_affiliates(exports).items()
    }


class ReturnRates:
    """The return rates of one shop as of one day, by any key of a line."""

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
        self.standings = standings
        self.creators = read_creators(exports)
        self.returns = [one for one in returns if one.is_counted and one.at < end]

    def by_sku(self) -> list[ReturnRow]:
        """One row a seller SKU, window and basis."""
        return self.by_key(lambda order_id, sku_id, sku, handle: sku)

    def by_creator(self) -> list[ReturnRow]:
        """One row a creator, window and basis."""

        def creator(order_id: str, sku_id: str, sku: str, handle: str) -> str:
            return self.creators.get((order_id, sku_id)) or handle or NO_CREATOR

        return self.by_key(creator)

    def _sold(self, key_of: Callable[[str, str, str, str], str]) -> dict[tuple[str, str], SoldLine]:
        sold = {}
        for standing in self.standings:
            order = standing.order
            for sku_id in {line.sku_id for line in order.lines}:
                lines = [line for line in order.lines if line.sku_id == sku_id]
                handle = max(line.creator_handle for line in lines)
                sold[order.order_id, sku_id] = SoldLine(
                    order_id=order.order_id,
                    sku_id=sku_id,
                    key=key_of(order.order_id, sku_id, lines[0].seller_sku, handle),
                    units=sum(line.quantity for line in lines),
                    created_on=local_date(order.created, self.zone),
                    is_ordered=standing.in_rates and standing.cancelled is None,
                    is_out_of_scope=not standing.in_rates,
                )
        return sold

    def by_key(
        self, key_of: Callable[[str, str, str, str], str], only: Callable[[Return], bool] = bool
    ) -> list[ReturnRow]:
        """One row a key of order, SKU number, SKU and the order's handle; of some returns only."""
        sold = self._sold(key_of)
        units = units_of_each(self.returns, sold)
        rows = []
        for window_name in RETURN_WINDOWS:
            window = Window(window_start(self.as_of_on, window_name), self.as_of_on, self.zone)
            ordered: dict[str, list[SoldLine]] = defaultdict(list)
            for line in sold.values():
                if line.is_ordered and window.start <= line.created_on <= window.end:
                    ordered[line.key].append(line)
            in_cohort = {(line.order_id, line.sku_id) for of in ordered.values() for line in of}
            for basis in ("order_cohort", "refund_date"):
                returned: dict[str, list[tuple[Return, SoldLine | None]]] = defaultdict(list)
                for one in filter(only, self.returns):
                    of_line = sold.get((one.order_id, one.sku_id))
                    if basis == "order_cohort":
                        if of_line is not None and (one.order_id, one.sku_id) in in_cohort:
                            returned[of_line.key].append((one, of_line))
                    elif window.holds(one.at) and not (of_line and of_line.is_out_of_scope):
                        key = key_of(one.order_id, one.sku_id, one.seller_sku, "")
                        returned[of_line.key if of_line else key].append((one, of_line))
                rows += [
                    self._row(basis, window_name, key, ordered[key], returned[key], units)
                    for key in sorted({*ordered, *returned})
                ]
        return rows

    def _is_closed(self, created_on: date) -> bool:
        return created_on + timedelta(days=RETURN_WINDOW_DAYS[self.exports.market]) <= self.as_of_on

    def _row(
        self,
        basis: str,
        window_name: str,
        key: str,
        ordered: list[SoldLine],
        returned: list[tuple[Return, SoldLine | None]],
        units_of: dict[Return, int],
    ) -> ReturnRow:
        closed = [line for line in ordered if self._is_closed(line.created_on)]
        units, closed_units = (
            sum(line.units for line in ordered),
            sum(line.units for line in closed),
        )
        back = sum(units_of[one] for one, _ in returned)
        closed_back = sum(
            units_of[one] for one, line in returned if line and self._is_closed(line.created_on)
        )
        value = back / units if units else None
        bounds = wilson(back, units) if value is not None and value <= 1 else (None, None)
        return ReturnRow(
            as_of_on=self.as_of_on,
            basis=basis,
            window_name=window_name,
            key=key,
            units_ordered=units,
            units_returned=back,
            value=value,
            lower_bound=bounds[0],
            upper_bound=bounds[1],
            is_provisional=len(closed) < len(ordered),
            closed_units_ordered=closed_units,
            closed_units_returned=closed_back,
            closed_value=closed_back / closed_units if closed_units else None,
            refund_amount=sum((one.refund_amount for one, _ in returned), Decimal(0)),
        )


def units_of_each(
    returns: list[Return], sold: dict[tuple[str, str], SoldLine]
) -> dict[Return, int]:
    """The units that each return counts, in the order of their dates.

    Together the returns of a line never count more than were ordered. A return without a quantity
    counts the whole line; of an unknown line, one unit.
    """
    units: dict[Return, int] = {}
    so_far: dict[tuple[str, str], int] = defaultdict(int)
    for one in returns:
        line = sold.get((one.order_id, one.sku_id))
        wanted = one.quantity if one.quantity is not None else (line.units if line else 1)
        if line is not None:
            wanted = min(wanted, line.units - so_far[one.order_id, one.sku_id])
        so_far[one.order_id, one.sku_id] += wanted
        units[one] = wanted
    return units
