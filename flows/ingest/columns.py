"""The columns of one batch, typed: whole columns by a fast path, then the cells that it left."""

from __future__ import annotations

import polars as pl

from flows.contracts import Column, fold, lake_schema
from flows.contracts.model import shop_date_name
from flows.ingest import amounts, words
from flows.ingest.batch import ROW, Work
from flows.ingest.odd_times import read_dates
from flows.ingest.times import read_times
from flows.ingest.tracking_numbers import tidy, tracking_fits

_TOTAL_KINDS = frozenset({"text", "handle", "zip3", "postal_code"})


def read_stamps(work: Work) -> None:
    """Time stamps and their dates."""
    columns = work.present("timestamp")
    conventions = work.setting.conventions
    times = read_times(
        work.cells,
        [column.name for column in columns],
        conventions.date_order,
        work.setting.clock,
        utc=[
            column.name
            for column in columns
            if work.contract.time_zone == "utc" or column.name in work.setting.utc_columns
        ],
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


def read_plain(work: Work) -> None:
    """The fast path: one expression a column, all columns at once."""
    columns = [
        column
        for column in work.contract.columns
        if column.name in work.cells.columns and column.kind != "timestamp"
    ]
    typed = work.cells.select(_plain(work, column).alias(column.name) for column in columns)
    if typed.height != work.cells.height:  # a selection of literals alone has one row
        typed = typed.clear(work.cells.height)
    work.typed.update({series.name: series for series in typed.get_columns()})
    conventions = work.setting.conventions
    money = work.present("money")
    if money and conventions.decimal_mark == "point" and not conventions.are_amounts_settled:
        seen = work.cells.select(amounts.has_decimals(c.name).alias(c.name) for c in money)
        if any(seen.row(0)):
            work.evidence.add("point")


def _plain(work: Work, column: Column) -> pl.Expr:
    """The values of the cells of a column that are written plainly; null for the others."""
    name, kind, nulls = column.name, column.kind, work.null_words
    if kind == "boolean" or column.vocabulary:
        distinct = work.cells[name].drop_nulls().unique().to_list()
        known = words.translations(column, distinct, nulls)
        text = pl.col(name).replace_strict(known, default=None, return_dtype=pl.String)
        return text == "true" if kind == "boolean" else text
    if kind in ("text", "postal_code"):
        return words.trimmed(name, nulls)
    if kind == "handle":
        return words.handle(name, nulls)
    if kind in ("id", "tracking_number"):
        return words.identifier(name, nulls)
    if kind == "keyed_hash":
        return _hashed(work, name)
    if kind == "zip3":
        return words.plain_zip3(name, _country(work), work.setting.shop.market)
    if kind in ("money", "decimal"):
        mark = work.setting.conventions.decimal_mark if kind == "money" else "point"
        return amounts.fast_decimal(name, column.scale, mark)
    if kind == "integer":
        return amounts.fast_integer(name, column.dtype)
    if kind == "date":
        return pl.col(name).str.to_date("%Y-%m-%d", strict=False)
    return pl.lit(None, dtype=column.dtype)


def _hashed(work: Work, name: str) -> pl.Expr:
    """Keyed hashes of names; null for a masked name, which stands for many, and a forgotten one."""
    key = work.setting.hash_key
    names = work.cells[name].drop_nulls().unique()
    plain = names.filter(~names.str.contains("*", literal=True))
    nulls = {fold(word) for word in work.null_words}
    # Polars has no keyed hash: each distinct name is hashed once.
    known = {cell: key.kept(cell) for cell in plain if fold(cell) not in nulls} if key else {}
    return pl.col(name).replace_strict(known, default=None, return_dtype=pl.String)


def _country(work: Work) -> str | None:
    """The column that says in which country a row's place is."""
    return next((name for name in work.cells.columns if name.endswith("country")), None)


def read_odd(work: Work) -> None:
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
    for column in work.present("zip3"):
        places = work.undecided(column)
        if len(places):
            # Without a treatment the column is one of areas, not of addresses.
            complete_zip3 = words.zip3(
                column.name,
                _country(work),
                work.setting.shop.market,
                is_area=column.treatment is None,
            )
            values = work.cells[places].select(complete_zip3).to_series()
            work.typed[column.name] = work.typed[column.name].scatter(places, values)
    for column in work.present("tracking_number"):
        work.typed[column.name] = tidy(work.typed[column.name])


def _odd_values(
    work: Work, column: Column, cells: pl.Series, places: pl.Series
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
    return (
        read.values,
        read.failed,
        ("not_an_integer" if column.kind == "integer" else "not_a_number"),
    )


def _note_currency(work: Work, places: pl.Series, found: pl.Series, column: Column) -> None:
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


def complete(work: Work) -> pl.DataFrame:
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


def _currency(work: Work, own: pl.Series | None) -> pl.Series:
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
