"""Tracking numbers, and whether each package had valid tracking at the end of a day."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from .clock import business_days_after, local_date
from .read import Event, Exports
from .standing import BEFORE_ORDER, AsOf, Feed, first_of, is_possession

SPECIFICATIONS = Path(__file__).parent / "tracking_numbers"
SCAN_BUSINESS_DAYS = 7
UPLOAD_TIME = timedelta(hours=24)
SUPPORTED = (
    "usps", "ups", "fedex", "dhl", "ontrac", "lasership", "amazon", "uniuni", "veho", "speedx",
    "gofo", "speedee", "yunexpress",
)  # fmt: skip
ALSO_SUPPORTED = {
    "GB": ("royalmail", "parcelforce", "evri", "yodel", "dpd", "inpost", "gls"),
    "VN": ("jtexpress", "ghn", "ghtk", "viettelpost", "vietnampost", "ninjavan", "bestexpress"),
}
OTHER_NAMES = {
    "unitedstatespostalservice": "usps",
    "unitedparcelservice": "ups",
    "federalexpress": "fedex",
}


@cache
def carrier_of(name: str, market: str = "US") -> str | None:
    """The supported carrier that a carrier name means (``UPS Ground`` is ``ups``), else None."""
    word = re.sub(r"[^a-z0-9]", "", name.casefold())
    known: tuple[str, ...] = (*SUPPORTED, *ALSO_SUPPORTED.get(market, ()))
    for start, carrier in (*OTHER_NAMES.items(), *((code, code) for code in known)):
        if word.startswith(start):
            return carrier
    return None


@cache
def specifications() -> dict[str, list[dict[str, Any]]]:
    """Every courier's patterns and check-digit rules."""
    couriers = (json.loads(path.read_text()) for path in sorted(SPECIFICATIONS.glob("*.json")))
    return {courier["courier_code"]: courier["tracking_numbers"] for courier in couriers}


def _value(character: str) -> int:
    return int(character) if character.isdigit() else (ord(character) - 3) % 10


def _check_digit(serial: str, rule: dict[str, Any]) -> int:
    if rule["name"] == "mod7":
        return int(serial) % 7
    if rule["name"] == "sum_product_with_weightings_and_modulo":
        products = (int(c) * w for c, w in zip(serial, rule["weightings"], strict=True))
        return int(sum(products) % rule["modulo1"] % rule["modulo2"])
    if rule["name"] != "mod10":
        raise ValueError(f"no such check digit: {rule['name']}")
    total = 0
    for index, character in enumerate(reversed(serial) if rule["reverse"] else serial):
        total += _value(character) * rule["odds_multiplier" if index % 2 else "evens_multiplier"]
    return (10 - total % 10) % 10


def _fits(tracking_number: str, specification: dict[str, Any]) -> bool:
    pattern = specification["regex"]
    pattern = pattern if isinstance(pattern, str) else "".join(pattern)
    found = re.fullmatch(pattern.replace("(?<", "(?P<").replace("(?P<!", "(?<!"), tracking_number)
    if found is None:
        return False
    validation = specification["validation"]
    if "checksum" not in validation:
        return True
    serial = re.sub(r"\s", "", found["SerialNumber"])
    prepend = validation.get("serial_number_format", {}).get("prepend_if")
    if prepend and re.match(prepend["matches_regex"], serial):
        serial = prepend["content"] + serial
    return _check_digit(serial, validation["checksum"]) == int(found["CheckDigit"].strip())


@cache
def couriers_that_fit(tracking_number: str) -> frozenset[str]:
    """The couriers of which a pattern and check digit fit the number."""
    return frozenset(
        courier
        for courier, rules in specifications().items()
        if any(_fits(tracking_number, rule) for rule in rules)
    )


@cache
def couriers_that_own(tracking_number: str) -> frozenset[str]:
    """The couriers that a number speaks for: by its letters, or by a check digit that holds."""
    return frozenset(
        courier
        for courier, rules in specifications().items()
        for rule in rules
        if _fits(tracking_number, rule)
        and ("checksum" in rule["validation"] or not tracking_number.isdigit())
    )


@dataclass(frozen=True)
class Package:
    """A package as it stood at ``E``, judged by its earliest created order."""

    package_key: str
    order_id: str
    tracking_number: str
    carrier: str
    shipped_on: date
    first_scan: datetime | None
    is_valid: bool
    is_scan_judged: bool
    defect: str | None
    is_in_rate: bool


def _number_defect(tracking_number: str, carrier_name: str, market: str) -> str | None:
    if not tracking_number:
        return "missing_number"
    carrier = carrier_of(carrier_name, market)
    if carrier is None:
        return "unsupported_carrier"
    fitting = couriers_that_fit(tracking_number)
    if carrier not in specifications() or carrier in fitting:
        return None
    is_of_another = couriers_that_own(tracking_number) & set(SUPPORTED)
    return "carrier_mismatch" if is_of_another else "bad_format"


class PackageJudge:
    """Judges packages by one shop's tracking feed."""

    def __init__(self, feed: Feed, exports: Exports) -> None:
        self.feed = feed
        self.zone = exports.zone
        self.market = exports.market
        self.uploads: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for upload in exports.uploads:
            self.uploads[upload.order_id, upload.tracking_number].append(upload.at)
        self.carrier_since: dict[str, datetime] = {}
        for event in reversed(feed.events):
            carrier = carrier_of(event.carrier, self.market)
            if carrier is not None:
                self.carrier_since[carrier] = event.at

    def can_judge_scans(self, carrier: str, shipped: datetime, end: datetime) -> bool:
        """Whether the feed, as seen by ``end``, covers this shipment and its carrier at all."""
        if not self.feed.events or shipped < self.feed.events[0].at:
            return False
        since = self.carrier_since.get(carrier_of(carrier, self.market) or "")
        return since is not None and since < end

    def _scan_defect(
        self, standing: AsOf, tracking_number: str, as_of_on: date, end: datetime
    ) -> str | None:
        order = standing.order
        events = self.feed.of_parcel(tracking_number, order.created, end)
        if not any(is_possession(event) for event in events):
            uploaded = standing.rts or standing.shipped
            assert uploaded is not None
            uploaded_on = local_date(uploaded, self.zone)
            due_on = business_days_after(uploaded_on, SCAN_BUSINESS_DAYS, self.market)
            if as_of_on >= due_on:
                return "no_scan"
        if self._is_uploaded_late(standing, tracking_number, events, end):
            return "late_upload"
        if any(event.at < order.created - BEFORE_ORDER for event in events):
            return "scan_before_order"
        delivered = [event for event in events if event.code == "delivered"]
        given = [event.zip3 for event in delivered if event.zip3 is not None]
        if given and order.zip3 is not None and given[0] != order.zip3:
            return "zip_mismatch"
        return None

    def _is_uploaded_late(
        self, standing: AsOf, tracking_number: str, events: list[Event], end: datetime
    ) -> bool:
        """Whether the number came later than a day after the scan that dispatches the package."""
        order = standing.order
        stamps = self.uploads.get((order.order_id, tracking_number), [])
        uploaded = standing.rts or min((at for at in stamps if at < end), default=None)
        scanned = first_of(events, order.created, delivered=False)
        if scanned is None or uploaded is None:
            return False
        return uploaded > max(scanned, order.created) + UPLOAD_TIME

    def judge(self, package_key: str, standing: AsOf, as_of_on: date, end: datetime) -> Package:
        """One package by its judging order, which has a shipped or RTS time by ``end``."""
        order = standing.order
        shipped = standing.shipped or standing.rts
        assert shipped is not None
        tracking_number, carrier = order.packages[package_key]
        is_judged = self.can_judge_scans(carrier, shipped, end)
        defect = _number_defect(tracking_number, carrier, self.market)
        if defect is None and is_judged:
            defect = self._scan_defect(standing, tracking_number, as_of_on, end)
        events = self.feed.of_parcel(tracking_number, order.created, end)
        return Package(
            package_key=package_key,
            order_id=order.order_id,
            tracking_number=tracking_number,
            carrier=carrier,
            shipped_on=local_date(shipped, self.zone),
            first_scan=next((event.at for event in events if is_possession(event)), None),
            is_valid=defect is None,
            is_scan_judged=is_judged,
            defect=defect,
            is_in_rate=standing.in_rates
            and not order.is_fbt
            and not order.is_platform_label
            and not self._cancelled_before_possession(standing, end),
        )

    def _cancelled_before_possession(self, standing: AsOf, end: datetime) -> bool:
        if standing.cancelled is None:
            return False
        order = standing.order
        # Also a scan more than 24 hours before the order: that only dispatches nothing.
        return not any(
            is_possession(event) and event.at <= standing.cancelled
            for parcel in order.packages.values()
            for event in self.feed.of_parcel(parcel.tracking_number, order.created, end)
        )


def packages_as_of(
    standings: list[AsOf], judge: PackageJudge, as_of_on: date, end: datetime
) -> list[Package]:
    """Every package of a paid order with an RTS or shipped time by ``end``."""
    holders: dict[str, list[AsOf]] = defaultdict(list)
    for standing in standings:
        if standing.is_paid and (standing.rts or standing.shipped):
            for package_key in standing.order.packages:
                holders[package_key].append(standing)
    packages = []
    for package_key, holding in sorted(holders.items()):
        judging = min(holding, key=lambda one: (one.order.created, one.order.order_id))
        packages.append(judge.judge(package_key, judging, as_of_on, end))
    return packages
