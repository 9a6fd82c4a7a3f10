"""Small exports in the true formats, for the ingest tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from flows.contracts import contract
from flows.home import Home
from flows.ingest import FileRecord, IngestResult, ingest, read_ledger

SHOP = "shop1"
ORDERS = contract("seller_center/orders")
US_HEADER = ORDERS.file_layouts[0].header
DESCRIPTION = "Platform unique order ID."
TRACKING_HEADER = (
    "tracking_number",
    "carrier",
    "event_at",
    "event_code",
    "event_description",
    "event_city",
    "event_state",
    "event_postal_code",
    "event_country",
)

CANARIES = {
    "Buyer Message": "CANARY-message please leave at the door",
    "Buyer Nickname": "CANARY-nickname",
    "Buyer Username": "CANARY-username",
    "Recipient": "CANARY-recipient Jane Doe",
    "Phone #": "CANARY-phone 555 010 0199",
    "City": "CANARY-city",
    "Zipcode": "90210",
    "Address Line 1": "CANARY-address 1 Main St",
    "Address Line 2": "CANARY-flat",
    "Delivery Instruction": "CANARY-instruction",
    "Seller Note": "CANARY-note",
}


def order(number: int = 1, **changes: str) -> dict[str, str]:
    """One US order line by header; `changes` name headers with `_` for every other character."""
    row = {
        "Order ID": f"57646141303878{number:04d}\t",
        "Order Status": "Completed",
        "Order Substatus": "Delivered",
        "Normal or Pre-order": "Normal",
        "SKU ID": f"17294000000000{number:04d}\t",
        "Seller SKU": "GZ-001",
        "Product Name": 'Lamp, 5" "warm" light',
        "Quantity": "2",
        "Sku Quantity of return": "0",
        "SKU Unit Original Price": "511.12",
        "SKU Subtotal After Discount": "1022.25",
        "Taxes": "0.00",
        "Order Amount": "1022.25",
        "Created Time": "04/05/2026 11:54:28 PM\t",
        "Paid Time": "04/05/2026 11:55:00 PM\t",
        "RTS Time": "04/06/2026 09:00:00 AM\t",
        "Shipped Time": "\t",
        "Fulfillment Type": "Fulfilled by seller",
        "Warehouse Name": "East",
        "Tracking ID": "1Z5R89390357567127\t",
        "Shipping Provider Name": "UPS",
        "Country": "United States",
        "State": "California",
        "Zipcode": "90210",
        "Payment Method": "Credit card",
        "Weight(kg)": "0.25",
        "Package ID": f"11529{number:014d}\t",
        "Creator Handle": "@creator",
        **{name: value for name, value in CANARIES.items() if name != "Zipcode"},
    }
    by_key = {_key(name): name for name in US_HEADER}
    row.update({by_key[_key(name)]: value for name, value in changes.items()})
    return row


def _key(name: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in name.strip()).lower()


def table(
    rows: Iterable[Mapping[str, str]],
    header: Iterable[str] = US_HEADER,
    delimiter: str = ",",
    line_end: str = "\n",
) -> str:
    """CSV text of rows given by header."""
    names = list(header)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def tracking(*rows: Iterable[str]) -> str:
    """Canonical tracking CSV of rows of cells in the header's order."""
    lines = [TRACKING_HEADER, *rows]
    return "".join(",".join(line) + "\n" for line in lines)


EVENT = (
    "1Z5R89390357567127",
    "UPS",
    "2026-04-06T18:00:00Z",
    "accepted",
    "Origin scan",
    "CANARY-event-city",
    "CA",
    "90210",
    "US",
)


def drop(home: Home, name: str, content: bytes | str, shop: str = SHOP) -> Path:
    """Put a file into a shop's landing folder."""
    path = home.landing / shop / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run(home: Home, run_id: str = "run1") -> IngestResult:
    """Ingest, with the row identity checked for every file."""
    result = ingest(home, run_id)
    for record in result.files:
        assert record.rows_read == (
            record.rows_accepted + record.rows_quarantined + record.rows_skipped
        )
    return result


def only(result: IngestResult) -> FileRecord:
    """The one record of a result."""
    assert len(result.files) == 1, [(r.file, r.status, r.reason) for r in result.files]
    return result.files[0]


def lake(home: Home, feed: str = "seller_center/orders") -> pl.DataFrame:
    """A feed's lake table, in row order."""
    paths = read_ledger(home).live_paths(feed)
    frames = [pl.read_parquet(path, glob=False) for path in paths]
    return pl.concat(frames).sort("source_id", "row_number") if frames else pl.DataFrame()


def refused(home: Home, run_id: str = "run1") -> list[dict[str, str]]:
    """The run's refused rows."""
    path = home.quarantine / run_id / "refused_rows.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))
