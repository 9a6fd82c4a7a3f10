"""One batch of text cells becomes typed rows of the lake and a list of refused rows.

Whole columns take a fast path; only the cells that it leaves are looked at again. A row is refused
for the first column, in the contract's order, that cannot be read or breaks the contract.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from flows.contracts import Column, Contract, fold, lake_schema
from flows.contracts.model import shop_date_name
from flows.ingest import amounts, words
from flows.ingest.clock import Clock
from flows.ingest.conventions import Conventions
from flows.ingest.shops import Shop, is_zone
from flows.ingest.times import read_dates, read_times
from flows.ingest.tracking_numbers import tidy, tracking_fits

ROW = "row_number"
_TOTAL_KINDS = frozenset({"text", "handle", "zip3", "postal_code"})
REFUSED_SCHEMA: dict[str, pl.DataType] = {
    ROW: pl.Int64(),
    "column": pl.String(),
    "code": pl.String(),
    "order_id": pl.String(),
    "other_keys": pl.String(),
    "value": pl.String(),
}


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Text cells as they stand in the file: one column per lake column that the file has.

    `bad_rows`: indices of rows whose cells cannot be told apart, by reason code. `whole` gives
    all cells of the batch, unmapped columns too (only to tell a blank row from a broken one);
    None when the mapped columns are all there are.
    """

    cells: pl.DataFrame
    bad_rows: dict[str, pl.Series] = field(default_factory=dict)
    whole: Callable[[], pl.DataFrame] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rows of one file are read with."""

    contract: Contract
    shop: Shop
    clock: Clock
    conventions: Conventions
    source_id: str


@dataclass(slots=True)
class TypedBatch:
    """Rows of one batch. `row_number` counts from 0 within the batch; the reader shifts it.

    `refused` has the columns of `REFUSED_SCHEMA`. `rows` = accepted + refused + `skipped`.
    """

    rows: int
    accepted: pl.DataFrame
    refused: pl.DataFrame
    skipped: int
    evidence: set[str]
    newest_at: datetime | None
    shifted: int


class _Work:
    """The columns typed so far and the failures found, for one batch."""

    def __init__(self, raw: RawBatch, setting: Setting) -> None:
        self.raw = raw
        self.cells = raw.cells
        self.setting = setting
        self.contract = setting.contract
        self.null_words = setting.contract.null_words
        self.typed: dict[str, pl.Series] = {}
        self.failures: list[tuple[pl.Series, int, str]] = []
        self.evidence: set[str] = set()
        self.money_currency: pl.Series | None = None
        self.shifted = 0

    def present(self, *kinds: str) -> list[Column]:
        """The contract's columns of these kinds that the file has."""
        names = set(self.cells.columns)
        return [c for c in self.contract.columns if c.name in names and c.kind in kinds]

    def fail(self, rows: pl.Series, column: Column, code: str) -> None:
        """Note that rows (indices) are refused for a column."""
        if len(rows):
            self.failures.append((rows, self.contract.columns.index(column), code))

    def undecided(self, column: Column) -> pl.Series:
        """Indices of the cells that hold something and have no value yet."""
        return (
            self.cells[column.name].is_not_null() & self.typed[column.name].is_null()
        ).arg_true()


def type_batch(raw: RawBatch, setting: Setting) -> TypedBatch:
    """Type, check and split one batch."""
    work = _Work(raw, setting)
    _read_times(work)
    _read_plain(work)
    _read_odd(work)
    frame = _complete(work)
    _check(work, frame)
    return _split(work, frame)


def _read_times(work: _Work) -> None:
    columns = work.present("timestamp")
    conventions = work.setting.conventions
    times = read_times(
        work.cells,
        [column.name for column in columns],
        conventions.date_order,
        work.setting.clock,
        is_utc=work.contract.time_zone == "utc",
        null_words=work.null_words,
        wants_evidence=not conventions.are_dates_settled,
    )
    for column in columns:
        on = shop_date_name(column.name)
        work.typed[column.name], work.typed[on] = times.frame[column.name], times.frame[on]
        if column.name in times.failed:
            work.fail(times.failed[column.name], column, "not_a_time")
    work.evidence |= times.evidence
    work.shifted = times.shifted


def _read_plain(work: _Work) -> None:
    """The fast path: one expression a column, all columns at once."""
    mark = work.setting.conventions.decimal_mark
    country = next((name for name in work.cells.columns if name.endswith("country")), None)
    expressions: list[pl.Expr] = []
    for column in work.contract.columns:
        name = column.name
        if name not in work.cells.columns or column.kind == "timestamp":
            continue
        if column.kind == "boolean" or column.vocabulary:
            distinct = work.cells[name].drop_nulls().unique().to_list()
            known = words.translations(column, distinct, work.null_words)
            text = pl.col(name).replace_strict(known, default=None, return_dtype=pl.String)
            expressions.append(text == "true" if column.kind == "boolean" else text)
        elif column.kind in ("text", "postal_code"):
            expressions.append(words.trimmed(name, work.null_words))
        elif column.kind == "handle":
            expressions.append(words.handle(name, work.null_words))
        elif column.kind in ("id", "tracking_number"):
            expressions.append(words.identifier(name, work.null_words))
        elif column.kind == "zip3":
            expressions.append(words.zip3(name, country, work.setting.shop.market))
        elif column.kind in ("money", "decimal"):
            of_column = mark if column.kind == "money" else "point"
            expressions.append(amounts.fast_decimal(name, column.scale, of_column))
        elif column.kind == "integer":
            expressions.append(amounts.fast_integer(name, column.dtype))
        elif column.kind == "date":
            expressions.append(pl.col(name).str.to_date("%Y-%m-%d", strict=False))
        else:
            expressions.append(pl.lit(None, dtype=column.dtype).alias(name))
    typed = work.cells.select(expressions)
    if typed.height != work.cells.height:  # a selection of literals alone has one row
        typed = typed.clear(work.cells.height)
    work.typed.update({series.name: series for series in typed.get_columns()})
    money = work.present("money")
    if not work.setting.conventions.are_amounts_settled and mark == "point" and money:
        seen = work.cells.select(amounts.has_decimals(c.name).alias(c.name) for c in money)
        if any(seen.row(0)):
            work.evidence.add("point")


def _read_odd(work: _Work) -> None:
    """The slow path, for the cells that the fast one left."""
    for column in work.present(
        "id", "tracking_number", "money", "decimal", "integer", "rate", "boolean", "date", "text"
    ):
        if column.kind in _TOTAL_KINDS and not column.vocabulary:
            continue
        places = work.undecided(column)
        if not len(places):
            continue
        cells = work.cells[column.name].gather(places)
        values, failed, code = _odd_values(work, column, cells, places)
        work.fail(places.gather(failed), column, code)
        if values is not None:
            work.typed[column.name] = work.typed[column.name].scatter(places, values)
    for column in work.present("tracking_number"):
        work.typed[column.name] = tidy(work.typed[column.name])


def _odd_values(
    work: _Work, column: Column, cells: pl.Series, places: pl.Series
) -> tuple[pl.Series | None, pl.Series, str]:
    """Values of odd cells, the indices (among them) that failed, and why."""
    conventions = work.setting.conventions
    nulls = work.null_words
    if column.kind in ("id", "tracking_number"):
        values, damaged = words.odd_identifiers(cells, nulls)
        return values, damaged, "damaged_id"
    if column.kind == "money":
        read = amounts.read_amounts(cells, column.scale, conventions.decimal_mark, nulls)
        _note_currency(work, places, read.currencies, column)
    elif column.kind == "decimal":
        read = amounts.read_amounts(
            cells.str.replace(",", ".", literal=True), column.scale, "point", nulls
        )
        read.evidence.clear()
    elif column.kind == "integer":
        read = amounts.read_integers(cells, column.dtype, conventions.decimal_mark, nulls)
    elif column.kind == "rate":
        read = amounts.read_rates(cells, conventions.decimal_mark, nulls)
    elif column.kind == "date":
        dates, failed, evidence = read_dates(cells, conventions.date_order, nulls)
        work.evidence |= evidence
        return dates, failed, "not_a_date"
    else:
        is_null = cells.str.strip_chars().is_in(["", *nulls])
        return None, (~is_null).arg_true(), "unknown_word"
    work.evidence |= read.evidence
    return read.values, read.failed, (
        "not_an_integer" if column.kind == "integer" else "not_a_number"
    )


def _note_currency(work: _Work, places: pl.Series, found: pl.Series, column: Column) -> None:
    """Keep the currencies that amounts name; two in one row refuse it."""
    named = found.is_not_null()
    if not named.any():
        return
    places, found = places.filter(named), found.filter(named)
    if work.money_currency is None:
        work.money_currency = pl.repeat(None, work.cells.height, dtype=pl.String, eager=True)
    before = work.money_currency.gather(places)
    work.fail(places.filter((before != found).fill_null(False)), column, "two_currencies")
    work.money_currency = work.money_currency.scatter(places, found)


def _complete(work: _Work) -> pl.DataFrame:
    """The lake's columns, those that derive from others or that the file lacks included."""
    height = work.cells.height
    typed = work.typed
    for column in work.contract.columns:
        source = work.contract.column(column.derived_from) if column.derived_from else None
        if source is None or column.name in typed or source.name not in work.cells.columns:
            continue
        if column.kind == "zip3":
            expression = words.zip3(source.name, None, work.setting.shop.market)
            typed[column.name] = work.cells.select(expression).to_series()
        elif source.kind == "tracking_number":
            typed[column.name] = tracking_fits(typed[source.name])
    if any(column.name == "currency" for column in work.contract.columns):
        typed["currency"] = _currency(work, typed.get("currency"))
    series = []
    for name, dtype in lake_schema(work.contract).items():
        if name in typed:
            value = typed[name]
            series.append((value if value.dtype == dtype else value.cast(dtype)).alias(name))
        elif name == "shop_id":
            series.append(pl.repeat(work.setting.shop.shop_id, height, eager=True).alias(name))
        elif name == "source_id":
            series.append(pl.repeat(work.setting.source_id, height, eager=True).alias(name))
        elif name == ROW:
            series.append(pl.int_range(height, dtype=pl.Int64, eager=True).alias(name))
        else:
            series.append(pl.repeat(None, height, dtype=dtype, eager=True).alias(name))
    return pl.DataFrame(series)


def _currency(work: _Work, own: pl.Series | None) -> pl.Series:
    """The row's own currency, else the one that its amounts name, else the shop's."""
    column = work.contract.column("currency")
    found = pl.repeat(None, work.cells.height, dtype=pl.String, eager=True)
    if own is not None:
        found = own.str.to_uppercase()
        odd = (found.is_not_null() & ~found.str.contains(r"^[A-Z]{3}$")).arg_true()
        work.fail(odd, column, "not_a_currency")
    if not any(item.kind == "money" for item in work.contract.columns):
        return found
    if work.money_currency is not None:
        found = found.zip_with(found.is_not_null(), work.money_currency)
    return found.fill_null(work.setting.shop.currency)


def _check(work: _Work, frame: pl.DataFrame) -> None:
    """Note the rows that break the contract's limits."""
    checks: list[tuple[pl.Expr, Column, str]] = []
    for column in work.contract.columns:
        name = column.name
        if not column.nullable:
            checks.append((pl.col(name).is_null(), column, "missing"))
        if name not in work.cells.columns:
            continue
        limited = shop_date_name(name) if column.kind == "timestamp" else name
        if column.minimum is not None:
            checks.append((pl.col(limited) < _limit(column, column.minimum), column, "below_minimum"))
        if column.maximum is not None:
            checks.append((pl.col(limited) > _limit(column, column.maximum), column, "above_maximum"))
        if column.pattern is not None:
            checks.append((~pl.col(name).str.contains(column.pattern), column, "bad_pattern"))
        if name == "timezone":
            known = [zone for zone in frame[name].unique().drop_nulls() if is_zone(zone)]
            checks.append((~pl.col(name).is_in(known), column, "not_a_zone"))
    if not checks:
        return
    counts = frame.select(check.sum().alias(str(i)) for i, (check, _, _) in enumerate(checks))
    for count, (check, column, code) in zip(counts.row(0), checks, strict=True):
        if count:
            rows = frame.select(check.fill_null(False)).to_series().arg_true()
            work.fail(rows, column, code)


def _limit(column: Column, limit: object) -> pl.Expr:
    if isinstance(limit, date):
        return pl.lit(limit)
    return pl.lit(limit).cast(column.dtype)


def _split(work: _Work, frame: pl.DataFrame) -> TypedBatch:
    """Separate accepted, refused and skipped rows."""
    rows = frame.height
    refused = pl.DataFrame(schema=REFUSED_SCHEMA)
    skipped = 0
    if work.failures or work.raw.bad_rows:
        first = _first_failures(work)
        cells = work.cells[first[ROW]]
        no_data = _is_no_data(work, first[ROW], cells)
        skipped = int(no_data.sum())
        out = pl.Series([True]).new_from_index(0, rows).scatter(first[ROW], False)
        frame = frame.filter(out)
        refused = _refused(work, first.filter(~no_data), cells.filter(~no_data))
    stamps = [c.name for c in work.contract.columns if c.kind == "timestamp"]
    newest = None
    if stamps and frame.height:
        newest = frame.select(pl.max_horizontal(pl.max(*stamps))).item()
    return TypedBatch(rows, frame, refused, skipped, work.evidence, newest, work.shifted)


def _first_failures(work: _Work) -> pl.DataFrame:
    """Row index, column position and code of each refused row's first failure."""
    bad = [(rows, -1, code) for code, rows in work.raw.bad_rows.items() if len(rows)]
    parts = [
        pl.DataFrame({ROW: rows.cast(pl.Int64)}).with_columns(
            pl.lit(position).alias("position"), pl.lit(code).alias("code"), pl.lit(n).alias("n")
        )
        for n, (rows, position, code) in enumerate(bad + work.failures)
    ]
    if not parts:
        return pl.DataFrame(
            schema={ROW: pl.Int64, "position": pl.Int32, "code": pl.String, "n": pl.Int32}
        )
    return (
        pl.concat(parts)
        .sort(ROW, "position", "n")
        .unique(subset=ROW, keep="first", maintain_order=True)
    )


def _is_no_data(work: _Work, rows: pl.Series, cells: pl.DataFrame) -> pl.Series:
    """Whether each refused row is blank, a description of the columns, or the header again."""
    markers = {fold(marker) for marker in work.contract.description_row_markers}
    own = {c.name: [fold(h) for h in c.headers] for c in work.contract.columns if c.headers}
    text = cells.select(
        pl.all().str.replace_all(r"\s+", " ").str.strip_chars(" \ufeff").str.to_lowercase()
    )
    names = [name for name in text.columns if name in own]
    judged = text.select(
        pl.all_horizontal(pl.all().fill_null("") == "").alias("is_blank"),
        pl.any_horizontal(pl.all().is_in(list(markers))).fill_null(False).alias("is_description"),
        (
            pl.sum_horizontal(pl.col(n).is_in(own[n]).fill_null(False) for n in names)
            >= min(3, len(names))
        ).alias("is_header"),
    )
    blank = judged["is_blank"]
    if blank.any() and work.raw.whole is not None:
        everything = work.raw.whole()[rows]
        blank = blank & everything.select(
            pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == "")
        ).to_series()
    return blank | judged["is_description"] | judged["is_header"]


def _refused(work: _Work, first: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Refused rows with their keys and values, both only where they match the safe pattern."""
    columns = work.contract.columns
    by_name = {c.name: c for c in columns if c.name in cells.columns and c.safe_pattern}
    safe = cells.select(
        pl.when(text.str.contains(by_name[name].safe_pattern or "")).then(text).alias(name)
        for name, text in ((name, pl.col(name).str.strip_chars()) for name in by_name)
    )
    if safe.height != cells.height:
        safe = pl.DataFrame({"nothing": pl.repeat(None, cells.height, dtype=pl.String, eager=True)})
    names = [columns[p].name if p >= 0 else "" for p in range(-1, len(columns))]
    failed = first.select(
        ROW, pl.Series(names).gather((first["position"] + 1).cast(pl.UInt32)).alias("column"), "code"
    )
    value = pl.lit(None, dtype=pl.String)
    for name in failed["column"].unique():
        if name in safe.columns:
            value = pl.when(pl.col("column") == name).then(pl.col(f"safe:{name}")).otherwise(value)
    others = [k for k in work.contract.keys if k != "order_id" and k in safe.columns]
    pairs = [
        pl.when(pl.col(f"safe:{k}").is_not_null()).then(pl.lit(f"{k}=") + pl.col(f"safe:{k}"))
        for k in others
    ]
    order = pl.col("safe:order_id") if "order_id" in safe.columns else pl.lit(None, pl.String)
    joined = pl.concat([failed, safe.rename(lambda n: f"safe:{n}")], how="horizontal")
    return joined.select(
        ROW,
        "column",
        "code",
        order.alias("order_id"),
        (pl.concat_str(pairs, separator="; ", ignore_nulls=True) if pairs else pl.lit(""))
        .alias("other_keys"),
        value.alias("value"),
    ).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]
