"""Orders: their newest version, what they are, and how each stood at the end of a day."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .clock import (
    Clocks,
    business_days_after,
    clocks_for,
    dispatch_due_on,
    last_moment_of,
    local_date,
)
from .read import (
    Exports,
    RawFile,
    Row,
    is_damaged_id,
    moment,
    month_comes_first,
    number,
    zip3_of,
)

STAMPS = ("created", "paid", "rts", "shipped", "delivered", "cancelled")
STATUS_ORDER = (
    "unpaid", "onhold", "toship", "awaitingshipment", "partiallyshipping", "awaitingcollection",
    "shipped", "intransit", "delivered", "completed", "cancelled",
)  # fmt: skip
USED_COLUMNS = (
    "order id", "normal or pre-order", "sku id", "seller sku", "quantity",
    "sku subtotal before discount", "sku subtotal after discount", "cancel by", "cancel reason",
    "fulfillment type", "warehouse name", "tracking id", "delivery option type", "delivery option",
    "shipping provider name", "country", "state", "province", "zipcode", "payment method",
    "package id", "creator handle",
)  # fmt: skip


class Parcel(NamedTuple):
    """The number (empty where missing) and the carrier's name of a package."""

    tracking_number: str
    carrier: str


@dataclass(frozen=True)
class Line:
    """One row of an order: a SKU in a package."""

    sku_id: str
    seller_sku: str
    quantity: int
    before_discount: Decimal
    after_discount: Decimal
    platform_discount: Decimal
    package_key: str
    tracking_number: str
    carrier: str
    creator_handle: str


@dataclass(frozen=True)
class Order:
    """The newest version of an order as it is held, later stamps not yet blanked. UTC stamps."""

    order_id: str
    created: datetime
    paid: datetime | None
    rts: datetime | None
    shipped: datetime | None
    delivered: datetime | None
    cancelled: datetime | None
    cancel_by: str
    cancel_reason: str
    is_fbt: bool
    is_pre_order: bool
    is_cash_on_delivery: bool
    is_sample: bool
    is_replacement: bool
    is_express: bool
    is_platform_label: bool
    state: str
    zip3: str | None
    warehouse_name: str
    shipping_fee: Decimal
    lines: tuple[Line, ...]
    clocks: Clocks
    dispatch_due: datetime | None
    deliver_by: datetime | None
    hash_decided: bool

    @property
    def packages(self) -> dict[str, Parcel]:
        """The parcel of each package of the order, by package key."""
        parcels: dict[str, Parcel] = {}
        for line in self.lines:
            parcel = Parcel(line.tracking_number, line.carrier)
            parcels[line.package_key] = max(parcels.get(line.package_key, parcel), parcel)
        return parcels


def content_hash(rows: list[Row]) -> str:
    """A hash of rows that does not depend on their order."""
    texts = sorted(json.dumps(row, sort_keys=True) for row in rows)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _status_word(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.casefold()).replace("canceled", "cancelled")


def _status_rank(row: Row) -> int:
    words = (
        _status_word(row.get("order status", "")),
        _status_word(row.get("order substatus", "")),
    )
    return max((STATUS_ORDER.index(word) for word in words if word in STATUS_ORDER), default=-1)


@dataclass(frozen=True)
class _Held:
    """One row of a file with its order-level stamps."""

    file: int
    row: Row
    stamps: tuple[datetime | None, ...]


def _used(held: list[_Held]) -> str:
    """What the oracle reads of rows: two of the same differ in nothing that it computes."""
    return content_hash([{name: one.row.get(name, "") for name in USED_COLUMNS} for one in held])


def _newest_version(held: list[_Held]) -> tuple[list[_Held], bool]:
    """The newest version's rows, and whether only a hash decided which they are."""
    versions: dict[tuple[object, ...], list[_Held]] = defaultdict(list)
    for one in held:
        words = (one.row.get("order status", ""), one.row.get("order substatus", ""))
        versions[one.stamps, *map(_status_word, words)].append(one)

    def age(version: list[_Held]) -> tuple[int, datetime, int]:
        filled = [stamp for stamp in version[0].stamps if stamp is not None]
        return len(filled), max(filled), max(_status_rank(one.row) for one in version)

    newest_age = max(map(age, versions.values()))
    newest = [version for version in versions.values() if age(version) == newest_age]
    decided_by_hash = len({_used(version) for version in newest}) > 1
    chosen = max(newest, key=lambda version: content_hash([one.row for one in version]))
    rows: list[_Held] = []
    for sku in sorted({one.row["sku id"] for one in chosen}):
        by_file: dict[int, list[_Held]] = defaultdict(list)
        seen: set[tuple[int, str]] = set()
        for one in chosen:
            # Exports are pasted together: a row that stands twice in one file is one row.
            if one.row["sku id"] == sku and (one.file, _used([one])) not in seen:
                seen.add((one.file, _used([one])))
                by_file[one.file].append(one)
        most = max(map(len, by_file.values()))
        rivals = {content_hash([o.row for o in f]): f for f in by_file.values() if len(f) == most}
        decided_by_hash = decided_by_hash or len(set(map(_used, rivals.values()))) > 1
        rows.extend(rivals[max(rivals)])
    return rows, decided_by_hash


def _held_rows(files: list[RawFile], exports: Exports) -> dict[str, list[_Held]]:
    held: dict[str, list[_Held]] = defaultdict(list)
    for index, raw in enumerate(files):
        texts = [row.get(f"{stamp} time", "") for row in raw.rows for stamp in STAMPS]
        month_first = month_comes_first(texts, otherwise=exports.market == "US")
        for row in raw.rows:
            stamps = tuple(
                moment(row.get(f"{stamp} time", ""), exports.zone, month_first=month_first)
                for stamp in STAMPS
            )
            if row["order id"] and not is_damaged_id(row["order id"]) and stamps[0] is not None:
                held[row["order id"]].append(_Held(index, row, stamps))
    return held


def _line(order_id: str, row: Row) -> Line:
    return Line(
        sku_id=row["sku id"],
        seller_sku=row.get("seller sku", ""),
        quantity=int(number(row.get("quantity", ""))),
        before_discount=number(row.get("sku subtotal before discount", "")),
        after_discount=number(row.get("sku subtotal after discount", "")),
        platform_discount=number(row.get("sku platform discount", "")),
        package_key=row.get("package id") or f"order:{order_id}",
        tracking_number=re.sub(r"\s", "", row.get("tracking id", "")).upper(),
        carrier=row.get("shipping provider name", ""),
        creator_handle=row.get("creator handle", "").removeprefix("@").strip(),
    )


def _order(order_id: str, held: list[_Held], exports: Exports, *, hash_decided: bool) -> Order:
    row = held[0].row
    created, paid, rts, shipped, delivered, cancelled = held[0].stamps
    lines = tuple(_line(order_id, one.row) for one in held)
    assert created is not None
    created_on = local_date(created, exports.zone)
    clocks = clocks_for(created_on, exports.market)
    is_pre_order = row.get("normal or pre-order", "").casefold().startswith("pre")

    def end_of_day(day: date) -> datetime | None:
        return None if is_pre_order else last_moment_of(day, exports.zone)

    payment = row.get("payment method", "").casefold()
    return Order(
        order_id=order_id,
        created=created,
        paid=paid,
        rts=rts,
        shipped=shipped,
        delivered=delivered,
        cancelled=cancelled,
        cancel_by=row.get("cancel by", ""),
        cancel_reason=row.get("cancel reason", ""),
        is_fbt=bool(re.search(r"by tiktok|^fbt$", row.get("fulfillment type", "").casefold())),
        is_pre_order=is_pre_order,
        is_cash_on_delivery=payment == "cod" or "cash on delivery" in payment,
        is_sample=all(line.after_discount == 0 < line.before_discount for line in lines),
        is_replacement=False,
        is_express="express" in row.get("delivery option", "").casefold(),
        is_platform_label="by tiktok" in row.get("delivery option type", "").casefold(),
        state=row.get("state") or row.get("province", ""),
        zip3=zip3_of(row.get("zipcode", ""), row.get("country", "") or "US"),
        warehouse_name=row.get("warehouse name", ""),
        shipping_fee=number(row.get("shipping fee after discount", "")),
        lines=lines,
        clocks=clocks,
        dispatch_due=end_of_day(dispatch_due_on(created, exports.zone, exports.market)),
        deliver_by=end_of_day(business_days_after(created_on, clocks.deliver_bd, exports.market)),
        hash_decided=hash_decided,
    )


def read_orders(exports: Exports) -> list[Order]:
    """The newest version of every order, oldest first."""
    orders = []
    for order_id, held in _held_rows(exports.orders, exports).items():
        rows, hash_decided = _newest_version(held)
        orders.append(_order(order_id, rows, exports, hash_decided=hash_decided))
    return sorted(orders, key=lambda order: (order.created, order.order_id))
