"""A made-up shop where everything that can go wrong goes wrong, for comparing two computations."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from .headers import SHOPS, WAREHOUSES
from .mini import FEDEX_NUMBER, OTHER_UPS_NUMBER, UPS_NUMBER, Mini

CARRIERS = ("UPS", "UPS Ground", "USPS", "FedEx", "UniUni", "Veho", "OnTrac", "Royal Mail", "")
SHOPS_OF = {
    "US": ("US", "America/Los_Angeles", "USD", "2025-01-01"),
    "GB": ("GB", "Europe/London", "GBP", "2024-01-01"),
    "VN": ("VN", "Asia/Ho_Chi_Minh", "VND", "2025-01-01"),
}
EDGES = ((0, 0, 0), (13, 59, 59), (14, 0, 0), (23, 59, 59))
CODES = (
    "label_created", "tendered", "accepted", "accepted", "in_transit", "in_transit",
    "out_for_delivery", "attempted", "exception", "delivered", "delivered", "returned_to_sender",
)  # fmt: skip
# Only pairs that the definitions decide; a mapping may know more reasons than they name.
REASONS = {
    "User": ("Out of stock", "Late shipment", "LATE SHIPMENT", "No longer needed"),
    "Seller": ("Out of stock", "OUT OF STOCK", "Pricing error", "Wrong listing", "Cannot ship"),
    "System": ("Not shipped in time", "not shipped in time", "It was a Tuesday"),
}
STATES = ("California", "NY", "texas", "Ontario", "")
ZIPCODES = ("90001", "10001", "75201", "2134", "")
SHORT_NUMBERS = (UPS_NUMBER, OTHER_UPS_NUMBER, FEDEX_NUMBER, "1Z5R89390357567128", "HELLO", "")
RETURN_STATUSES = ("Completed", "Completed", "Refunded", "In process", "Refund rejected")


def ups_number(serial: int) -> str:
    """A UPS number with its right check digit."""
    body = f"5R8939{serial:09d}"
    values = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in body]
    total = sum(value * (2 if index % 2 else 1) for index, value in enumerate(values))
    return f"1Z{body}{-total % 10}"


def text(at: datetime) -> str:
    """The wall time as the mini shop takes it."""
    return at.isoformat(sep=" ", timespec="seconds")


class Fuzz:
    """Fills a mini shop with orders at random."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        first: datetime,
        days: int,
        orders: int,
        market: str = "US",
    ) -> None:
        self.shop = Mini(folder)
        self.dice = Random(seed)
        self.first = first
        self.days = days
        shop = SHOPS_OF[market]
        self.shop.shop_rows.append(dict(zip(SHOPS.split(","), (folder.name, *shop), strict=True)))
        for warehouse_id, postal_code in (("la", "90001"), ("ny", "10001")):
            cells = (warehouse_id, warehouse_id.upper(), "own", postal_code, shop[1])
            self.shop.warehouse_rows.append(
                dict(
                    zip(
                        WAREHOUSES.split(","),
                        (*cells, "14:00", "100", "2024-01-01", ""),
                        strict=True,
                    )
                )
            )
        for serial in range(orders):
            self._order(f"57629{serial:013d}", serial)

    def _later(self, at: datetime, hours: float) -> datetime:
        """A moment after another; now and then at the very edge of a day."""
        later = at + timedelta(seconds=self.dice.randrange(1, int(hours * 3600)))
        if self.dice.random() < 0.1:
            later = later.replace(hour=23, minute=59, second=59)
        elif self.dice.random() < 0.1:
            later = later.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        elif self.dice.random() < 0.1:
            later = later.replace(hour=14, minute=0, second=0)
        return later

    def _order(self, order_id: str, serial: int) -> None:
        dice = self.dice
        created = self.first + timedelta(seconds=dice.randrange(self.days * 86400))
        if dice.random() < 0.15:
            hour, minute, second = dice.choice(EDGES)
            created = created.replace(hour=hour, minute=minute, second=second)
        cells = {"state": dice.choice(STATES), "zipcode": dice.choice(ZIPCODES), "paid": ""}
        paid: datetime | None = None
        if dice.random() < 0.9:
            paid = created if dice.random() < 0.8 else self._later(created, 60)
            cells["paid"] = text(paid)
        elif dice.random() < 0.5:
            cells["payment"] = "Cash on delivery"
            paid = created
        if dice.random() < 0.15:
            cells["fulfillment"] = "Fulfillment by TikTok Shop"
        if dice.random() < 0.1:
            cells["kind"] = "Pre-order"
        if dice.random() < 0.1:
            cells["option"] = "Express shipping"
        if dice.random() < 0.1:
            cells["label"] = "Shipping by TikTok"
        rts = shipped = None
        if paid is not None and dice.random() < 0.85:
            rts = shipped = self._later(paid, 90)
            cells["rts"] = text(rts)
        if paid is not None and dice.random() < 0.8:
            shipped = self._later(rts or paid, 30)
            cells["shipped"] = text(shipped)
            if dice.random() < 0.2:
                # Some hear of the number after the parcel has left, or never.
                cells["rts"] = text(self._later(shipped, 200)) if dice.random() < 0.7 else ""
            if dice.random() < 0.8:
                cells["delivered"] = text(self._later(shipped, 200))
        if dice.random() < 0.2:
            gap = dice.choice((600, 3599, 3600, 3601, 40_000, 200_000, 500_000))
            cells["cancelled"] = text(created + timedelta(seconds=gap))
            cells["by"] = dice.choice(list(REASONS))
            cells["reason"] = dice.choice(REASONS[cells["by"]])
        sku_ids = self._lines(order_id, serial, created, shipped, cells)
        if dice.random() < 0.25:
            self._return(order_id, created, sku_ids)
        if dice.random() < 0.3:
            sku_id = dice.choice(sku_ids)
            self.shop.affiliate(order_id, dice.choice(("@ann", "bea")), text(created), sku_id)

    def _lines(
        self,
        order_id: str,
        serial: int,
        created: datetime,
        shipped: datetime | None,
        cells: dict[str, str],
    ) -> list[str]:
        dice = self.dice
        is_free = dice.random() < 0.05
        rows: list[dict[str, str]] = []
        for index in range(dice.choice((1, 1, 1, 2, 3))):
            row = {
                **cells,
                "sku_id": f"1729{dice.randrange(4):015d}",
                "quantity": str(dice.randrange(1, 4)),
                "after": "$0.00" if is_free or dice.random() < 0.1 else "$18.00",
                "creator": dice.choice(("", "", "@cat")),
            }
            row["seller_sku"] = f"SKU-{row['sku_id'][-1]}"
            if shipped is not None:
                row["carrier"] = dice.choice(CARRIERS)
                row["number"] = ups_number(serial * 10 + index)
                if dice.random() < 0.2:
                    row["number"] = dice.choice(SHORT_NUMBERS)
                if dice.random() < 0.6:
                    # Neighbours share a package now and then; a package has one number.
                    key = serial // 2 if dice.random() < 0.1 else serial * 10 + index
                    row["package"] = f"11522{key:012d}"
                    row["number"] = ups_number(key)
                    row["carrier"] = "UPS"
                elif rows:
                    row |= {name: rows[0][name] for name in ("carrier", "number")}
                    row["package"] = rows[0].get("package", "")
                self._events(row["number"], created, shipped)
                if dice.random() < 0.3:
                    uploaded = self._later(created, 200).isoformat()
                    self.shop.shipment(order_id, row["number"], tracking_uploaded_at=uploaded)
            else:
                row["carrier"] = ""
            rows.append(row)
        files = ("0", "1") if dice.random() < 0.3 else ("0",)
        for row in rows:
            if "1" in files and "delivered" in row:
                self.shop.order(order_id, text(created), file="1", **(row | {"delivered": ""}))
            self.shop.order(order_id, text(created), file="0", **row)
        return [row["sku_id"] for row in rows]

    def _events(self, number: str, created: datetime, shipped: datetime) -> None:
        dice = self.dice
        if not number or dice.random() < 0.25:
            return
        at = shipped
        for code in CODES[: dice.randrange(1, len(CODES) + 1)]:
            if dice.random() < 0.5:
                at = self._later(at, 40)
                self.shop.event(number, at.isoformat(), code, zipcode=dice.choice(ZIPCODES))
        for days in (1, 89, 91):
            if dice.random() < 0.03:
                before = created - timedelta(days=days, seconds=dice.choice((-1, 0, 1)))
                self.shop.event(number, before.isoformat(), "accepted", carrier="FedEx")

    def _return(self, order_id: str, created: datetime, sku_ids: list[str]) -> None:
        dice = self.dice
        for index in range(dice.choice((1, 1, 2))):
            requested = self._later(created, 500)
            refunded = text(self._later(requested, 300)) if dice.random() < 0.7 else ""
            sku_id = dice.choice(sku_ids)
            self.shop.returned(
                f"40{order_id}{index}",
                order_id,
                text(requested),
                refunded=refunded,
                status=dice.choice(RETURN_STATUSES),
                quantity=str(dice.randrange(1, 4)),
                sku_id=sku_id,
                seller_sku=f"SKU-{sku_id[-1]}",
            )
