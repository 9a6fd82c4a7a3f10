"""What a page is made of: sections, tables, cells. The templates only lay them out.

Cells hold plain text; the templates escape it. Nothing here is markup, so a creator's name
cannot become any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flows.report.charts.svg import Figure, Ids
from flows.report.context import ReportContext
from flows.report.definitions import DEFINITIONS
from flows.report.formats import (
    MISSING,
    format_count,
    format_date,
    format_moment,
    format_money,
    format_price,
    format_rate,
    iso_moment,
    plural,
)
from flows.report.marts.day import ShopDay
from flows.report.sentences.rates import STATUSES, not_judged_sentence

_CUT = "The first "


@dataclass(frozen=True)
class Cell:
    """One table cell. ``kind``: text, code (an id), time or status; ``sort``: its raw value."""

    text: str
    kind: str = "text"
    sort: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """A column's heading; numbers stand at the right with tabular figures."""

    label: str
    is_number: bool = False


@dataclass(frozen=True)
class Row:
    """Cells in the order of the columns, the first being the row's heading."""

    cells: Sequence[Cell]
    anchor: str = ""


@dataclass(frozen=True)
class Table:
    """A table with the caption that says what, how many and in which order."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    @property
    def is_cut(self) -> bool:
        """Whether the page holds only the first rows, as its caption says."""
        return self.caption.startswith(_CUT)


@dataclass(frozen=True)
class Download:
    """A worklist beside the page."""

    href: str
    label: str


@dataclass(frozen=True)
class Fold:
    """What answers a further question of a section, closed until it is asked for."""

    summary: str
    tables: Sequence[Table]
    answers: Sequence[str] = ()
    figures: Sequence[Figure] = ()


@dataclass
class Section:
    """One question and its answer, picture, table, files and definition.

    ``short`` is its name in the list of sections; without it the question is. ``folds`` are
    details that only some readers need.
    """

    anchor: str
    question: str
    short: str = ""
    answers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    multiples: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    folds: list[Fold] = field(default_factory=list)
    downloads: list[Download] = field(default_factory=list)

    @property
    def definition(self) -> Sequence[str]:
        """How the section's numbers are counted, one paragraph a string; none without numbers."""
        return () if self.is_brief else DEFINITIONS.get(self.anchor, ())

    @property
    def is_brief(self) -> bool:
        """Whether the section has nothing to show but a line, as without its feed."""
        return not (self.figures or self.multiples or self.tables or self.folds or self.downloads)


@dataclass
class Page:
    """What a section is built from; ``folder`` is where the worklists are, seen from the page."""

    day: ShopDay
    context: ReportContext
    folder: str = ""
    ids: Ids = field(default_factory=Ids)

    @property
    def zone(self) -> str:
        """The shop's time zone."""
        return self.day.shop.timezone

    def download(self, name: str, label: str) -> Download:
        """A link to a worklist."""
        return Download(quote(f"{self.folder}{name}"), label)

    def not_judged(self, *feeds: str) -> list[str]:
        """Sentences on what these feeds would let the report judge; all of them without any."""
        return [
            not_judged_sentence(row["subject"], row["reason"], row["mend_feed"])
            for row in self.day.not_judged
            if not feeds or row["mend_feed"] in feeds
        ]


@dataclass(frozen=True)
class ShopPage:
    """One shop's page, ready to be laid out: its title, its data, and template variables."""

    page: Page
    verdict: str
    template: str
    variables: Mapping[str, Any]


def count(value: int | None) -> Cell:
    """A whole number."""
    return Cell(format_count(value), sort="" if value is None else str(value))


def rate(value: float | None, *lines: float | None) -> Cell:
    """A rate in percent."""
    return Cell(format_rate(value, lines), sort="" if value is None else f"{value:.6g}")


def number(value: float | None, decimals: int = 1) -> Cell:
    """A plain number with equal decimals."""
    if value is None:
        return Cell(MISSING)
    return Cell(f"{value:,.{decimals}f}", sort=f"{value:.6g}")


def money(amount: Decimal | None, currency: str | None) -> Cell:
    """Money without cents."""
    return Cell(format_money(amount, currency), sort="" if amount is None else str(amount))


def price(amount: Decimal | float | None, currency: str | None) -> Cell:
    """Money with cents."""
    return Cell(format_price(amount, currency), sort="" if amount is None else str(amount))


def basis(is_assumed: bool | None) -> Cell:
    """Whether the money beside it rests on what the shop gave or on a default."""
    return Cell(MISSING if is_assumed is None else "Assumed" if is_assumed else "Given")


def day_cell(day: date | None, *, year: bool = False) -> Cell:
    """A calendar day, sorted as one."""
    return Cell(format_date(day, year=year), sort=day.isoformat() if day else "")


def moment(at: datetime | None, zone: str) -> Cell:
    """A UTC moment on the shop's clock, with its ISO form for machines and sorting."""
    if at is None:
        return Cell(MISSING)
    return Cell(format_moment(at, zone), kind="time", detail=iso_moment(at, zone))


def code(text: str | None) -> Cell:
    """An id, a feed or a file name."""
    return Cell(text, kind="code") if text else Cell(MISSING)


def words(text: str | None) -> Cell:
    """Foreign text, as it is."""
    return Cell(text) if text else Cell(MISSING)


def status(name: str) -> Cell:
    """A status: shape, word and weight."""
    state = STATUSES[name]
    return Cell(state.word, kind="status", detail=name, sort=str(state.severity))


def headroom(row: dict[str, object]) -> Cell:
    """How many more defects fit, or by how many the target is broken."""
    room = int(str(row["headroom"]))
    if row["status"] in ("no_data", "insufficient_volume"):
        return Cell(MISSING)
    text = f"{room:,} left" if room >= 0 else f"{-room:,} over"
    return Cell(text, sort=str(room))


@dataclass(frozen=True)
class Field:
    """A column of a table and how a mart's row fills it."""

    label: str
    cell: Callable[[Mapping[str, Any]], Cell]
    is_number: bool = False


def table_of(caption: str, fields: Sequence[Field], rows: Sequence[Mapping[str, Any]]) -> Table:
    """The rows of a mart as a table, one field a column."""
    return Table(
        caption,
        [Column(field.label, field.is_number) for field in fields],
        [Row([field.cell(row) for field in fields]) for row in rows],
    )


def list_caption(one: str, shown: int, total: int, order: str, many: str = "") -> str:
    """``12 open orders, by deadline.``; says so when the page holds only the first rows."""
    whole = plural(total, one, many or None)
    if shown < total:
        return f"{_CUT}{shown:,} of {whole}, {order}; the CSV holds all."
    return f"{whole}, {order}."
