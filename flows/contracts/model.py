"""What a contract says, as frozen values. `flows.contracts.load` reads them from the ODCS files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

import polars as pl

Kind = Literal[
    "text",
    "id",
    "tracking_number",
    "handle",
    "zip3",
    "keyed_hash",
    "postal_code",
    "integer",
    "decimal",
    "money",
    "rate",
    "boolean",
    "timestamp",
    "date",
]
"""How the text of a cell becomes a value.

- `text`: trimmed text. `id`: text whose digits must have survived (`5.76E+17` is refused).
- `tracking_number`: white space removed, upper case. `handle`: trimmed, leading `@` removed.
- `zip3`: the first three digits of a US-style ZIP. `postal_code`: text, leading zeros kept.
- `keyed_hash`: a hash under the home folder's key; nothing for a name that is masked with `*`.
- `integer`, `decimal`, `money` (currency text allowed), `rate` (`15%` is 0.15), `boolean`.
- `timestamp`: UTC without a zone, with the shop's date beside it. `date`: a calendar date.
"""

DateOrder = Literal["month_first", "day_first", "iso"]
TimeZone = Literal["shop", "utc"]
Treatment = Literal["dropped", "zip3", "keyed_hash"]
Severity = Literal["critical", "warning"]
Watched = Literal["share", "progress"]
"""How the mix of a column's words is watched from file to file.

- `share`: in all rows. `progress`: the word says how far a row has come or what became of it, so
  it is watched in rows of one age, and not behind a surge of orders.
"""
SourceForm = Literal[
    "text",
    "iso",
    "utc",
    "local_offset",
    "date_time",
    "date_time_utc",
    "date_time_offset",
    "whole",
    "count",
    "ounces",
    "pounds",
]
"""How a value of a vendor's JSON becomes a column's text.

- `text`: as it is. `whole`: a whole number that may be written `7.0`. `count`: the length of the
  list. `ounces`, `pounds`: a weight, to kilograms.
- `iso`: an ISO 8601 time, with or without an offset. `utc`: the same, UTC when it has none.
- `local_offset`: a local ISO time and its offset from UTC.
- `date_time`: `YYYYMMDD` and `HHMMSS` or `HH:MM:SS`, local; `date_time_utc`: the same in UTC;
  `date_time_offset`: the same with its offset from UTC.
"""

SYSTEM_COLUMNS: Mapping[str, tuple[pl.DataType, str]] = MappingProxyType(
    {
        "shop_id": (pl.String(), "The shop: the name of its folder under `landing/`."),
        "source_id": (
            pl.String(),
            "First 16 hexadecimal digits of the SHA-256 of the file's SHA-256.",
        ),
        "row_number": (
            pl.Int64(),
            "Row in the file: the first line of the file or sheet is 1; in JSON the first record.",
        ),
    }
)
"""Columns that every lake table has after the contract's own: name to (type, description)."""

DAMAGED_ID = r"^[0-9]+([.][0-9]+)?[eE][+]?[0-9]+$|^[0-9]+[.]0+$"
"""What a spreadsheet leaves of a long number; the digits are lost and the row is refused."""

# The year is written out, or stands last: an identity or telephone number has more digits in front.
_DATE = r"^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})"

DEFAULT_SAFE_PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "integer": r"^-?[0-9]{1,4}$",
        "decimal": r"^-?[0-9]{1,4}([.,][0-9]{1,3})?$",
        "money": r"^-?[0-9]{1,4}$|^-?[0-9]{1,9}[.,][0-9]{1,3}$",
        "rate": r"^-?[0-9]{1,4}([.,][0-9]{1,4})? ?%?$",
        "timestamp": _DATE + r"([ T][0-9:.+-]{1,20})?( ?[AaPp][Mm]|Z)?$",
        "date": _DATE + "$",
    }
)
"""By kind, the refused values that may be shown in quarantine: never what could be a name, a
telephone number or a post code. Text kinds name theirs in the contract, or are never shown."""

BEYOND_ANY: Mapping[str, int] = MappingProxyType(
    {"integer": 10**7, "decimal": 10**9, "money": 10**10, "rate": 100}
)
"""By kind, the size from which a value is no export's: it would make the sums over it overflow.
A contract's own limits are narrower where it has any."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a feed's lake table.

    `headers` are the spellings that name it in a file, best first; empty for a column that is
    computed from another one (`derived_from`). `vocabulary` maps folded words of the file to the
    canonical word; unless it is closed, an unknown word is kept in lower case.
    `minimum` and `maximum` are inclusive. A value that does not match `pattern` is refused; a
    refused value may be shown in quarantine only where it matches `safe_pattern`.
    """

    name: str
    kind: Kind
    description: str
    physical_type: str
    headers: tuple[str, ...] = ()
    required_header: bool = False
    nullable: bool = True
    scale: int = 0
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    is_vocabulary_closed: bool = False
    minimum: int | Decimal | date | None = None
    maximum: int | Decimal | date | None = None
    pattern: str | None = None
    safe_pattern: str | None = None
    is_key: bool = False
    unit: str | None = None
    derived_from: str | None = None
    treatment: Treatment | None = None
    watched: Watched | None = None

    @property
    def dtype(self) -> pl.DataType:
        """The column's type in the lake."""
        if self.physical_type.startswith("DECIMAL"):
            return pl.Decimal(18, self.scale)
        return _PHYSICAL_TYPES[self.physical_type]

    @property
    def words(self) -> tuple[str, ...]:
        """The canonical words of the vocabulary, in the contract's order, each once."""
        return tuple(dict.fromkeys(self.vocabulary.values()))


_PHYSICAL_TYPES: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "VARCHAR": pl.String(),
        "INTEGER": pl.Int32(),
        "BIGINT": pl.Int64(),
        "DOUBLE": pl.Float64(),
        "BOOLEAN": pl.Boolean(),
        "TIMESTAMP": pl.Datetime("us"),
        "DATE": pl.Date(),
    }
)


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column of the file that holds personal data and never reaches the lake."""

    name: str
    headers: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class FileLayout:
    """One known header line, spelled and ordered as the platform writes it."""

    name: str
    market: str | None
    header: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JsonSource:
    """One place in a vendor's JSON: the paths of its parts, and how they become a column's text."""

    paths: tuple[str, ...]
    form: SourceForm = "text"


@dataclass(frozen=True, slots=True)
class JsonField:
    """Where a column's text comes from in a vendor's JSON.

    Of several `sources` the first that holds a value wins. `codes` maps the vendor's code to the
    canonical word: a code without a mapping passes on to the next source, and stays as it is after
    the last one, for the vocabulary to refuse. `constant` needs no source.
    """

    column: str
    sources: tuple[JsonSource, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class JsonLayout:
    """A vendor's JSON document.

    A path is dotted; `[]` after a name steps into each element of a list, `[0]` into the first.
    `roots` are the places where the vendor's object may stand, empty for the document itself; all
    other paths start from there. `signature` paths must all be there for the document to match;
    `records` is the list whose elements are the rows (empty: the object itself is one row). With
    `total_by`, records that agree on these columns are one row, and the numbers in `totals` are
    added up.
    """

    name: str
    vendor: str
    title: str
    signature: tuple[str, ...]
    records: str
    fields: tuple[JsonField, ...]
    roots: tuple[str, ...] = ("",)
    total_by: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    notes: str = ""

    def at(self, root: str) -> "JsonLayout":
        """The layout with paths from the top of a document whose objects stand at `root`."""

        def below(path: str) -> str:
            return ".".join(part for part in (root, path) if part)

        def moved(source: JsonSource) -> JsonSource:
            return replace(source, paths=tuple(below(path) for path in source.paths))

        return replace(
            self,
            roots=("",),
            signature=tuple(below(path) for path in self.signature),
            records=below(self.records),
            fields=tuple(
                replace(item, sources=tuple(moved(source) for source in item.sources))
                for item in self.fields
            ),
        )


@dataclass(frozen=True, slots=True)
class QualityRule:
    """An ODCS quality rule of the library type that a gate can run on the lake table.

    `metric` is nullValues, missingValues, invalidValues, duplicateValues or rowCount; `operator`
    is the ODCS comparison (`mustBe`, `mustBeLessThan`, …), `value` what it compares with, and
    `unit` is `rows` or `percent`. `column` is None for a rule of the whole table.
    """

    name: str
    metric: str
    operator: str
    value: int | float | tuple[float, float]
    unit: str
    severity: Severity
    column: str | None
    arguments: Mapping[str, object]
    description: str


@dataclass(frozen=True, slots=True)
class Contract:
    """One feed.

    `feed` is `<system>/<entity>`, `table` its name in the lake (`<system>__<entity>`).
    `date_order` decides for a file whose dates fit both orders and whose shop's market is not in
    `date_order_by_market`. `is_declaration`: the feed has no time stamps of its own, so new bytes
    under the same path replace the old file's rows. `fingerprint` changes with any change of
    meaning of the contract's file; comments and layout do not count.
    """

    feed: str
    table: str
    system: str
    entity: str
    version: str
    title: str
    description: str
    dropped_by: str
    grain: str
    columns: tuple[Column, ...]
    personal_columns: tuple[PersonalColumn, ...]
    known_headers: tuple[str, ...]
    date_order: DateOrder
    date_order_by_market: Mapping[str, DateOrder]
    time_zone: TimeZone
    null_words: tuple[str, ...]
    description_row_markers: tuple[str, ...]
    file_layouts: tuple[FileLayout, ...]
    json_layouts: tuple[JsonLayout, ...]
    quality_rules: tuple[QualityRule, ...]
    is_declaration: bool
    freshness_days: int
    fingerprint: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the columns that identify a row."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def personal_headers(self) -> tuple[str, ...]:
        """Headers of the columns that are dropped at the door."""
        return tuple(header for item in self.personal_columns for header in item.headers)

    @property
    def hashed_headers(self) -> tuple[str, ...]:
        """Headers of the columns of which a keyed hash alone is kept."""
        return tuple(
            header
            for column in self.columns
            if column.treatment == "keyed_hash"
            for header in column.headers
        )

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` when the contract has none."""
        for item in self.columns:
            if item.name == name:
                return item
        raise KeyError(f"{self.feed} has no column {name!r}")

    def date_order_for(self, market: str | None) -> DateOrder:
        """The order of day and month in a file of that market that fits both."""
        return self.date_order_by_market.get(market or "", self.date_order)


def shop_date_name(timestamp_name: str) -> str:
    """Name of the calendar date that stands beside a timestamp: `paid_at` has `paid_on`."""
    return timestamp_name.removesuffix("_at") + "_on"


def lake_columns(contract: Contract) -> tuple[tuple[str, pl.DataType, str], ...]:
    """(name, type, description) of every column of the lake table, in its order.

    After each timestamp comes its date in the shop's zone; the system columns come last.
    """
    found: list[tuple[str, pl.DataType, str]] = []
    for column in contract.columns:
        found.append((column.name, column.dtype, column.description))
        if column.kind == "timestamp":
            text = f"Date of `{column.name}` in the shop's zone."
            found.append((shop_date_name(column.name), pl.Date(), text))
    found.extend((name, dtype, text) for name, (dtype, text) in SYSTEM_COLUMNS.items())
    return tuple(found)


def lake_schema(contract: Contract) -> dict[str, pl.DataType]:
    """Polars schema of the feed's lake table, system columns and derived dates included."""
    return {name: dtype for name, dtype, _ in lake_columns(contract)}
