"""Open orders in plain Python: what each one's clocks, checkpoints and chances must be.

The orders and their scans are read by the oracle, the warehouse's shipments here. Nothing is taken
from the models but the words of their columns and the spellings of the carriers.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.paths import DBT_DIR
from tests.oracle.clock import business_days_after, last_moment_of, local_date
from tests.oracle.orders import Order, read_orders
from tests.oracle.read import read_shop
from tests.oracle.standing import Feed, as_of

Stamps = dict[str, datetime | None]

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HISTORY = timedelta(days=60)
LEAST_ORDERS = 20
WAREHOUSE_STAGES = {
    "received": "received_at",
    "allocated": "allocated_at",
    "picked": "picked_at",
    "quality_checked": "quality_checked_at",
    "packed": "packed_at",
    "labelled": "label_created_at",
    "tendered": "tendered_at",
}
GOODS = ("received", "allocated", "picked", "quality_checked", "packed", "tendered")


@dataclass(frozen=True)
class Past:
    """An order that was dispatched: from where, on which day, and its hours from each stage."""

    warehouse: str
    carrier: str
    dispatched_on: date
    hours: dict[str, int]


class Shop:
    """A shop's landing folder, and its open orders at any moment."""

    def __init__(self, folder: Path) -> None:
        exports = read_shop(folder)
        self.zone = exports.zone
        self.orders = read_orders(exports)
        self.feed = Feed(exports.events)
        self.names = {w.name.casefold(): w.warehouse_id for w in exports.warehouses}
        self.names |= {w.warehouse_id.casefold(): w.warehouse_id for w in exports.warehouses}
        self.shipments = _shipments(folder)
        with (DBT_DIR / "seeds" / "carriers.csv").open(encoding="utf-8") as file:
            self.carriers = {row["alias"]: row["carrier"] for row in csv.DictReader(file)}

    def warehouse(self, order: Order) -> str:
        named = self.names.get(order.warehouse_name.casefold())
        shipped_from = [row["warehouse_id"] for row in self.shipments.get(order.order_id, [])]
        return named or min(shipped_from, default="") or order.warehouse_name or "(unknown)"

    def carrier(self, order: Order) -> str:
        exported = [parcel.carrier for parcel in order.packages.values() if parcel.carrier]
        shipped = [row["carrier"] for row in self.shipments.get(order.order_id, [])]
        usual = [self.carriers.get(c.strip().casefold(), c) for c in exported or shipped if c]
        return min(usual, default="(unknown)")

    def stages(self, order: Order) -> Stamps:
        """When the last of an order's shipments was through each stage; None while one is not."""
        rows = self.shipments.get(order.order_id, [])
        found: Stamps = {}
        for stage, column in WAREHOUSE_STAGES.items():
            stamps = [row[column] for row in rows]
            found[stage] = max(stamps) if rows and None not in stamps else None
        return found

    @cached_property
    def history(self) -> list[Past]:
        return list(self._history())

    def _history(self) -> Iterator[Past]:
        for order in self.orders:
            at_last = as_of(order, self.feed, NEVER)
            done = at_last.dispatched
            if not at_last.in_rates or order.is_fbt or done is None:
                continue
            stamps = {"created": order.created, **self.stages(order), "uploaded": order.rts}
            hours = {
                stage: min((done - stamp) // HOUR, 240)
                for stage, stamp in stamps.items()
                if stamp is not None and stamp <= done
            }
            on = local_date(done, self.zone)
            yield Past(self.warehouse(order), self.carrier(order), on, hours)

    def at(self, moment: datetime) -> dict[str, dict[str, Any]]:
        """What must be known of each order that is open at a moment, by order id."""
        today = local_date(moment, self.zone)
        past = [p for p in self.history if p.dispatched_on < today]
        given: dict[str, set[str]] = defaultdict(set)
        for one in past:
            given[one.warehouse].update(one.hours)
        recent = [p for p in past if p.dispatched_on >= today - HISTORY]
        return {
            order.order_id: self._row(order, moment, given, recent)
            for order in self.orders
            if order.created < moment and as_of(order, self.feed, moment).is_open
        }

    def _row(
        self, order: Order, moment: datetime, given: dict[str, set[str]], recent: list[Past]
    ) -> dict[str, Any]:
        def seen(stamp: datetime | None) -> datetime | None:
            return stamp if stamp is not None and stamp < moment else None

        warehouse, carrier = self.warehouse(order), self.carrier(order)
        gives = given[warehouse]
        stamps = {stage: seen(stamp) for stage, stamp in self.stages(order).items()}
        rts, due = seen(order.rts), order.dispatch_due
        is_known = any(stamps.values())
        reached = [n for n, stage in enumerate(GOODS) if stamps[stage] is not None]
        furthest = max(reached, default=-1)
        stage, stage_at = "created", order.created
        for name, stamp in {**stamps, "tracking_uploaded": rts}.items():
            if stamp is not None:
                stage, stage_at = name, stamp

        def checkpoint(name: str, is_done: bool) -> bool | None:
            if is_done:
                return True
            is_undone = is_known and name in gives and GOODS.index(name) > furthest
            return False if is_undone else None

        prepared = stamps["packed"] or stamps["tendered"]
        if prepared is None and not (is_known and "packed" in gives):
            prepared = stamps["labelled"] or rts
        is_upload = order.clocks.dispatch_event == "tracking_uploaded"
        uploads = any("uploaded" in stages for stages in given.values())
        # Every stamp of possession of every package, whichever event is the dispatch.
        firsts = [
            next((e.at for e in self._events(order, n) if e.code not in NOT_SCANS), NEVER)
            for n in (parcel.tracking_number for parcel in order.packages.values())
        ]
        unscanned = prepared is not None and not max(firsts) < moment
        asked = "uploaded" if stage == "tracking_uploaded" else stage
        chance = self._chance(warehouse, carrier, asked, stage_at, moment, due, recent)
        cancels = None if rts else _end_of_business_day(order, 7, self.zone)
        if order.is_pre_order:
            cancels = None
        return {
            "dispatch_due_at": due,
            "auto_cancel_at": cancels,
            "time_left_hours": None if due is None else (due - moment) / HOUR,
            "bucket": _bucket(moment, due, self.zone),
            "age_bucket": _age_bucket(moment, order.created, due, cancels),
            "is_received": checkpoint("received", stamps["received"] is not None),
            "is_available": checkpoint("allocated", stamps["allocated"] is not None),
            "is_quality_checked": checkpoint(
                "quality_checked", stamps["quality_checked"] is not None
            ),
            "is_prepared": checkpoint("packed", prepared is not None),
            "is_tracking_uploaded": True if rts else (False if uploads else None),
            "waiting_for": _next_step(stamps, is_known, furthest, gives, rts, is_upload=is_upload),
            "stage": stage,
            "stage_at": stage_at,
            "is_prepared_unscanned": unscanned,
            "prepared_at": prepared,
            "unscanned_hours": (moment - prepared) / HOUR if unscanned and prepared else None,
            "warehouse": warehouse,
            "carrier": None if carrier == "(unknown)" else carrier,
            "units": sum(line.quantity for line in order.lines),
            **chance,
        }

    def _events(self, order: Order, tracking_number: str) -> list[Any]:
        events = self.feed.of_parcel(tracking_number, order.created, NEVER)
        return [e for e in events if e.at >= order.created - timedelta(hours=24)]

    def _chance(
        self,
        warehouse: str,
        carrier: str,
        stage: str,
        stage_at: datetime,
        moment: datetime,
        due: datetime | None,
        recent: list[Past],
    ) -> dict[str, Any]:
        elapsed = min((moment - stage_at) // HOUR, 240)
        levels: dict[str, Callable[[Past], bool]] = {
            "warehouse_carrier": lambda p: (p.warehouse, p.carrier) == (warehouse, carrier),
            "warehouse": lambda p: p.warehouse == warehouse,
            "shop": lambda _: True,
        }
        found: dict[str, Any] = dict.fromkeys(
            ("late_chance", "late_chance_orders", "late_chance_basis")
        )
        found |= dict.fromkeys(("remaining_p50_hours", "remaining_p90_hours"))
        for basis, belongs in levels.items():
            lasted = sorted(
                p.hours[stage] for p in recent if belongs(p) and p.hours.get(stage, -1) >= elapsed
            )
            if len(lasted) < LEAST_ORDERS:
                continue
            found["late_chance_basis"] = basis
            found["late_chance_orders"] = len(lasted)
            if due is not None:
                limit = min((due - stage_at) // HOUR, 240)
                found["late_chance"] = sum(hours > limit for hours in lasted) / len(lasted)
            for column, share in (("remaining_p50_hours", 0.5), ("remaining_p90_hours", 0.9)):
                needed = next(
                    h for n, h in enumerate(lasted, 1) if n * 10 >= round(share * 10) * len(lasted)
                )
                if needed < 240:
                    found[column] = needed + 1 - (moment - stage_at) / HOUR
            break
        if due is not None and due < moment:
            found["late_chance"] = 1.0
        return found


NOT_SCANS = {"label_created", "tendered"}


def _shipments(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The newest version of each shipment, by order."""
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted((folder / "third_party_logistics").glob("shipments*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                known: dict[str, Any] = {
                    column: datetime.fromisoformat(row[column]) if row.get(column) else None
                    for column in (*WAREHOUSE_STAGES.values(), "tracking_uploaded_at")
                }
                key = row["shipment_id"].strip()
                words = {
                    name: row[name].strip() for name in ("order_id", "warehouse_id", "carrier")
                }
                versions[key].append({**known, **words})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for held in versions.values():
        newest = max(held, key=_age)
        found[newest["order_id"]].append(newest)
    return found


def _age(row: dict[str, Any]) -> tuple[int, datetime]:
    stamps = [value for value in row.values() if isinstance(value, datetime)]
    return len(stamps), max(stamps)


def _end_of_business_day(order: Order, count: int, zone: Any) -> datetime:
    return last_moment_of(business_days_after(local_date(order.created, zone), count), zone)


def _bucket(moment: datetime, due: datetime | None, zone: Any) -> str:
    if due is None:
        return "no_deadline"
    if due < moment:
        return "overdue"
    local = moment.astimezone(zone)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return "tomorrow" if local_date(due, zone) == local.date() else "later"
    left = due - moment
    for hours in (4, 12, 24):
        if left <= timedelta(hours=hours):
            return f"T-{hours}"
    return "later"


def _age_bucket(
    moment: datetime, created: datetime, due: datetime | None, cancels: datetime | None
) -> str:
    if cancels is not None and cancels < moment:
        return "past_auto_cancel"
    if due is not None and due < moment:
        return "past_due"
    twelfths = (moment - created) // timedelta(hours=12)
    return ("0-12h", "12-24h", "24-36h", "36-48h", "over_48h")[min(twelfths, 4)]


def _next_step(
    stamps: Stamps,
    is_known: bool,
    furthest: int,
    gives: set[str],
    rts: datetime | None,
    *,
    is_upload: bool,
) -> str:
    if stamps["tendered"]:
        return "label" if is_upload else "first_scan"
    if not is_known:
        return "first_scan" if rts else ("confirmation" if "received" in gives else "unknown")
    steps = {"received": "confirmation", "allocated": "stock", "picked": "picking"}
    for stage, word in {**steps, "packed": "packing"}.items():
        if stage in gives and furthest < GOODS.index(stage):
            return word
    if rts is None and (stamps["labelled"] is None or is_upload):
        return "label"
    return "hand_over"
