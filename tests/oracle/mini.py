"""Hand-made shops of a few orders, written as real exports and read back."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from . import headers
from .clock import KPI_WINDOWS, end_of, window_start
from .kpis import METRIC_BASES, KpiRow, Window, count, kpi_row, standings_at
from .orders import Order, read_orders
from .read import Exports, read_shop
from .returns import ReturnRates, ReturnRow, read_returns
from .standing import AsOf, Feed
from .tracking import Package, PackageJudge, packages_as_of

UPS_NUMBER = "1Z5R89390357567127"
OTHER_UPS_NUMBER = "1Z410E7W0392751591"
FEDEX_NUMBER = "986578788855"
ORDER_STAMPS = ("created", "paid", "rts", "shipped", "delivered", "cancelled")
MONEY = ("Taxes", "Order Refund Amount", "Shipping Fee After Discount", "Original Shipping Fee")
Cells = dict[str, str]


def order_time(text: str) -> str:
    """``2026-03-02 22:30`` as the US order export writes it."""
    return datetime.fromisoformat(text).strftime("%m/%d/%Y %I:%M:%S %p") + "\t" if text else "\t"


def return_time(text: str) -> str:
    """``2026-03-02 22:30`` as the return and affiliate exports write it."""
    return datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M:%S") + "\t" if text else "\t"


def _write(path: Path, header: str, rows: list[Cells], description: Cells | None = None) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, header.split(","), restval="\t")
        writer.writeheader()
        if description is not None:
            writer.writerow(description)
        writer.writerows(rows)


@dataclass
class Mini:
    """A shop in the making; times are wall times in Los Angeles."""

    folder: Path
    order_files: dict[str, list[Cells]] = field(default_factory=dict)
    event_rows: list[Cells] = field(default_factory=list)
    return_rows: list[Cells] = field(default_factory=list)
    affiliate_rows: list[Cells] = field(default_factory=list)
    warehouse_rows: list[Cells] = field(default_factory=list)
    shop_rows: list[Cells] = field(default_factory=list)
    shipment_rows: list[Cells] = field(default_factory=list)

    def order(self, order_id: str, created: str, *, file: str = "0", **cells: str) -> None:
        """Adds a row of an order, paid at once unless ``paid`` says otherwise."""
        stamps = {"paid": created, **cells, "created": created}
        row = {
            "Order ID": f"{order_id}\t",
            "Order Status": stamps.pop("status", "To ship"),
            "Order Substatus": stamps.pop("substatus", ""),
            "Normal or Pre-order": stamps.pop("kind", "Normal"),
            "SKU ID": stamps.pop("sku_id", f"sku{order_id}") + "\t",
            "Seller SKU": stamps.pop("seller_sku", "MUG"),
            "Quantity": stamps.pop("quantity", "1"),
            "SKU Subtotal Before Discount": stamps.pop("before", "$20.00"),
            "SKU Subtotal After Discount": stamps.pop("after", "$18.00"),
            **{
                f"{stamp.title()} Time": order_time(stamps.pop(stamp, "")) for stamp in ORDER_STAMPS
            },
            "Cancel By": stamps.pop("by", ""),
            "Cancel Reason": stamps.pop("reason", ""),
            "Fulfillment Type": stamps.pop("fulfillment", "Fulfilled by seller"),
            "Tracking ID": stamps.pop("number", "") + "\t",
            "Delivery Option Type": stamps.pop("label", "Shipped by seller"),
            "Delivery Option": stamps.pop("option", "Standard shipping"),
            "Shipping Provider Name": stamps.pop("carrier", "UPS"),
            "Country": "United States",
            "State": stamps.pop("state", "California"),
            "Zipcode": stamps.pop("zipcode", "90001"),
            "Payment Method": stamps.pop("payment", "Credit card"),
            "Package ID": stamps.pop("package", "") + "\t",
            "Creator Handle": stamps.pop("creator", ""),
            **dict.fromkeys(MONEY, "0.00"),
            "Order Amount": "18.00",
            "Product Name": "A mug",
        }
        row["RTS Time"] = row.pop("Rts Time")
        assert not stamps, f"no such column: {stamps}"
        self.order_files.setdefault(file, []).append(row)

    def event(
        self, number: str, at: str, code: str, *, zipcode: str = "", carrier: str = "UPS"
    ) -> None:
        """Adds a carrier event."""
        self.event_rows.append(
            {
                "tracking_number": number,
                "carrier": carrier,
                "event_at": at,
                "event_code": code,
                "event_postal_code": zipcode,
                "event_country": "US",
            }
        )

    def returned(self, return_id: str, order_id: str, requested: str, **cells: str) -> None:
        """Adds a line of the return export."""
        self.return_rows.append(
            {
                "Return Order ID": return_id,
                "Order ID": order_id,
                "SKU ID": cells.get("sku_id", f"sku{order_id}"),
                "Seller SKU": cells.get("seller_sku", "MUG"),
                "Time Requested": return_time(requested),
                "Return unit price": cells.get("amount", "$18.00"),
                "Return Quantity": cells.get("quantity", "1"),
                "Return Type": "Return and refund",
                "Order Amount": "18.00",
                "Return Status": cells.get("status", "Completed"),
                "Refund Time": return_time(cells.get("refunded", "")),
            }
        )

    def affiliate(self, order_id: str, creator: str, created: str, sku_id: str = "") -> None:
        """Adds a line of the affiliate export."""
        self.affiliate_rows.append(
            {
                "Order ID": order_id,
                "SKU ID": sku_id or f"sku{order_id}",
                "Creator Username": creator,
                "Content Type": "Video",
                "Content ID": "1",
                "Quantity": "1",
                "Currency": "USD",
                "Order Status": "Settled",
                "Time Created": return_time(created),
            }
        )

    def shipment(self, order_id: str, number: str, **cells: str) -> None:
        """Adds a shipment of a warehouse."""
        count = f"shipment{len(self.shipment_rows)}"
        row = {"shipment_id": count, "order_id": order_id, "tracking_number": number}
        self.shipment_rows.append(row | cells)

    def feed_covers(self, since: str = "2025-01-01T00:00:00", carrier: str = "UPS") -> None:
        """Adds an event of another parcel, so that scans of this carrier are judged."""
        self.event("ELSEWHERE", since, "label_created", carrier=carrier)

    def exports(self) -> Exports:
        """Writes the files and reads them back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        description = {"Order ID": "Platform unique order ID.", "Order Status": "Current status."}
        for name, rows in self.order_files.items():
            _write(self.folder / f"All order-{name}.csv", headers.ORDERS, rows, description)
        others = {
            "tracking.csv": (headers.EVENTS, self.event_rows),
            "returns.csv": (headers.RETURNS, self.return_rows),
            "affiliate.csv": (headers.AFFILIATE, self.affiliate_rows),
            "warehouses.csv": (headers.WAREHOUSES, self.warehouse_rows),
            "shops.csv": (headers.SHOPS, self.shop_rows),
            "shipments.csv": (headers.SHIPMENTS, self.shipment_rows),
        }
        for name, (header, rows) in others.items():
            if rows:
                _write(self.folder / name, header, rows)
        return read_shop(self.folder)

    def at(self, as_of_on: str) -> MiniResult:
        """The shop as it stood at the end of a day."""
        return MiniResult(self.exports(), date.fromisoformat(as_of_on))


class MiniResult:
    """A mini shop's numbers as of one day."""

    def __init__(self, exports: Exports, as_of_on: date) -> None:
        self.exports = exports
        self.as_of_on = as_of_on
        self.zone = exports.zone
        self.end = end_of(as_of_on, exports.zone)
        self.feed = Feed(exports.events)
        self.orders: list[Order] = read_orders(exports)
        self.standings = standings_at(self.orders, self.feed, self.end)
        judge = PackageJudge(self.feed, exports)
        self.packages = packages_as_of(self.standings, judge, as_of_on, self.end)

    def order(self, order_id: str = "1") -> AsOf:
        """One order as it stood."""
        return next(one for one in self.standings if one.order.order_id == order_id)

    def package(self, package_key: str = "order:1") -> Package:
        """One package as it stood."""
        return next(one for one in self.packages if one.package_key == package_key)

    def wall(self, at: datetime | None) -> str | None:
        """A moment as wall time in the shop's zone, such as ``2026-03-02 22:30``."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M") if at else None

    def kpi(self, metric: str, basis: str = "platform", window: str = "rolling_30d") -> KpiRow:
        """One KPI row."""
        assert (metric, basis) in METRIC_BASES
        assert window in KPI_WINDOWS
        days = Window(window_start(self.as_of_on, window), self.as_of_on, self.zone)
        counted = count(metric, basis, days, self.standings, self.packages, self.end)
        return kpi_row(self.as_of_on, metric, basis, window, *counted, self.exports.market)

    def rate(
        self, metric: str, basis: str = "platform", window: str = "rolling_30d"
    ) -> tuple[int, int]:
        """Numerator and denominator of one KPI row."""
        row = self.kpi(metric, basis, window)
        return row.numerator, row.denominator

    def returns(self, by: str, key: str, basis: str, window: str = "rolling_30d") -> ReturnRow:
        """One row of a return-rate mart."""
        returns = read_returns(self.exports)
        rates = ReturnRates(self.exports, self.standings, returns, self.as_of_on, self.end)
        rows = rates.by_sku() if by == "sku" else rates.by_creator()
        wanted = (key, basis, window)
        return next(row for row in rows if (row.key, row.basis, row.window_name) == wanted)
