"""Reads a shop's exports as they were dropped: CSV and TSV, also inside .gz and .zip."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .clock import to_utc

Row = dict[str, str]

FEED_MARKS = {
    "returns": {"return order id", "order id", "return status"},
    "affiliate": {"order id", "creator username", "content id"},
    "orders": {"order id", "created time", "sku id"},
    "events": {"tracking_number", "event_at", "event_code"},
    "shipments": {"shipment_id", "order_id", "tracking_uploaded_at"},
    "warehouses": {"warehouse_id", "kind", "postal_code"},
    "shops": {"shop_id", "market", "timezone"},
    "skus": {"seller_sku", "unit_cost"},
    "calendar": {"goes_live_at", "creator_handle", "campaign"},
    "expected_states": {"state", "expected_share"},
    "goods": {"rma_id", "grade", "disposition"},
    "statements": {"total settlement amount", "order/adjustment id"},
}
PLAIN_FEEDS = ("skus", "calendar", "expected_states", "goods", "statements")
NULL_WORDS = {"", "-", "--", "n/a", "na", "null", "none", "/"}
SPACES = " \t\r\n\u00a0\ufeff"
LEFT_ALONE = (".part", ".tmp", ".crdownload")


@dataclass
class RawFile:
    """One file (or member of an archive) with its rows as text, blank rows left out."""

    name: str
    feed: str
    rows: list[Row]


@dataclass(frozen=True)
class Event:
    """One carrier event; the time is UTC."""

    tracking_number: str
    at: datetime
    code: str
    zip3: str | None
    carrier: str


class Upload(NamedTuple):
    """When a warehouse says that it gave the platform a number; the time is UTC."""

    order_id: str
    tracking_number: str
    at: datetime


@dataclass(frozen=True)
class Warehouse:
    """One warehouse of the reference feed."""

    warehouse_id: str
    name: str
    zip3: str | None
    active_from_on: date | None
    active_to_on: date | None


@dataclass
class Exports:
    """Everything that a shop's landing folder holds, feed by feed, not yet versioned."""

    shop_id: str
    market: str = "US"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Los_Angeles"))
    currency: str = "USD"
    orders: list[RawFile] = field(default_factory=list)
    returns: list[RawFile] = field(default_factory=list)
    affiliate: list[RawFile] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    warehouses: list[Warehouse] = field(default_factory=list)
    has_warehouse_file: bool = False
    plain: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in PLAIN_FEEDS})
    unread: list[str] = field(default_factory=list)


def clean(text: str | None) -> str:
    """The text without the tabs and spaces around it; the words for null become empty."""
    stripped = (text or "").strip(SPACES)
    return "" if stripped.casefold() in NULL_WORDS else stripped


def number(text: str) -> Decimal:
    """The number in a money or quantity text such as ``$1,022.25``; empty is 0."""
    digits = re.sub(r"[^0-9.\-]", "", text)
    return Decimal(digits) if digits else Decimal(0)


def zip3_of(postal_code: str, country: str = "US") -> str | None:
    """The first three digits of a US postal code; short codes get their leading zeros back."""
    found = re.fullmatch(r"(\d{3,5})(?:-?\d{4})?", postal_code.strip())
    if found is None:
        return None
    digits = found.group(1)
    if len(digits) < 5 and country not in ("US", "United States", "USA"):
        return None
    return digits.zfill(5)[:3]


def is_damaged_id(text: str) -> bool:
    """True for an id that a spreadsheet turned into a number (1.15E+17, 115…0.0)."""
    return bool(re.fullmatch(r"[\d.,]+[eE]\+?\d+|\d+\.\d*", text))


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.namelist()):
                if not member.endswith("/"):
                    yield f"{path.name}!/{member}", archive.read(member)
    elif path.suffix == ".gz":
        yield path.name.removesuffix(".gz"), gzip.decompress(path.read_bytes())
    else:
        yield path.name, path.read_bytes()


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gbk", "latin-1"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes anything")


def read_table(name: str, content: bytes) -> RawFile | None:
    """One text table with the feed that its header names, or None where no feed is named."""
    text = _decode(content)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first_line.count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not lines:
        return None
    header = [cell.strip(SPACES).casefold() for cell in lines[0]]
    feed = next((feed for feed, marks in FEED_MARKS.items() if marks <= set(header)), None)
    if feed is None:
        return None
    rows = []
    for cells in lines[1:]:
        row = {key: clean(cell) for key, cell in zip(header, cells, strict=False)}
        is_description = row.get("order id", "").startswith("Platform unique order ID")
        if any(row.values()) and not is_description:
            rows.append(row)
    return RawFile(name, feed, rows)


def month_comes_first(texts: list[str], *, otherwise: bool) -> bool:
    """Whether a file's dates are month first: AM/PM says so, a first field above 12 says not."""
    for text in texts:
        if re.search(r"[AP]M$", text, re.IGNORECASE):
            return True
        found = re.match(r"(\d{1,2})/\d{1,2}/\d{4}", text)
        if found and int(found.group(1)) > 12:
            return False
    return otherwise


def parse_local(text: str, *, month_first: bool) -> datetime | None:
    """The wall time (or, with an offset, the moment) in a text; None for empty or unreadable."""
    if not text:
        return None
    if re.match(r"\d{4}-\d", text):
        return datetime.fromisoformat(text)
    day = "%m/%d/%Y" if month_first else "%d/%m/%Y"
    for pattern in (
        f"{day} %I:%M:%S %p",
        f"{day} %H:%M:%S",
        f"{day} %H:%M",
        day,
        "%Y/%m/%d %H:%M:%S",
    ):
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def moment(text: str, zone: ZoneInfo, *, month_first: bool) -> datetime | None:
    """The UTC moment in a text; without an offset the time is in the shop's zone."""
    local = parse_local(text, month_first=month_first)
    if local is None or local.tzinfo is None:
        return local if local is None else to_utc(local, zone)
    return local.astimezone(ZoneInfo("UTC"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _events(raw: RawFile, zone: ZoneInfo) -> Iterator[Event]:
    for row in raw.rows:
        at = moment(row["event_at"], zone, month_first=True)
        tracking_number = re.sub(r"\s", "", row["tracking_number"]).upper()
        if at is None or not tracking_number:
            continue
        code = re.sub(r"[\s-]+", "_", row["event_code"].casefold())
        yield Event(
            tracking_number,
            at,
            code,
            zip3_of(row.get("event_postal_code", ""), row.get("event_country", "") or "US"),
            row.get("carrier", ""),
        )


def _uploads(raw: RawFile, zone: ZoneInfo) -> Iterator[Upload]:
    """Upload stamps, of feeds that give each shipment once."""
    for row in raw.rows:
        at = moment(row["tracking_uploaded_at"], zone, month_first=True)
        tracking_number = re.sub(r"\s", "", row.get("tracking_number", "")).upper()
        if at is not None and tracking_number:
            yield Upload(row["order_id"], tracking_number, at)


def read_shop(folder: Path) -> Exports:
    """Reads every export under ``landing/<shop_id>``; what is not understood goes to ``unread``."""
    exports = Exports(shop_id=folder.name)
    files: list[RawFile] = []
    for path in sorted(folder.rglob("*")):
        is_left_alone = path.name.startswith((".", "~$")) or path.suffix in LEFT_ALONE
        if not path.is_file() or is_left_alone:
            continue
        for name, content in _members(path):
            raw = read_table(name, content)
            if raw is None:
                exports.unread.append(name)
            else:
                files.append(raw)
    for row in (row for raw in files if raw.feed == "shops" for row in raw.rows):
        if row["shop_id"] == folder.name:
            exports.market = row["market"]
            exports.zone = ZoneInfo(row["timezone"])
            exports.currency = row.get("currency") or exports.currency
    events: set[Event] = set()
    for raw in files:
        if raw.feed == "events":
            events.update(_events(raw, exports.zone))
        elif raw.feed == "shipments":
            exports.uploads.extend(_uploads(raw, exports.zone))
        elif raw.feed == "warehouses":
            exports.has_warehouse_file = True
            exports.warehouses.extend(
                Warehouse(
                    row["warehouse_id"],
                    row.get("name", ""),
                    zip3_of(row["postal_code"]),
                    _day(row.get("active_from_on", "")),
                    _day(row.get("active_to_on", "")),
                )
                for row in raw.rows
            )
        elif raw.feed in PLAIN_FEEDS:
            exports.plain[raw.feed].extend(raw.rows)
        elif raw.feed != "shops":
            getattr(exports, raw.feed).append(raw)
    exports.events = sorted(events, key=lambda event: (event.at, event.tracking_number, event.code))
    return exports
