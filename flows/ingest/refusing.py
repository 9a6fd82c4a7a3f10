"""Accepted, refused and skipped rows of one batch, told apart."""

from __future__ import annotations

import polars as pl

from flows.contracts import fold
from flows.ingest.batch import REFUSED_SCHEMA, ROW, TypedBatch, Work


def split(work: Work, frame: pl.DataFrame) -> TypedBatch:
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


def _first_failures(work: Work) -> pl.DataFrame:
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


def _is_no_data(work: Work, rows: pl.Series, cells: pl.DataFrame) -> pl.Series:
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
        blank = (
            blank
            & everything.select(
                pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == "")
            ).to_series()
        )
    return blank | judged["is_description"] | judged["is_header"]


def _refused(work: Work, first: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
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
        ROW,
        pl.Series(names).gather((first["position"] + 1).cast(pl.UInt32)).alias("column"),
        "code",
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
    # Where cells cannot be told apart, a telephone number may stand in an id's place: show none.
    joined = joined.with_columns(pl.when(pl.col("column") != "").then(pl.col("^safe:.*$")))
    return joined.select(
        ROW,
        "column",
        "code",
        order.alias("order_id"),
        (pl.concat_str(pairs, separator="; ", ignore_nulls=True) if pairs else pl.lit("")).alias(
            "other_keys"
        ),
        value.alias("value"),
    ).cast(REFUSED_SCHEMA)  # type: ignore[arg-type]
