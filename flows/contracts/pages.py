"""The documentation page of each feed, and their index, written from the contracts."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.contracts.load import SUFFIX, load_contracts
from flows.contracts.model import (
    SYSTEM_COLUMNS,
    Column,
    Contract,
    JsonLayout,
    QualityRule,
    shop_date_name,
)
from flows.markdown import codes, page, table
from flows.paths import FEED_DOCS_DIR

_NOTICE = "<!-- Written by `python -m flows.contracts --write` from the contract; do not edit. -->"
_TYPES = {
    "VARCHAR": "text",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
}
_KIND_NOTES = {
    "id": "number kept as text; `5.76E+17` and `….0` are refused",
    "tracking_number": "white space removed, upper case",
    "handle": "leading `@` removed",
    "zip3": "three digits kept",
    "keyed_hash": "nothing where the export masks it with `*`",
    "money": "currency text allowed (`$1,022.25`, `THB 790.00`, `R$ 62,90`)",
    "rate": "`15%` is 0.15",
}
_KEPT = {
    "zip3": "three digits kept as",
    "keyed_hash": "nothing but a keyed hash kept, as",
    "dropped": "dropped",
}
_DATE_ORDERS = {
    "month_first": "month first",
    "day_first": "day first",
    "iso": "ISO 8601",
}


def feed_pages() -> dict[Path, str]:
    """Path and text of every page under `docs/feeds/`, the index included."""
    contracts = load_contracts()
    pages = {FEED_DOCS_DIR / f"{item.table}.md": feed_page(item) for item in contracts}
    return pages | {FEED_DOCS_DIR / "index.md": index_page(contracts)}


def index_page(contracts: Sequence[Contract]) -> str:
    """The list of feeds, what is common to them, and the words of the contracts."""
    rows = [
        (
            f"[`{item.feed}`]({item.table}.md)",
            item.description,
            f"{item.freshness_days} d",
        )
        for item in contracts
    ]
    return page(
        "# Feeds",
        _NOTICE,
        "Every file that may be dropped into `landing/<shop_id>/`, whatever its name: which feed "
        "it is, is found out from its content.",
        table(("Feed", "What it is", "Stale after"), rows),
        "## What holds for all of them",
        "- CSV, TSV (comma, semicolon or tab), XLSX, JSON and JSON lines, also as `.gz` or in a "
        "`.zip`; UTF-8, UTF-16 or Windows-1252.\n"
        "- Columns are found by name, after Unicode NFC, trimming, collapsing inner white space "
        "and folding case; their order does not matter. Columns that a contract does not know are "
        "left out and reported.\n"
        "- A file belongs to the contract whose required columns it all has; of several, to the "
        "one that knows most of its columns.\n"
        "- Times without an offset are in the shop's zone. In the lake each timestamp `x_at` is "
        "UTC, and `x_on` beside it is its date in the shop's zone. Times under a header that ends "
        "in `(UTC)` are UTC.\n"
        "- A row that breaks its contract goes to `quarantine/` alone, with the reason; the other "
        "rows of the file are loaded.\n"
        "- Personal columns are dropped at the door; of a post code three digits are kept where "
        "they are needed, of a buyer a hash under the home folder's own secret key.",
        "Every lake table ends with these columns:",
        table(
            ("Column", "Type", "Meaning"),
            [(f"`{n}`", _polars_name(str(d)), t) for n, (d, t) in SYSTEM_COLUMNS.items()],
        ),
        "## Custom properties of the contracts",
        "The contracts are [Open Data Contract Standard](https://bitol.io) v3.1 files in "
        "`data_contracts/`. What the standard has no field for is in `customProperties`:",
        table(("Property", "Of", "Meaning"), _CUSTOM_PROPERTIES),
    )


def feed_page(contract: Contract) -> str:
    """The page of one feed."""
    return page(
        f"# {contract.title}",
        _NOTICE,
        contract.description,
        f"- **Feed:** `{contract.feed}`, in the lake `{contract.table}`\n"
        f"- **Who drops it:** {contract.dropped_by}\n"
        f"- **Grain:** {contract.grain}\n"
        f"- **Key:** {codes(contract.keys)}\n"
        f"- **Stale after:** {contract.freshness_days} days\n"
        f"- **Contract:** `data_contracts/{contract.feed}{SUFFIX}`, version {contract.version}",
        *_reading(contract),
        "## Columns",
        "Headers in bold must be in the file; values marked *required* must be in each row.",
        _columns_table(contract),
        *_vocabularies(contract),
        *_personal(contract),
        "## What is refused",
        _refusals(contract),
        *_quality(contract.quality_rules),
        *_headers(contract),
        *_json(contract.json_layouts),
    )


def _reading(contract: Contract) -> Iterable[str]:
    yield "## How it is read"
    lines = [f"- Dates that fit both orders are read as {_DATE_ORDERS[contract.date_order]}."]
    for market, order in contract.date_order_by_market.items():
        lines.append(f"- In market {market} they are read as {_DATE_ORDERS[order]}.")
    if contract.date_order != "iso":
        lines.append(
            "- The order is decided once for a file: AM or PM means month first, a first number "
            "above 12 means day first."
        )
    words = ", ".join(f"`{word}`" if word else "nothing" for word in contract.null_words)
    lines.append(f"- Empty: {words}.")
    if contract.description_row_markers:
        markers = ", ".join(f"`{text}`" for text in contract.description_row_markers)
        lines.append(f"- A row that holds one of {markers} describes the columns and is skipped.")
    if contract.is_declaration:
        lines.append(
            "- A declaration: a new version under the same path replaces the rows of the old one."
        )
    yield "\n".join(lines)


def _columns_table(contract: Contract) -> str:
    rows = []
    for column in contract.columns:
        name = f"`{column.name}`"
        if column.kind == "timestamp":
            name += f", `{shop_date_name(column.name)}`"
        rows.append((name, _type(column), _source(column), column.unit or "", _meaning(column)))
    return table(("Column", "Type", "Header in the file", "Unit", "Meaning"), rows)


def _source(column: Column) -> str:
    if not column.headers:
        return f"from `{column.derived_from}`"
    text = ", ".join(f"`{header.strip()}`" for header in column.headers)
    return f"**{text}**" if column.required_header else text


def _type(column: Column) -> str:
    name = _TYPES.get(column.physical_type, f"decimal, {column.scale} places")
    return name if column.nullable else f"{name}, *required*"


def _meaning(column: Column) -> str:
    note = _KIND_NOTES.get(column.kind)
    return f"{column.description} ({note})" if note else column.description


def _vocabularies(contract: Contract) -> Iterable[str]:
    columns = [item for item in contract.columns if item.vocabulary and item.kind != "boolean"]
    if columns:
        yield "## Vocabularies"
    for column in columns:
        ending = (
            "Another word sends the row to quarantine."
            if column.is_vocabulary_closed
            else "Another word is kept, in lower case."
        )
        yield f"`{column.name}`. {ending}"
        rows = [
            (f"`{word}`", codes(raw for raw, of in column.vocabulary.items() if of == word))
            for word in column.words
        ]
        yield table(("Word in the lake", "Words in the files, whatever their case"), rows)


def _personal(contract: Contract) -> Iterable[str]:
    kept = [item for item in contract.columns if item.treatment]
    if not kept and not contract.personal_columns:
        return
    yield "## Personal data"
    rows = [
        (codes(item.headers), item.description, f"{_KEPT[item.treatment]} `{item.name}`")
        for item in kept
        if item.treatment
    ]
    rows += [
        (codes(item.headers), item.description, "dropped") for item in contract.personal_columns
    ]
    yield table(("Header", "What it is", "Treatment"), rows)


def _refusals(contract: Contract) -> str:
    lines = []
    for column in contract.columns:
        if not column.nullable:
            lines.append(f"- a row without `{column.name}`")
        if column.minimum is not None:
            lines.append(f"- a row with `{column.name}` below {column.minimum}")
        if column.maximum is not None:
            lines.append(f"- a row with `{column.name}` above {column.maximum}")
        if column.pattern:
            lines.append(f"- a row whose `{column.name}` does not match `{column.pattern}`")
        if column.is_vocabulary_closed and column.kind != "boolean":
            lines.append(f"- a row with a word in `{column.name}` that its vocabulary lacks")
    lines.append("- a row with a value that cannot be read as its column's type")
    return "\n".join(lines)


def _quality(rules: Sequence[QualityRule]) -> Iterable[str]:
    if not rules:
        return
    yield "## Quality rules"
    rows = []
    for rule in rules:
        value = f"{rule.value} %" if rule.unit == "percent" else f"{rule.value} {rule.unit}"
        where = f"`{rule.column}`" if rule.column else "table"
        rule_text = f"{rule.metric} {rule.operator} {value}"
        rows.append((where, rule_text, rule.severity, rule.description))
    yield table(("Of", "Rule", "Severity", "Why"), rows)


def _headers(contract: Contract) -> Iterable[str]:
    if not contract.file_layouts:
        return
    yield "## Known header lines"
    for layout in contract.file_layouts:
        yield f"{layout.name} ({len(layout.header)} columns):"
        yield "```\n" + ",".join(layout.header) + "\n```"
    if contract.known_headers:
        yield f"Known and not used: {codes(contract.known_headers)}."


def _json(layouts: Sequence[JsonLayout]) -> Iterable[str]:
    yield "## JSON"
    yield "A list of objects, or JSON lines, with the headers above as keys is always accepted."
    for layout in layouts:
        yield f"### {layout.vendor}: {layout.title}"
        if layout.notes:
            yield layout.notes
        places = " or ".join(
            f"at `{root}`" if root else "the document itself" for root in layout.roots
        )
        yield (
            f"Recognised by {codes(layout.signature)}. Where it stands: {places}, or a list of "
            "such documents."
        )
        rows = []
        for item in layout.fields:
            places = "; then ".join(
                " and ".join(f"`{path}`" for path in source.paths)
                + ("" if source.form in ("text", "iso") else f" ({source.form})")
                for source in item.sources
            )
            rows.append((f"`{item.column}`", places or f"always `{item.constant}`"))
        yield table(("Column", "Path"), rows)
        for item in (item for item in layout.fields if item.codes):
            words = dict.fromkeys(item.codes.values())
            yield table(
                (f"`{item.column}`", "Vendor's codes"),
                [
                    (f"`{word}`", codes(raw for raw, of in item.codes.items() if of == word))
                    for word in words
                ],
            )


_CUSTOM_PROPERTIES = (
    ("`feed`", "contract", "`<system>/<entity>`"),
    ("`dateOrder`, `dateOrderByMarket`", "contract", "order of day and month when both fit"),
    ("`timeZone`", "contract", "zone of times without an offset: `shop` or `utc`"),
    ("`nullWords`", "contract", "cells that mean nothing is there"),
    ("`isDeclaration`", "contract", "no time stamps of its own; new bytes replace the old"),
    ("`descriptionRowMarkers`", "contract", "cells that give away a row of descriptions"),
    ("`ignoredHeaders`", "contract", "headers that are known and not used"),
    ("`fileLayouts`", "contract", "header lines exactly as the platform writes them"),
    ("`jsonLayouts`", "contract", "vendors' JSON: signature, records, path of each column"),
    ("`kind`", "column", "how text becomes a value, where the type does not say it"),
    ("`headers`", "column", "spellings of its header, best first"),
    ("`headerRequired`", "column", "a file without it is not of this feed"),
    ("`derivedFrom`", "column", "computed from that column"),
    ("`treatment`", "column", "personal data: `dropped`, `zip3` or `keyed_hash`"),
    ("`vocabulary`", "column", "word in the lake, and the words of the files"),
    ("`safePattern`", "column", "refused values that may be shown in quarantine"),
    ("`unit`", "column", "unit of the values"),
    ("`watched`", "column", "the gate watches the mix of its words: `share` or `progress`"),
)


def _polars_name(dtype: str) -> str:
    return {"String": "text", "Int64": "integer"}[dtype]
