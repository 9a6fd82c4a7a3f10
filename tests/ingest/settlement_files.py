"""Settlement statements as the platform writes them: workbooks and CSV of both generations."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from flows.contracts import contract

CONTRACT = contract("seller_center/settlements")
OLD_HEADER, NEW_HEADER = (layout.header for layout in CONTRACT.file_layouts)
BANNER = (
    ("Disclaimer",),
    ("Download time", "2026-06-12 16:55:33"),
    ("Total Transactions", "3"),
    (),
)

Row = Mapping[str, str | float]


def workbook(
    path: Path,
    header: Sequence[str],
    rows: Sequence[Row],
    *,
    banner: Sequence[Sequence[str]] = (),
    dimension: str | None = None,
) -> None:
    """Write a statement: a summary sheet, then `Order details`.

    `dimension`: what the sheet claims to be its extent, as the platform's exporter claims
    `A1:A1`; None leaves the true one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    summary = book.add_worksheet("Reports")
    summary.write_row(0, 0, ["Total settlement amount", "Total Revenue", "Total Fees"])
    summary.write_row(1, 0, [1.0, 2.0, -1.0])
    sheet = book.add_worksheet("Order details")
    for number, line in enumerate([*banner, header]):
        sheet.write_row(number, 0, line)
    for number, row in enumerate(rows, start=len(banner) + 1):
        sheet.write_row(number, 0, [row.get(name, "/") for name in header])
    book.close()
    if dimension is not None:
        _claim_dimension(path, dimension)


def text(header: Sequence[str], rows: Sequence[Row], delimiter: str = ",") -> str:
    """The same as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "/") for name in header] for row in rows)
    return out.getvalue()


def _claim_dimension(path: Path, dimension: str) -> None:
    with zipfile.ZipFile(path) as container:
        parts = {name: container.read(name) for name in container.namelist()}
    sheet = "xl/worksheets/sheet2.xml"
    claim = f'<dimension ref="{dimension}"/>'.encode()
    parts[sheet] = re.sub(rb"<dimension [^>]*/>", claim, parts[sheet])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
