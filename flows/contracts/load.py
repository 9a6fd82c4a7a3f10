"""Reads the contracts: ODCS v3.1 files in `data_contracts/` become `Contract` values.

The standard's own fields carry what the standard knows (types, required, primary key, limits,
quality). What it does not know is in `customProperties`; their names are listed in
`docs/feeds/index.md`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from flows.contracts.folding import fold
from flows.contracts.model import (
    DEFAULT_SAFE_PATTERNS,
    Column,
    Contract,
    FileLayout,
    JsonField,
    JsonLayout,
    JsonSource,
    Kind,
    PersonalColumn,
    QualityRule,
)
from flows.paths import CONTRACTS_DIR

SUFFIX = ".odcs.yaml"
# The safe loader in C reads the contracts six times as fast; not every build of PyYAML has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPERATORS = (
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
)
_KIND_OF_TYPE: Mapping[str, Kind] = {
    "VARCHAR": "text",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DECIMAL(18,2)": "money",
    "DECIMAL(18,3)": "decimal",
    "DECIMAL(18,4)": "decimal",
    "DOUBLE": "rate",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
}
_LOGICAL_OF_TYPE: Mapping[str, str] = {
    "VARCHAR": "string",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DECIMAL(18,2)": "number",
    "DECIMAL(18,3)": "number",
    "DECIMAL(18,4)": "number",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
}


class ContractError(ValueError):
    """A contract's file says something that cannot be used; the message names file and field."""


def contract_paths(directory: Path = CONTRACTS_DIR) -> tuple[Path, ...]:
    """The contract files, sorted."""
    return tuple(sorted(directory.rglob(f"*{SUFFIX}")))


@cache
def load_contracts() -> tuple[Contract, ...]:
    """Every contract, sorted by feed. Raises `ContractError` when one cannot be used."""
    return tuple(
        sorted((read_contract(path) for path in contract_paths()), key=lambda item: item.feed)
    )


def contract(feed: str) -> Contract:
    """The contract of a feed (`seller_center/orders`) or of its lake table; `KeyError` if none."""
    for item in load_contracts():
        if feed in (item.feed, item.table):
            return item
    raise KeyError(f"no contract for feed {feed!r}")


def read_contract(path: Path) -> Contract:
    """One contract from its file. Raises `ContractError` naming the file and the field."""
    text = path.read_text(encoding="utf-8")
    document = yaml.load(text, Loader=_Loader)  # noqa: S506 - both are safe loaders
    try:
        return _contract(document)
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(f"{path.name}: {error}") from error


def _contract(document: Mapping[str, Any]) -> Contract:
    table = document["schema"][0]
    custom = _custom(document)
    feed = custom["feed"]
    system, entity = feed.split("/")
    if table["name"] != f"{system}__{entity}":
        raise ContractError(f"the schema object must be named {system}__{entity}")
    properties = table["properties"]
    personal = [item for item in properties if _custom(item).get("treatment") == "dropped"]
    kept = [item for item in properties if _custom(item).get("treatment") != "dropped"]
    columns = tuple(_column(item) for item in kept)
    _check_columns(columns)
    return Contract(
        feed=feed,
        table=table["name"],
        system=system,
        entity=entity,
        version=document["version"],
        title=document["name"],
        description=_text(document["description"]["purpose"]),
        dropped_by=_text(document["description"]["usage"]),
        grain=table["dataGranularityDescription"],
        columns=columns,
        personal_columns=tuple(_personal_column(item) for item in personal),
        known_headers=tuple(custom.get("ignoredHeaders", ())),
        date_order=custom["dateOrder"],
        date_order_by_market=custom.get("dateOrderByMarket", {}),
        time_zone=custom.get("timeZone", "shop"),
        null_words=tuple(custom["nullWords"]),
        description_row_markers=tuple(custom.get("descriptionRowMarkers", ())),
        file_layouts=tuple(_file_layout(item) for item in custom.get("fileLayouts", ())),
        json_layouts=tuple(_json_layout(item) for item in custom.get("jsonLayouts", ())),
        quality_rules=tuple(_quality_rules(table, kept)),
        is_declaration=bool(custom.get("isDeclaration", False)),
        freshness_days=_freshness_days(document["slaProperties"]),
        fingerprint=_fingerprint(document),
    )


def _column(item: Mapping[str, Any]) -> Column:
    custom = _custom(item)
    name, physical_type = item["name"], item["physicalType"]
    if _LOGICAL_OF_TYPE.get(physical_type) != item["logicalType"]:
        raise ContractError(f"{name}: {physical_type} is not a physical type of its logical type")
    kind = cast("Kind", custom.get("kind", _KIND_OF_TYPE[physical_type]))
    vocabulary = _vocabulary(custom.get("vocabulary", {}))
    closed = _valid_values(item)
    if closed is not None and set(closed) != set(vocabulary.values()):
        raise ContractError(f"{name}: validValues and vocabulary name different words")
    options = item.get("logicalTypeOptions", {})
    return Column(
        name=name,
        kind=kind,
        description=_text(item["description"]),
        physical_type=physical_type,
        headers=tuple(custom.get("headers", ())),
        required_header=bool(custom.get("headerRequired", False)),
        nullable=not item.get("required", False),
        scale=int(physical_type[-2]) if physical_type.startswith("DECIMAL") else 0,
        vocabulary=vocabulary,
        is_vocabulary_closed=closed is not None or kind == "boolean",
        minimum=_limit(options.get("minimum"), physical_type),
        maximum=_limit(options.get("maximum"), physical_type),
        pattern=options.get("pattern"),
        safe_pattern=custom.get("safePattern", DEFAULT_SAFE_PATTERNS.get(kind)),
        is_key=bool(item.get("primaryKey", False)),
        unit=custom.get("unit"),
        derived_from=custom.get("derivedFrom"),
        treatment=custom.get("treatment"),
        watched=custom.get("watched"),
    )


def _check_columns(columns: Sequence[Column]) -> None:
    names = {column.name for column in columns}
    for column in columns:
        if not column.headers and column.derived_from not in names:
            raise ContractError(f"{column.name}: neither a header nor a column it derives from")
        if column.kind == "timestamp" and not column.name.endswith("_at"):
            raise ContractError(f"{column.name}: a timestamp's name ends in _at")
        if column.is_key and column.nullable:
            raise ContractError(f"{column.name}: a key is required")


def _personal_column(item: Mapping[str, Any]) -> PersonalColumn:
    return PersonalColumn(
        name=item["name"],
        headers=tuple(_custom(item)["headers"]),
        description=_text(item["description"]),
    )


def _file_layout(item: Mapping[str, Any]) -> FileLayout:
    return FileLayout(name=item["name"], market=item.get("market"), header=tuple(item["header"]))


def _json_layout(item: Mapping[str, Any]) -> JsonLayout:
    return JsonLayout(
        name=item["name"],
        vendor=item["vendor"],
        title=item["title"],
        signature=tuple(item["signature"]),
        records=item["records"],
        fields=tuple(_json_field(name, value) for name, value in item["fields"].items()),
        roots=tuple(item.get("roots", ("",))),
        total_by=tuple(item.get("totalBy", ())),
        totals=tuple(item.get("totals", ())),
        notes=_text(item.get("notes", "")),
    )


def _json_field(column: str, value: Any) -> JsonField:
    """A path alone, or a mapping of `sources`, `codes` and `constant`."""
    if isinstance(value, str):
        value = {"sources": [value]}
    return JsonField(
        column=column,
        sources=tuple(_json_source(source) for source in value.get("sources", ())),
        codes={str(raw): word for word, raws in value.get("codes", {}).items() for raw in raws},
        constant=value.get("constant"),
    )


def _json_source(value: Any) -> JsonSource:
    if isinstance(value, str):
        return JsonSource(paths=(value,))
    paths = value["path"]
    return JsonSource(paths=(paths,) if isinstance(paths, str) else tuple(paths), form=value["as"])


def _quality_rules(
    table: Mapping[str, Any], properties: Iterable[Mapping[str, Any]]
) -> Iterable[QualityRule]:
    for rule in table.get("quality", ()):
        yield _quality_rule(rule, None)
    for item in properties:
        for rule in item.get("quality", ()):
            yield _quality_rule(rule, item["name"])


def _quality_rule(rule: Mapping[str, Any], column: str | None) -> QualityRule:
    operator = next(name for name in _OPERATORS if name in rule)
    value = rule[operator]
    return QualityRule(
        name=rule["name"],
        metric=rule["metric"],
        operator=operator,
        value=(value[0], value[1]) if isinstance(value, list) else value,
        unit=rule.get("unit", "rows"),
        severity=rule["severity"],
        column=column,
        arguments=rule.get("arguments", {}),
        description=_text(rule["description"]),
    )


def _valid_values(item: Mapping[str, Any]) -> list[str] | None:
    for rule in item.get("quality", ()):
        if rule["metric"] == "invalidValues" and "validValues" in rule.get("arguments", {}):
            return cast("list[str]", rule["arguments"]["validValues"])
    return None


def _vocabulary(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for canonical, spellings in words.items():
        for raw in (canonical, canonical.replace("_", " "), *spellings):
            if found.setdefault(fold(str(raw)), canonical) != canonical:
                raise ContractError(f"{raw!r} means both {found[fold(raw)]} and {canonical}")
    return found


def _limit(value: Any, physical_type: str) -> int | Decimal | date | None:
    if value is None:
        return None
    if physical_type in ("TIMESTAMP", "DATE"):
        return date.fromisoformat(str(value))
    if physical_type in ("INTEGER", "BIGINT"):
        return int(value)
    return Decimal(str(value))


def _freshness_days(agreements: Sequence[Mapping[str, Any]]) -> int:
    return next(int(item["value"]) for item in agreements if item["property"] == "latency")


def _custom(item: Mapping[str, Any]) -> dict[str, Any]:
    return {entry["property"]: entry["value"] for entry in item.get("customProperties", ())}


def _text(value: str) -> str:
    return " ".join(value.split())


def _fingerprint(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
