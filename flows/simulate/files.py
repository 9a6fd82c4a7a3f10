"""Writes frames as CSV files that are the same bytes every time, plain or compressed."""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from flows.simulate.types import IntArray

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_FASTEST = 1


@dataclass(frozen=True)
class Written:
    """A file (or the member of an archive) and its rows by what becomes of them."""

    file: str
    feed: str
    rows_read: int
    rows_accepted: int
    rows_skipped: int


@dataclass
class Landing:
    """The landing folder of one shop and the account of what was put there."""

    root: Path
    written: list[Written] = field(default_factory=list)
    bytes_written: int = 0

    def put(
        self,
        feed: str,
        name: str,
        frame: pl.DataFrame,
        *,
        compression: str = "",
        descriptions: dict[str, str] | None = None,
        windows: bool = False,
    ) -> None:
        """Write one CSV.

        Args:
            name: path in the shop's landing folder, ending in `.csv`.
            compression: empty, `gz` or `zip`.
            descriptions: a row of descriptions after the header, by column.
            windows: byte-order mark and CRLF.
        """
        rows = frame.height
        if descriptions is not None:
            row = pl.DataFrame(
                {c: [descriptions.get(c)] for c in frame.columns},
                schema=dict.fromkeys(frame.columns, pl.String),
            )
            frame = pl.concat([row, frame.cast(pl.String)])
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        ending = "\r\n" if windows else "\n"
        if not compression:
            frame.write_csv(path, include_bom=windows, line_terminator=ending)
        else:
            buffer = io.BytesIO()
            frame.write_csv(buffer, include_bom=windows, line_terminator=ending)
            path, name = self._compress(path, name, buffer.getvalue(), compression)
        self.bytes_written += path.stat().st_size
        skipped = frame.height - rows
        self.written.append(Written(name, feed, frame.height, rows, skipped))

    def _compress(self, path: Path, name: str, content: bytes, kind: str) -> tuple[Path, str]:
        if kind == "gz":
            path = path.with_name(path.name + ".gz")
            with (
                path.open("wb") as raw,
                gzip.GzipFile(
                    filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=_FASTEST
                ) as packed,
            ):
                packed.write(content)
            return path, name + ".gz"
        member = zipfile.ZipInfo(path.name, date_time=_ZIP_DATE)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        archive = path.with_suffix(".zip")
        with zipfile.ZipFile(archive, "w") as packed_zip:
            packed_zip.writestr(member, content, compresslevel=_FASTEST)
        return archive, f"{Path(name).with_suffix('.zip')}!/{path.name}"


def ids(values: IntArray, tail: str = "") -> pl.Series:
    """Ids as text, each with `tail` behind it."""
    text = pl.Series(values).cast(pl.String)
    return pl.select(text + tail).to_series() if tail else text


def pick_text(table: Sequence[str | None], index: IntArray) -> pl.Series:
    """Texts of a small table by index."""
    return pl.Series(list(table), dtype=pl.String).gather(index)


def assemble(group: IntArray, makers: Mapping[int, Callable[[IntArray], pl.Series]]) -> pl.Series:
    """Texts made by group: each maker gets the indices of its group's entries."""
    index = [np.flatnonzero(group == number) for number in makers]
    texts = [make(at) for at, make in zip(index, makers.values(), strict=True)]
    place = np.empty(len(group), dtype=np.int64)
    place[np.concatenate(index)] = np.arange(len(group))
    return pl.concat(texts).gather(place)


def plain_money(cents: int, decimals: int) -> str:
    """One amount in a currency's smallest unit as plain text, as `MoneyText` writes many."""
    return f"{cents // 100}.{cents % 100:02d}" if decimals else str(cents)


class MoneyText:
    """Amounts in a currency's smallest unit as plain text such as `25.00`, or `25000`.

    Args:
        most_cents: the largest amount.
        decimals: 2, or 0 for a currency without a smaller unit.
    """

    def __init__(self, most_cents: int, decimals: int = 2) -> None:
        self._whole = decimals == 0
        cents = pl.Series(np.arange(0 if self._whole else most_cents + 1))
        self._table = pl.select(
            pl.concat_str(
                (cents // 100).cast(pl.String), pl.lit("."),
                (cents % 100).cast(pl.String).str.zfill(2),
            )
        ).to_series()  # fmt: skip

    def __call__(self, cents: IntArray) -> pl.Series:
        """Texts of amounts up to the most that the table was made for."""
        return ids(cents) if self._whole else self._table.gather(cents)
