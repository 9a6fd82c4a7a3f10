"""Why orders were late, once more: plain Python over the published orders and the raw shipments."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

STAGES = ("confirm", "allocate", "pick", "pack", "label", "tender", "first_scan")
CAUSES = ("confirmation", "stock", "picking", "packing", "label", "hand_over", "carrier_scan")
_RAW = ("received_at", "allocated_at", "picked_at", "packed_at", "label_created_at", "tendered_at")
_ENOUGH_ORDERS = 20

Row = dict[str, Any]
Hours = dict[str, float]


@dataclass
class Told:
    """What is to be said of one late order."""

    hours: Hours
    cause: str
    contributing: list[str] = field(default_factory=list)
    is_candidate: bool = False
    is_monotone: bool = True


def read_stages(folder: Path) -> dict[str, dict[str, datetime | None]]:
    """By order: when the last of its shipments was through each stage, None while one is not."""
    shipments: dict[str, list[Row]] = defaultdict(list)
    for path in sorted(folder.glob("shipments-*.csv")):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            shipments[row["order_id"].strip()].append(row)
    found = {}
    for order, rows in shipments.items():
        stamps: dict[str, datetime | None] = {}
        for name in (*_RAW, "tracking_uploaded_at"):
            at = [_moment(row[name]) for row in rows]
            stamps[name] = None if None in at else max(moment for moment in at if moment)
        found[order] = stamps
    return found


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text.strip() else None


def _timeline(order: Row, stamps: dict[str, datetime | None], end: datetime) -> Row:
    """Hours of the stages that are known, the rest of the time, and the last stage's place."""
    seen = {name: at if at is not None and at < end else None for name, at in stamps.items()}
    ended = order["dispatched_at"] or end
    known = [seen.get(name) for name in _RAW]
    known[4] = known[4] or seen.get("tracking_uploaded_at") or order["rts_at"]
    if order["dispatch_event"] == "tracking_uploaded":
        known[4] = known[5] = None
    hours: Hours = {}
    at, latest, is_monotone, last = order["created_at"], order["created_at"], True, 0
    for place, (stage, stamp) in enumerate(zip(STAGES, known, strict=False), start=1):
        if stamp is None:
            continue
        is_monotone = is_monotone and stamp >= latest
        latest = max(latest, stamp)
        there = min(latest, ended)
        hours[stage], at, last = (there - at) / timedelta(hours=1), there, place
    return {
        "hours": hours,
        "rest": (ended - at) / timedelta(hours=1),
        "last": last,
        "tendered_at": known[5],
        "is_monotone": is_monotone and latest <= ended,
        "final": 5 if order["dispatch_event"] == "tracking_uploaded" else 7,
    }


def _quantile(values: list[float], share: float) -> float:
    """Linear between the neighbours, as `percentile_cont`."""
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    ordered = sorted(values)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


class Usual:
    """How long each stage takes in the orders that were dispatched on time lately."""

    def __init__(self, on_time: list[tuple[str, Hours]]) -> None:
        self._orders: dict[str, int] = defaultdict(int)
        self._hours: dict[tuple[str, str], list[float]] = defaultdict(list)
        for warehouse, hours in on_time:
            for group in (warehouse, "(all)"):
                self._orders[group] += 1
                for stage, took in hours.items():
                    self._hours[group, stage].append(took)

    def of(self, warehouse: str, stage: str) -> tuple[float, float] | None:
        """Median and nine in ten, of the warehouse or of the whole shop."""
        group = warehouse if self._orders[warehouse] >= _ENOUGH_ORDERS else "(all)"
        values = self._hours[group, stage]
        return (median(values), _quantile(values, 0.9)) if values else None


def late_causes(
    orders: list[Row],
    stages: dict[str, dict[str, datetime | None]],
    none_on_hand: dict[str, list[datetime]],
    contents: dict[str, set[str]],
    day: date,
    end: datetime,
) -> dict[str, Told]:
    """Every late order's timeline and cause, as of `end`, the end of `day`.

    orders: rows of `marts.orders` with `dispatch_event` and `warehouse`. none_on_hand: by SKU when
    it was counted at none. contents: the SKUs of each order.
    """
    lines = {o["order_id"]: _timeline(o, stages.get(o["order_id"], {}), end) for o in orders}
    on_time = []
    for order in orders:
        since = order["dispatched_on"] or date.min
        if order["is_late_dispatch"] is False and since > day - timedelta(days=90):
            line = lines[order["order_id"]]
            hours = {**line["hours"], STAGES[line["final"] - 1]: line["rest"]}
            on_time.append((order["warehouse"], hours))
    usual = Usual(on_time)
    return {
        order["order_id"]: _judge(
            order, lines[order["order_id"]], usual, _is_out_of_stock(order, none_on_hand, contents)
        )
        for order in orders
        if order["is_late_dispatch"] or order["is_overdue_open"]
    }


def _is_out_of_stock(
    order: Row, none_on_hand: dict[str, list[datetime]], contents: dict[str, set[str]]
) -> bool:
    return any(
        order["created_at"] <= at <= order["dispatch_due_at"]
        for sku in contents[order["order_id"]]
        for at in none_on_hand.get(sku, ())
    )


def _judge(order: Row, line: Row, usual: Usual, is_out_of_stock: bool) -> Told:
    warehouse = order["warehouse"]
    waiting = line["final"]
    if order["dispatched_at"] is None:
        later = range(line["last"] + 1, min(line["final"], 6) + 1)
        waiting = next((p for p in later if usual.of(warehouse, STAGES[p - 1])), line["final"])
    hours = {**line["hours"], STAGES[waiting - 1]: line["rest"]}

    def cause(stage: str) -> str:
        if stage == "confirm" and is_out_of_stock:
            return "stock"
        if stage == "first_scan" and line["tendered_at"] is None:
            return "hand_over"
        return CAUSES[STAGES.index(stage)]

    handed_over = line["tendered_at"]
    is_in_time = handed_over is not None and handed_over <= order["dispatch_due_at"]
    told = Told(hours, "unknown", is_monotone=line["is_monotone"])
    told.is_candidate = is_in_time and order["dispatched_at"] is not None
    has_stamp = line["last"] > 0 or (line["final"] == 5 and order["dispatched_at"] is not None)
    if not has_stamp:
        return told
    excess = {
        stage: round(took - (found[0] if (found := usual.of(warehouse, stage)) else 0.0), 6)
        for stage, took in hours.items()
    }
    worst = max(STAGES, key=lambda stage: (excess.get(stage, -math.inf), -STAGES.index(stage)))
    told.cause = cause("first_scan" if is_in_time else worst)
    for stage in STAGES:
        found = usual.of(warehouse, stage)
        is_slow = stage in hours and found is not None and hours[stage] > found[1]
        if is_slow and cause(stage) not in (told.cause, *told.contributing):
            told.contributing.append(cause(stage))
    return told
