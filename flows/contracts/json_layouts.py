"""Vendors' JSON becomes a table of text columns named as in the lake.

What a layout looks like is data in the contracts. Nothing but the fields that a layout names is
read from a document, so names and addresses in it are never loaded into a frame.
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import polars as pl

from flows.contracts.json_paths import (
    Step,
    document_type,
    parse_path,
    path_exists,
    reach,
    split_levels,
)
from flows.contracts.json_text import to_text
from flows.contracts.load import load_contracts
from flows.contracts.matching import map_headers, match_header
from flows.contracts.model import Contract, JsonField, JsonLayout, JsonSource

CANONICAL = "canonical"

_DECODED = 5_000
_HALF = re.compile("[\ud800-\udfff]")


class JsonLayoutError(ValueError):
    """A document that meets a layout's signature holds something that the layout cannot read."""


def parse_json(text: str) -> Any:
    """A JSON document, or the list of the documents of JSON lines. Raises `ValueError`.

    Numbers stay the text that they are written as: an id or an amount keeps every digit. Raises
    `JsonLayoutError` for what JSON does not have or leaves open: NaN, a key that stands twice.
    """
    try:
        return _parsed(text)
    except JsonLayoutError:
        raise
    except ValueError:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise
        return _parsed("[" + ",".join(lines) + "]")


def _parsed(text: str) -> Any:
    return json.loads(
        text,
        parse_int=str,
        parse_float=str,
        parse_constant=_refuse_constant,
        object_pairs_hook=_object,
    )


def _refuse_constant(word: str) -> Any:
    raise JsonLayoutError(f"the document holds {word}, which is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise JsonLayoutError("an object in the document has the same key twice")
    return found


def match_json(document: Any) -> tuple[Contract, JsonLayout] | None:
    """The contract and layout that a parsed document meets, or None.

    Vendors' layouts come first. A list of objects (or one object) whose keys are a contract's
    headers has the layout `canonical`. A list of a vendor's documents has the vendor's layout.
    The paths of the returned layout start at the top of the document.
    """
    for contract in load_contracts():
        for layout in contract.json_layouts:
            for placed in map(layout.at, layout.roots):
                if all(path_exists(document, parse_path(path)) for path in placed.signature):
                    return contract, placed
    keys = json_headers(document)
    found = match_header(keys)
    return (found, canonical_layout(found, keys)) if found else None


def json_headers(document: Any) -> tuple[str, ...]:
    """The keys of a list of flat objects, or of one, in the order of their first appearance."""
    records = document if isinstance(document, list) else [document]
    if not records or not all(isinstance(record, dict) for record in records):
        return ()
    return tuple(dict.fromkeys(chain.from_iterable(records)))


def canonical_layout(contract: Contract, keys: Sequence[str]) -> JsonLayout:
    """The layout of objects whose keys are the contract's headers."""
    return JsonLayout(
        name=CANONICAL,
        vendor="",
        title="Objects with the headers as keys",
        signature=(),
        records="",
        fields=tuple(
            JsonField(column=name, sources=(JsonSource(paths=(f"'{keys[position]}'",)),))
            for name, position in map_headers(contract, keys).items()
        ),
    )


def flatten(document: Any, layout: JsonLayout) -> pl.DataFrame:
    """The records of a parsed document: one text column a field, named by its lake column.

    Times are ISO text: with an offset where the vendor gives one, without where it is shop time.
    A list of documents is read as all of their records, in order. Raises `JsonLayoutError` when
    a value is not of the kind that the layout expects.
    """
    records = parse_path(layout.records)
    wanted = _wanted(layout)
    try:
        dtype = document_type(
            chain(
                [layout.records] if records else [],
                (path for path, form in wanted if form != "count"),
            ),
            (path for path, form in wanted if form == "count"),
        )
        frame = _decode(document, dtype)
    except pl.exceptions.PolarsError as error:
        raise JsonLayoutError(
            f"the document has the keys of {layout.vendor or layout.name} ({layout.title}), but a "
            "value in it is of another kind: a list, an object or a text where the layout has none"
        ) from error
    raw = _extract(frame, split_levels(records), wanted)
    table = raw.select(_column(field, wanted) for field in layout.fields)
    return _totalled(table, layout) if layout.total_by else table


def _wanted(layout: JsonLayout) -> dict[tuple[str, str], str]:
    """The name of the raw column of each (path, form) that the fields need."""
    pairs = (
        (path, "count" if source.form == "count" else "value")
        for field in layout.fields
        for source in field.sources
        for path in source.paths
    )
    return {pair: f"raw_{position}" for position, pair in enumerate(dict.fromkeys(pairs))}


def _decode(document: Any, dtype: pl.Struct) -> pl.DataFrame:
    """A frame with the documents as structs in the column `node`."""
    documents = document if isinstance(document, list) else [document]
    parts = [
        pl.Series("node", [_text(documents[start : start + _DECODED])])
        .str.json_decode(pl.List(dtype))
        .explode()
        for start in range(0, max(1, len(documents)), _DECODED)
    ]
    return pl.concat(parts).to_frame().filter(pl.col("node").is_not_null())


def _text(documents: list[Any]) -> str:
    """Documents as JSON text; half a character, which JSON can escape, becomes U+FFFD."""
    text = json.dumps(documents, ensure_ascii=False)
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def _extract(
    frame: pl.DataFrame, levels: Sequence[Sequence[Step]], wanted: dict[tuple[str, str], str]
) -> pl.DataFrame:
    """Every wanted value as a raw column, one row a record.

    Each level's values are taken before its list is opened, so that no list is ever copied.
    """
    depth = len(levels) - 1
    pending = {
        name: (split_levels(parse_path(path)), form) for (path, form), name in wanted.items()
    }
    for level in range(depth + 1):
        here = {
            n: (steps[-1], form) for n, (steps, form) in pending.items() if len(steps) - 1 == level
        }
        values = [_value(steps, form).alias(name) for name, (steps, form) in here.items()]
        if level == depth:
            return frame.with_columns(values)
        opened = reach(pl.col("node"), levels[level]).alias("node")
        frame = frame.with_columns(*values, opened).explode("node")
        frame = frame.filter(pl.col("node").is_not_null())
    return frame


def _value(steps: Iterable[Step], form: str) -> pl.Expr:
    found = reach(pl.col("node"), steps)
    if form == "count":
        return found.list.len().cast(pl.String)
    trimmed = found.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _column(field: JsonField, wanted: dict[tuple[str, str], str]) -> pl.Expr:
    if field.constant is not None:
        return pl.lit(field.constant).alias(field.column)
    texts = [
        to_text(
            [
                pl.col(wanted[path, "count" if source.form == "count" else "value"])
                for path in source.paths
            ],
            source.form,
        )
        for source in field.sources
    ]
    if field.codes:
        mapped = [text.replace_strict(field.codes, default=None) for text in texts]
        texts = [*mapped, *texts]
    return pl.coalesce(texts).alias(field.column)


def _totalled(table: pl.DataFrame, layout: JsonLayout) -> pl.DataFrame:
    totals = [
        pl.col(name).cast(pl.Int64, strict=False).sum().cast(pl.String) for name in layout.totals
    ]
    others = [
        pl.col(name).first()
        for name in table.columns
        if name not in layout.total_by and name not in layout.totals
    ]
    grouped = table.group_by(layout.total_by, maintain_order=True).agg(*totals, *others)
    return grouped.select(table.columns)
