"""What would come of a file, without loading anything: for `greenzone check`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.contracts import contract, map_headers, unknown_headers
from flows.contracts.folding import fold
from flows.ingest.decompress import Plain, Unreadable, open_plain
from flows.ingest.one_file import member_path, read_source
from flows.ingest.reasons import ROW_REASONS, Refusal
from flows.ingest.shops import Shop
from flows.ingest.sources import open_source
from flows.ingest.tables import Source

SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One refused row: where and why. It holds no value of the row."""

    row_number: int
    column: str
    reason: str
    mend: str


@dataclass(frozen=True, slots=True)
class MemberCheck:
    """What would come of one file, or of one member of a .zip.

    `reason` and `mend` are set when it would be refused whole. `reasons` counts the refused rows
    by reason; `refused_rows` are the first of them. `dropped_columns`: personal, they stay out of
    the lake. `hashed_columns`: personal, a keyed hash alone gets there. `unknown_columns`: the
    contract does not know them, they are not read.
    """

    file: str
    feed: str | None = None
    title: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_skipped: int = 0
    reason: str = ""
    mend: str = ""
    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    read_columns: tuple[str, ...] = ()
    dropped_columns: tuple[str, ...] = ()
    hashed_columns: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    refused_rows: tuple[RefusedRow, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the whole file would be refused."""
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The members of a checked file, one for a file that is no .zip."""

    path: Path
    members: tuple[MemberCheck, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every row of every member would be accepted."""
        return all(not m.is_refused and not m.rows_quarantined for m in self.members)


class _Counter:
    """A sink that keeps the first refused rows and nothing else."""

    def __init__(self) -> None:
        self.refused: list[RefusedRow] = []

    def accept(self, rows: pl.DataFrame) -> None:
        """Accepted rows go nowhere."""

    def refuse(self, rows: pl.DataFrame) -> None:
        """Keep the first refused rows."""
        for row in rows.head(SHOWN_ROWS - len(self.refused)).iter_rows(named=True):
            reason, mend = ROW_REASONS[row["code"]]
            self.refused.append(RefusedRow(row["row_number"], row["column"], reason, mend))

    def reset(self) -> None:
        """Forget what was kept."""
        self.refused.clear()


def check_file(path: Path, shop: Shop | None = None) -> CheckReport:
    """Read a file as `ingest` would and say what would come of it; nothing is written.

    `shop`: whose file it is (its market, zone and currency decide how some cells are read); an
    undeclared US shop when None. Raises `OSError` when the file cannot be read at all.
    """
    owner = shop or Shop("")
    with tempfile.TemporaryDirectory(prefix="greenzone-check-") as name:
        folder = Path(name)
        members = tuple(
            _check(path.name, plain, owner, folder) for plain in open_plain(path, folder)
        )
    return CheckReport(path, members)


def _check(name: str, plain: Plain | Unreadable, shop: Shop, folder: Path) -> MemberCheck:
    file = member_path(name, plain.member)
    scratch = folder / "check.utf8"
    feed: str | None = None
    try:
        if isinstance(plain, Unreadable):
            raise plain.refusal
        source = open_source(plain.path, plain.facts, scratch)
        feed = source.contract.feed
        sink = _Counter()
        reading = read_source(source, shop, "", sink, scratch)
    except Refusal as refusal:
        title = contract(feed).title if feed else ""
        return MemberCheck(file, feed, title, reason=refusal.reason, mend=refusal.mend)
    read, hashed, dropped = _columns(source)
    return MemberCheck(
        file,
        feed,
        source.contract.title,
        reading.rows_read,
        reading.rows_accepted,
        reading.rows_quarantined,
        reading.rows_skipped,
        encoding=source.encoding,
        delimiter=source.delimiter,
        date_order=reading.conventions.date_order,
        read_columns=read,
        dropped_columns=dropped,
        hashed_columns=hashed,
        unknown_columns=_unknown(source),
        reasons=tuple(
            (ROW_REASONS[code][0], count) for code, count in reading.reasons.most_common()
        ),
        refused_rows=tuple(sink.refused),
    )


def _unknown(source: Source) -> tuple[str, ...]:
    """The headers that the contract does not know. JSON has none: its paths are the contract's."""
    return unknown_headers(source.contract, source.header) if source.header_row else ()


def _columns(source: Source) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The headers that are read, those read as a hash alone, and those that are dropped."""
    header = source.header
    read = [header[i].strip() for i in sorted(map_headers(source.contract, header).values())]
    hashed = {fold(name) for name in source.contract.hashed_headers}
    personal = {fold(name) for name in source.contract.personal_headers}
    return (
        tuple(name for name in read if fold(name) not in hashed),
        tuple(name for name in read if fold(name) in hashed),
        tuple(cell.strip() for cell in header if fold(cell) in personal),
    )
