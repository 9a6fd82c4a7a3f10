"""The process that reads Excel workbooks for `flows.ingest.workbooks`.

A line of JSON on standard input names a workbook and a path for its cells, a line on standard
output says what came of it. It ends with its standard input, at a bound, or with the library.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from flows.contracts import Contract, map_headers, match_header
from flows.ingest.reasons import DOWNLOAD_AGAIN, Refusal, Unforeseen, foreseen
from flows.ingest.sniff import check_duplicates, no_contract

MAX_MEMORY = 4 << 30
MAX_SECONDS = 240
MAX_EXPANDED = 600 << 20
MAX_CELLS = 20_000_000
MAX_COLUMNS = 4_000
MAX_SHEETS = 50
_HEADER_ROWS = 40


def main() -> None:
    """Answer until the questions end."""
    # An interruption is for the run to handle, which then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _bound(resource.RLIMIT_AS, MAX_MEMORY)
    for line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _bound(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + MAX_SECONDS)
        question = json.loads(line)
        print(json.dumps(_answer(Path(question["path"]), Path(question["target"]))), flush=True)


def _bound(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(path: Path, target: Path) -> dict[str, Any]:
    try:
        with foreseen():
            return read_workbook(path, target)
    except Unforeseen:
        return {"reason": "The workbook is damaged.", "mend": DOWNLOAD_AGAIN}
    except Refusal as refusal:
        return {"reason": refusal.reason, "mend": refusal.mend}
    except OSError as error:
        return {"error": [error.errno, error.strerror, error.filename]}


def read_workbook(path: Path, target: Path) -> dict[str, Any]:
    """Write the cells below the header as text to `target` (Arrow IPC); feed, header and its row.

    Raises `Refusal` when not exactly one sheet is an export, or when there is too much of it.
    """
    with zipfile.ZipFile(path) as container:
        if sum(info.file_size for info in container.infolist()) > MAX_EXPANDED:
            raise _too_large("expands beyond what is read from one")
    reader = fastexcel.read_excel(str(path))
    if len(reader.sheet_names) > MAX_SHEETS:
        raise _too_large(f"has more than {MAX_SHEETS} sheets")
    candidates: list[tuple[str, ...]] = []
    found: list[tuple[str, int, tuple[str, ...], Contract]] = []
    for name in reader.sheet_names:
        sheet = reader.load_sheet(name, header_row=None, dtypes="string", n_rows=_HEADER_ROWS)
        if sheet.width > MAX_COLUMNS or sheet.total_height * sheet.width > MAX_CELLS:
            raise _too_large(
                f"has a sheet of {sheet.total_height:,} rows and {sheet.width:,} columns"
            )
        for row, values in enumerate(sheet.to_polars().iter_rows()):
            header = tuple(value or "" for value in values)
            contract = match_header(header)
            if contract is not None:
                found.append((name, row, header, contract))
                break
            candidates.append(header)
    if not found:
        raise no_contract(candidates)
    if len(found) > 1:
        raise Refusal(
            "More than one sheet of the workbook is an export.",
            "Save each sheet as a file of its own.",
        )
    name, row, header, contract = found[0]
    check_duplicates(contract, header)
    table = reader.load_sheet(name, header_row=None, dtypes="string").to_polars().slice(row + 1)
    table = _mark_numeric_ids(reader, name, row, contract, header, table)
    table.write_ipc(target)
    return {"feed": contract.feed, "header": header, "header_row": row}


def _too_large(what: str) -> Refusal:
    return Refusal(
        f"The workbook {what}.",
        "Delete what stands far below or right of its table, or export it as CSV.",
    )


def _mark_numeric_ids(
    reader: fastexcel.ExcelReader,
    sheet: str,
    header_row: int,
    contract: Contract,
    header: tuple[str, ...],
    table: pl.DataFrame,
) -> pl.DataFrame:
    """Write numeric cells of id columns as a spreadsheet would show them.

    A number keeps 15 digits: a longer id in a numeric cell has lost some, and its text no longer
    shows it. Read as booleans, numeric cells have a value and text cells have none.
    """
    ids = sorted(
        position
        for name, position in map_headers(contract, header).items()
        if contract.column(name).kind in ("id", "tracking_number")
    )
    if not ids:
        return table
    flags = reader.load_sheet(
        sheet, header_row=None, use_columns=ids, dtypes=dict.fromkeys(ids, "boolean")
    ).to_polars()
    marked = []
    for flag, position in zip(flags.columns, ids, strict=True):
        cells = table.to_series(position)
        is_number = flags[flag].slice(header_row + 1).is_not_null()
        lost = (is_number & cells.str.contains(r"^-?[0-9]{16,}|[.eE]")).fill_null(False)
        if lost.any():
            rounded = cells.str.slice(0, 1) + ".0E+" + cells.str.len_chars().cast(pl.String)
            marked.append(cells.zip_with(~lost, rounded).alias(cells.name))
    return table.with_columns(marked)


if __name__ == "__main__":
    main()
