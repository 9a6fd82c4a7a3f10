"""The files are what Seller Center, carriers and warehouses would have written."""

import csv
import gzip
import io
import re
import zipfile
from pathlib import Path

from flows.simulate import SimulationSummary
from flows.simulate.layouts import US_HEADER

ORDER_HEADER = (
    "Order ID,Order Status,Order Substatus,Cancelation/Return Type,Normal or Pre-order,SKU ID,"
    "Seller SKU,Product ID,Product Name,Variation, Virtual Bundle Seller SKU,Quantity,"
    "Sku Quantity of return,SKU Unit Original Price,SKU Subtotal Before Discount,"
    "SKU Platform Discount,SKU Seller Discount,SKU Subtotal After Discount,"
    "Shipping Fee After Discount,Original Shipping Fee,Shipping Fee Seller Discount,"
    "Co-Funded Shipping Fee Discount,Shipping Fee Platform Discount,Payment platform discount,"
    "Retail Delivery Fee,Taxes,Order Amount,Order Refund Amount,Created Time,Paid Time,RTS Time,"
    "Shipped Time,Delivered Time,Cancelled Time,Cancel By,Cancel Reason,Fulfillment Type,"
    "Warehouse Name,Tracking ID,Delivery Option Type,Delivery Option,Shipping Provider Name,"
    "Buyer Message,Buyer Nickname,Buyer Username,Recipient,Phone #,Country,State,City,Zipcode,"
    "Address Line 1,Address Line 2,Delivery Instruction,Payment Method,Weight(kg),"
    "Product Category,Package ID,Seller Note,Shipping Information,Combined Listing,Order Channel,"
    "Creator Handle"
)
RETURN_HEADER = (
    "Return Order ID,Order ID,Order Amount,Order Status,Order Substatus,Payment Method,SKU ID,"
    "Seller SKU,Product Name,SKU Name,Buyer Username,Return Type,Time Requested,Return Reason,"
    "Return unit price,Return Quantity,Return Logistics Tracking ID,Return Status,"
    "Return Sub Status,Refund Time,Dispute Status,Appeal Status,Compensation Status,"
    "Compensation Amount,Buyer Note"
)
AFFILIATE_HEADER = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Currency,Quantity,"
    "Fully returned or refunded,Payment method,Order Status,Creator Username,Content Type,"
    "Content ID,commission model,Standard commission rate,Est. Commission Base,"
    "Est. standard commission payment,Actual Commission Base,Actual Commission Payment,"
    "Shop Ads commission rate,Est. Shop Ads commission payment,"
    "Actual Shop Ads commission payment,Est. co-funded creator bonus,"
    "Actual co-funded creator bonus,Time Created,Payment time,Order Delivery Time,"
    "Time Commission Paid,Platform"
)


def read(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            return packed.read(packed.namelist()[0])
    return path.read_bytes()


def header(content: bytes) -> str:
    return content.decode("utf-8-sig").splitlines()[0]


def order_files(shop: SimulationSummary) -> list[Path]:
    return sorted((shop.landing / "seller_center").glob("All order*"))


def test_headers_are_the_platforms_own(calm: SimulationSummary) -> None:
    folder = calm.landing / "seller_center"
    assert len(US_HEADER) == 63
    for path in order_files(calm):
        assert header(read(path)) == ORDER_HEADER, path
    for path in folder.glob("Return*"):
        assert header(read(path)) == RETURN_HEADER
    for path in folder.glob("Affiliate*"):
        assert header(read(path)) == AFFILIATE_HEADER


def test_order_files_come_in_every_packing(calm: SimulationSummary) -> None:
    files = order_files(calm)
    assert {p.suffix for p in files} == {".csv", ".gz", ".zip"}
    contents = [read(p) for p in files]
    assert any(c.startswith(b"\xef\xbb\xbf") and b"\r\n" in c for c in contents)
    described = [b"Platform unique order ID." in c for c in contents]
    assert any(described) and not all(described)


def test_ids_times_and_money_are_written_the_platforms_way(calm: SimulationSummary) -> None:
    content = read(order_files(calm)[-1]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    rows = [r for r in rows if not r["Order ID"].startswith("Platform")]
    stamp = re.compile(r"(0[1-9]|1[0-2])/[0-3]\d/\d{4} (0[1-9]|1[0-2]):[0-5]\d:[0-5]\d [AP]M\t")
    for row in rows:
        assert re.fullmatch(r"\d{18}\t", row["Order ID"])
        assert re.fullmatch(r"\d{19}\t", row["SKU ID"])
        assert stamp.fullmatch(row["Created Time"])
        assert row["Cancelled Time"] == "\t" or stamp.fullmatch(row["Cancelled Time"])
        assert re.fullmatch(r"\d+\.\d\d", row["Order Amount"])
        assert "Example" in row["Recipient"] and "555" in row["Phone #"]


def test_order_level_money_repeats_on_each_line(calm: SimulationSummary) -> None:
    amounts: dict[str, set[str]] = {}
    lines: dict[str, float] = {}
    for row in rows_of(order_files(calm)[-1]):
        key = row["Order ID"]
        amounts.setdefault(key, set()).add(row["Order Amount"])
        lines[key] = lines.get(key, 0) + 1
    assert all(len(a) == 1 for a in amounts.values())
    assert max(lines.values()) >= 3


def rows_of(path: Path) -> list[dict[str, str]]:
    content = read(path).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(content, newline=""))
    return [r for r in rows if not r["Order ID"].startswith("Platform")]


def test_exports_overlap_and_later_ones_know_more(calm: SimulationSummary) -> None:
    first, second = (
        {r["Order ID"] + r["SKU ID"]: r for r in rows_of(p)} for p in order_files(calm)[2:4]
    )
    shared = first.keys() & second.keys()
    changed = [k for k in shared if first[k]["Order Substatus"] != second[k]["Order Substatus"]]
    assert len(shared) > 0.7 * len(first) and changed
    # Rows that the later file has of days that the earlier one covers.
    oldest_new = max(r["Order ID"] for r in first.values())
    assert [k for k in second.keys() - first.keys() if second[k]["Order ID"] < oldest_new]


def test_returns_and_affiliates_are_day_first(calm: SimulationSummary) -> None:
    for name, column in (("Return", "Time Requested"), ("Affiliate", "Time Created")):
        path = max((calm.landing / "seller_center").glob(f"{name}*"))
        days = {int(r[column][:2]) for r in rows_of(path)}
        assert max(days) > 12


def test_row_accounting_counts_every_row(calm: SimulationSummary) -> None:
    with (calm.truth / "row_accounting.csv").open() as text:
        account = {r["file"]: r for r in csv.DictReader(text)}
    found = 0
    for path in sorted(calm.landing.rglob("*")):
        if path.is_dir():
            continue
        name = path.relative_to(calm.landing).as_posix()
        if path.suffix == ".zip":
            name += f"!/{path.with_suffix('.csv').name}"
        rows = list(csv.reader(io.StringIO(read(path).decode("utf-8-sig"), newline="")))
        entry = account[name]
        assert int(entry["rows_read"]) == len(rows) - 1, name
        assert int(entry["rows_read"]) == sum(
            int(entry[f"rows_{part}"]) for part in ("accepted", "quarantined", "skipped")
        )
        found += 1
    assert found == len(account) == calm.files


def test_a_sku_has_two_rows_only_in_two_packages(calm: SimulationSummary) -> None:
    twice = 0
    for path in order_files(calm):
        rows: dict[tuple[str, str], list[str]] = {}
        for row in rows_of(path):
            rows.setdefault((row["Order ID"], row["SKU ID"]), []).append(row["Package ID"])
        for packages in rows.values():
            assert len(packages) == len(set(packages))
            twice += len(packages) > 1
    assert twice
