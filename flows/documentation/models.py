"""The dbt project as the documentation reads it: what its YAML says, and what reads what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.contracts.load import load_contracts
from flows.paths import DBT_DIR

_MARTS = DBT_DIR / "models" / "marts"
_TYPES = {
    "string": "text",
    "bigint": "integer",
    "int": "integer",
    "integer": "integer",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
_REF = re.compile(r"""ref\(\s*['"](\w+)['"]\s*\)""")
_SOURCE = re.compile(r"""source\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]\s*\)""")
_MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\s*\((.*?){%-?\s*endmacro\s*-?%}", re.DOTALL)
_CALL = re.compile(r"\b(\w+)\s*\(")
_COMMENT = re.compile(r"{#.*?#}|--[^\n]*", re.DOTALL)
_GRAIN = re.compile(r"\s*Grain:.*$", re.DOTALL)


@dataclass(frozen=True)
class MartColumn:
    """A column as its YAML describes it; `values` where only these words stand in it."""

    name: str
    description: str
    type: str
    is_required: bool
    values: tuple[str, ...]


@dataclass(frozen=True)
class Mart:
    """A mart; `subject` is the folder that it lies in."""

    name: str
    subject: str
    description: str
    grain: str
    owner: str
    columns: tuple[MartColumn, ...]

    @property
    def question(self) -> str:
        """The first sentence, mostly the question that the mart answers."""
        return re.split(r"(?<=[.?]) ", self.description, maxsplit=1)[0]


@cache
def load_marts() -> tuple[Mart, ...]:
    """Every mart, by subject and name."""
    return tuple(
        _mart(item, path.parent.name)
        for path in sorted(_MARTS.glob("*/*.yml"))
        if not path.parent.name.startswith("_")
        for item in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ())
    )


def _mart(item: Mapping[str, Any], subject: str) -> Mart:
    meta = item.get("config", {}).get("meta", {})
    return Mart(
        item["name"],
        subject,
        _one_line(_GRAIN.sub("", item["description"])),
        meta["grain"],
        meta["owner"],
        tuple(_column(column) for column in item["columns"]),
    )


def _column(item: Mapping[str, Any]) -> MartColumn:
    tests = item.get("data_tests", ())
    named = {name: test[name] for test in tests if isinstance(test, dict) for name in test}
    words = named.get("accepted_values", {}).get("arguments", {}).get("values", ())
    kind = str(item["data_type"])
    return MartColumn(
        item["name"],
        _one_line(item["description"]),
        _TYPES.get(kind, kind),
        "not_null" in tests or "not_null" in named,
        tuple(str(word) for word in words),
    )


@cache
def parents() -> dict[str, frozenset[str]]:
    """By model or seed what it reads: names of models and seeds, and `source.table` of sources.

    Read from the SQL itself, the macros that it calls included; a test holds it against the
    manifest that dbt makes.
    """
    macros = {
        name: body
        for path in (DBT_DIR / "macros").rglob("*.sql")
        for name, body in _MACRO.findall(_sql(path))
    }
    models = {
        path.stem: _read_by(_sql(path), macros, set())
        for kind in ("*.sql", "*.py")
        for path in (DBT_DIR / "models").rglob(kind)
    }
    seeds = {path.stem: frozenset[str]() for path in (DBT_DIR / "seeds").glob("*.csv")}
    return models | seeds


def _sql(path: Path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def _read_by(text: str, macros: Mapping[str, str], seen: set[str]) -> frozenset[str]:
    found = set(_REF.findall(text))
    found |= {f"{source}.{table}" for source, table in _SOURCE.findall(text)}
    for name in set(_CALL.findall(text)) & (macros.keys() - seen):
        seen.add(name)
        found |= _read_by(macros[name], macros, seen)
    return frozenset(found)


@cache
def ancestors(name: str) -> frozenset[str]:
    """Everything that a model rests on, directly or not."""
    direct = parents().get(name, frozenset())
    return direct.union(*(ancestors(parent) for parent in direct))


@cache
def feeds_of(mart: str) -> tuple[str, ...]:
    """The feeds that a mart rests on, in the order of the feed index."""
    above = ancestors(mart)
    return tuple(item.feed for item in load_contracts() if f"lake.{item.table}" in above)


def folder_of(model: str) -> str:
    """The folder of a model below its layer, as `orders`; of a staging model `staging`."""
    return _folders().get(model, "")


@cache
def _folders() -> dict[str, str]:
    return {
        path.stem: path.parent.name
        for kind in ("*.sql", "*.py")
        for path in (DBT_DIR / "models").rglob(kind)
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
