"""Reads a shop's files row by row and works the rates out order by order, day by day.

Written for clarity and not for speed, with the standard library alone, against the written
definitions: it shares no code with what it checks.
"""

import csv
import gzip
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from tests.simulate.check_digits import fits
from tests.simulate.habits import HABITS

STAMPS = ("Created Time", "Paid Time", "RTS Time", "Shipped Time", "Delivered Time",
          "Cancelled Time")  # fmt: skip
POSSESSION = {"accepted", "in_transit", "out_for_delivery", "delivered", "attempted", "exception",
              "returned_to_sender"}  # fmt: skip

Count = Callable[[str, str, date | None, bool], None]


def tables(folder: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Each file (or archive member) of a folder, with stripped values."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".gz":
            content = gzip.decompress(path.read_bytes())
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                content = packed.read(packed.namelist()[0])
        elif path.suffix == ".csv":
            content = path.read_bytes()
        else:
            continue
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        yield path.name, [{k: v.strip() for k, v in row.items()} for row in reader]


@dataclass
class Event:
    at: datetime
    code: str
    carrier: str
    zip5: str


@dataclass
class Package:
    key: str
    number: str
    carrier: str
    orders: list["Order"] = field(default_factory=list)


@dataclass
class Order:
    order_id: str
    stamp: dict[str, datetime | None]
    row: dict[str, str]
    rows: list[dict[str, str]]
    sample: bool
    packages: list[Package]
    due: datetime | None
    deliver_by: datetime | None
    uploaded_rule: bool

    @property
    def created(self) -> datetime:
        at = self.stamp["Created Time"]
        assert at is not None
        return at

    @property
    def fbt(self) -> bool:
        return "TikTok" in self.row["Fulfillment Type"]


class Shop:
    """Everything that the files of one shop say."""

    def __init__(self, folder: Path, market: str = "US", zone: str | None = None) -> None:
        self.market = HABITS[market]
        self.zone = ZoneInfo(zone or self.market.zone)
        self.holidays = holidays.country_holidays(
            market, subdiv="ENG" if market == "GB" else None, years=range(2023, 2029)
        )
        self.events: dict[str, list[Event]] = defaultdict(list)
        self._read_events(folder / "carriers")
        self.packages: dict[str, Package] = {}
        self.orders: dict[str, Order] = {}
        self._read_orders(folder / "seller_center")

    # Time -----------------------------------------------------------------------------------
    def local(self, text: str, form: str) -> datetime:
        return datetime.strptime(text, form).replace(tzinfo=self.zone).astimezone(UTC)

    def on(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def end(self, day: date) -> datetime:
        after = day + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.zone).astimezone(UTC)

    def is_business(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def business_days_after(self, day: date, count: int) -> date:
        while not self.is_business(day):
            day -= timedelta(days=1)
        while count:
            day += timedelta(days=1)
            count -= self.is_business(day)
        return day

    def dispatch_due(self, created: datetime) -> datetime:
        day = self.on(created)
        if self.market.code == "VN":
            early = created.astimezone(self.zone).hour < 14 and self.is_business(day)
            return self.deadline(day, 0 if early else 1)
        four = self.market.code == "US" and date(2026, 1, 12) <= day < date(2026, 1, 26)
        return self.deadline(day, 4 if four else 2)

    def counts_uploads(self, day: date) -> bool:
        if self.market.code == "US":
            return day < date(2026, 1, 12)
        return self.market.code == "GB" and day >= date(2024, 11, 4)

    def deadline(self, day: date, count: int) -> datetime:
        return self.end(self.business_days_after(day, count)) - timedelta(milliseconds=1)

    # Files ----------------------------------------------------------------------------------
    def _read_events(self, folder: Path) -> None:
        seen = set()
        for _, rows in tables(folder):
            for row in rows:
                text = row["event_at"]
                if " " in text:
                    at = self.local(text, "%Y-%m-%d %H:%M:%S")
                else:
                    at = datetime.fromisoformat(text).astimezone(UTC)
                key = (row["tracking_number"], at, row["event_code"], row["event_postal_code"])
                if key in seen:
                    continue
                seen.add(key)
                self.events[row["tracking_number"]].append(
                    Event(
                        at,
                        row["event_code"],
                        self.market.carrier(row["carrier"]),
                        row["event_postal_code"],
                    )
                )

    def _read_orders(self, folder: Path) -> None:
        versions: dict[str, dict[tuple[str, ...], dict[str, list[list[dict[str, str]]]]]] = (
            defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        )
        for name, rows in tables(folder):
            if not name.startswith("All order"):
                continue
            in_file: dict[tuple[str, tuple[str, ...], str], list[dict[str, str]]] = defaultdict(
                list
            )
            for row in rows:
                if row["Order ID"].startswith("Platform"):
                    continue
                state = (*(row[s] for s in STAMPS), row["Order Substatus"])
                in_file[row["Order ID"], state, row["SKU ID"]].append(row)
            for (order_id, state, sku), group in in_file.items():
                versions[order_id][state][sku].append(group)
        for order_id, states in versions.items():
            newest = max(states, key=self._age)
            rows = [row for groups in states[newest].values() for row in max(groups, key=len)]
            self._add(order_id, rows)

    def _age(self, state: tuple[str, ...]) -> tuple[int, datetime, int]:
        stamps = [self.local(s, self.market.stamp) for s in state[:-1] if s]
        return len(stamps), max(stamps), self.market.substatuses.index(state[-1])

    def _add(self, order_id: str, rows: list[dict[str, str]]) -> None:
        first = rows[0]
        stamp = {s: self.local(first[s], self.market.stamp) if first[s] else None for s in STAMPS}
        created = stamp["Created Time"]
        assert created is not None
        day = self.on(created)
        plain = first["Normal or Pre-order"] == "Normal"
        packages = []
        for row in rows:
            if not (row["Package ID"] or row["RTS Time"]):
                continue
            key = row["Package ID"] or f"order:{order_id}"
            number = re.sub(r"\s", "", row["Tracking ID"]).upper()
            package = self.packages.setdefault(
                key, Package(key, number, row["Shipping Provider Name"])
            )
            if package not in packages:
                packages.append(package)
        order = Order(
            order_id=order_id,
            stamp=stamp,
            row=first,
            rows=rows,
            sample=all(
                float(r["SKU Subtotal After Discount"]) == 0
                and float(r["SKU Subtotal Before Discount"]) > 0
                for r in rows
            ),
            packages=packages,
            due=self.dispatch_due(created) if plain else None,
            deliver_by=self.deadline(day, 6) if plain else None,
            uploaded_rule=self.counts_uploads(day),
        )
        for package in packages:
            package.orders.append(order)
        self.orders[order_id] = order

    # State at the end of a day --------------------------------------------------------------
    def feed(self, end: datetime) -> list[Event]:
        return [e for events in self.events.values() for e in events if e.at < end]

    def own_events(self, order: Order, package: Package, end: datetime) -> list[Event]:
        if not package.number:
            return []
        oldest = order.created - timedelta(days=90)
        return [e for e in self.events.get(package.number, []) if oldest <= e.at < end]

    def stamp(self, order: Order, name: str, end: datetime) -> datetime | None:
        at = order.stamp[name]
        return at if at is not None and at < end else None

    def _by_feed(self, order: Order, codes: set[str], name: str, end: datetime) -> datetime | None:
        known, moments = False, []
        for package in order.packages:
            events = self.own_events(order, package, end)
            known = known or bool(events)
            timely = [
                e.at for e in events
                if e.code in codes and e.at >= order.created - timedelta(hours=24)
            ]  # fmt: skip
            moments.append(min(timely, default=None))
        if not known:
            return self.stamp(order, name, end)
        return None if None in moments else max(m for m in moments if m is not None)

    def dispatched(self, order: Order, end: datetime) -> datetime | None:
        if order.uploaded_rule:
            return self.stamp(order, "RTS Time", end)
        return self._by_feed(order, POSSESSION, "Shipped Time", end)

    def delivered(self, order: Order, end: datetime) -> datetime | None:
        return self._by_feed(order, {"delivered"}, "Delivered Time", end)

    def fault(self, order: Order) -> str:
        by, reason = order.row["Cancel By"], order.row["Cancel Reason"].lower()
        if by == "User":
            return "seller" if reason in self.market.buyer_blames_seller else "buyer"
        if reason in self.market.seller_reasons:
            return "seller"
        return "platform" if reason in self.market.platform_reasons else "unknown"

    def shipped(self, order: Order, end: datetime) -> datetime | None:
        return self.stamp(order, "Shipped Time", end) or self.stamp(order, "RTS Time", end)

    def judge(
        self, package: Package, order: Order, shipped: datetime | None, feed: list[Event],
        end: datetime,
    ) -> tuple[str | None, bool]:  # fmt: skip
        """The first test that fails, and whether the scan tests apply."""
        carriers = {e.carrier for e in feed}
        judged = (
            bool(feed) and shipped is not None and shipped >= min(e.at for e in feed)
            and package.carrier in carriers
        )  # fmt: skip
        if not package.number:
            return "missing_number", judged
        if package.carrier not in self.market.supported:
            return "unsupported_carrier", judged
        if package.carrier in self.market.with_rule and package.carrier not in fits(package.number):
            return ("carrier_mismatch" if fits(package.number) else "bad_format"), judged
        if not judged:
            return None, judged
        events = self.own_events(order, package, end)
        rts = order.stamp["RTS Time"]
        assert rts is not None
        limit = self.business_days_after(self.on(rts), 7)
        if not any(e.code in POSSESSION for e in events) and end > self.end(
            limit - timedelta(days=1)
        ):
            return "no_scan", judged
        scans = [
            e.at for e in events
            if e.code in POSSESSION and e.at >= order.created - timedelta(hours=24)
        ]  # fmt: skip
        if scans and rts < end and rts > max(min(scans), order.created) + timedelta(hours=24):
            return "late_upload", judged
        if any(e.at < order.created - timedelta(hours=24) for e in events):
            return "scan_before_order", judged
        if self.market.code != "US":
            return None, judged
        zip3 = order.row["Zipcode"].split("-")[0].zfill(5)[:3]
        if any(e.code == "delivered" and e.zip5 and e.zip5[:3] != zip3 for e in events):
            return "zip_mismatch", judged
        return None, judged


def rates(shop: Shop, day: date) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Numerator and denominator by metric, basis and window at the end of a day."""
    end = shop.end(day)
    starts = {
        "week": day - timedelta(days=day.weekday()),
        "rolling_7d": day - timedelta(days=6),
        "rolling_30d": day - timedelta(days=29),
    }
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])

    def count(metric: str, basis: str, dated: date | None, hit: bool) -> None:
        for window, start in starts.items():
            if dated is None or start <= dated <= day:
                counts[metric, basis, window][0] += hit
                counts[metric, basis, window][1] += 1

    for order in shop.orders.values():
        if order.created >= end or shop.stamp(order, "Paid Time", end) is None or order.sample:
            continue
        cancelled = shop.stamp(order, "Cancelled Time", end)
        sent = shop.dispatched(order, end)
        late = order.due is not None and sent is not None and sent > order.due
        before = cancelled is not None and not (sent is not None and sent < cancelled)
        if sent is not None:
            for basis in ("platform", "projected"):
                count("late_dispatch_rate", basis, shop.on(sent), late and not order.fbt)
        if order.due is not None and order.due < end:
            if not (before and cancelled is not None and cancelled < order.due):
                missed = sent is None or sent > order.due
                count("late_dispatch_rate", "due", shop.on(order.due), missed and not order.fbt)
            if not order.fbt and cancelled is None and sent is None:
                count("late_dispatch_rate", "projected", None, True)
        by_buyer = cancelled is not None and order.row["Cancel By"] == "User"
        free = (
            by_buyer
            and cancelled is not None
            and (cancelled - order.created <= timedelta(minutes=60))
        )
        if not free:
            at_fault = cancelled is not None and not order.fbt and shop.fault(order) == "seller"
            count("seller_fault_cancellation_rate", "platform", shop.on(order.created), at_fault)
        express = "express" in order.row["Delivery Option"].lower()
        if (
            order.deliver_by is not None
            and order.deliver_by < end
            and not (order.fbt or express or before)
        ):
            home = shop.delivered(order, end)
            count("on_time_delivery_rate", "platform", shop.on(order.deliver_by),
                  home is not None and home <= order.deliver_by)  # fmt: skip
    _count_packages(shop, end, count)
    return {key: (n, d) for key, (n, d) in counts.items()}


def _count_packages(shop: Shop, end: datetime, count: Count) -> None:
    feed = shop.feed(end)
    for package in shop.packages.values():
        order = min(package.orders, key=lambda o: (o.created, o.order_id))
        shipped = shop.shipped(order, end)
        if shipped is None or order.sample or order.fbt:
            continue
        if shop.stamp(order, "Paid Time", end) is None:
            continue
        if "by TikTok" in order.row.get("Delivery Option Type", ""):
            continue
        cancelled = shop.stamp(order, "Cancelled Time", end)
        if cancelled is not None and not any(
            e.code in POSSESSION and e.at < cancelled
            for p in order.packages
            for e in shop.own_events(order, p, end)
        ):
            continue
        defect, _ = shop.judge(package, order, shipped, feed, end)
        count("valid_tracking_rate", "platform", shop.on(shipped), defect is None)
