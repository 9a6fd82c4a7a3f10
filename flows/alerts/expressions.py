"""The SQL of alert rules: one expression over the columns of one mart, and nothing else.

DuckDB's own parser reads it, so what is checked is what runs. Allowed are columns of the mart,
constants, parameters, comparisons, cases, casts and functions that give the same value for the same
arguments; not allowed are sub-queries, other tables, windows, and functions that read a clock or
change anything.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import duckdb

_CLASSES = frozenset(
    (
        "BETWEEN",
        "CASE",
        "CAST",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "FUNCTION",
        "OPERATOR",
        "PARAMETER",
    )
)
_EMPTY = ("where_clause", "having", "sample", "qualify", "group_expressions", "group_sets")
_NO_FUNCTIONS = frozenset(("current_setting", "getvariable", "version"))
_TABLE = "rows"
_PARAMETER = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


class NotAnExpression(ValueError):
    """Text that is no expression of the allowed kind; says why in a sentence without its stop."""


def check(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    columns: Mapping[str, str],
    parameters: frozenset[str],
    mart: str,
    *,
    is_order: bool = False,
) -> None:
    """Raise `NotAnExpression` where the text is not one expression over the columns.

    Args:
        columns: of the mart, by name their types.
        parameters: the names that may follow a `$`.
        mart: its name, which may stand before a column's.
        is_order: the text is what follows `order by`.
    """
    for name in parameters_of(text):
        if name not in parameters:
            raise NotAnExpression(f"knows no ${name}{_near(name, parameters)}")
    for part in _parts(connection, text, is_order):
        kind = part["class"]
        if kind not in _CLASSES:
            raise NotAnExpression(f"has a {kind.lower().replace('_', ' ')}, which no rule may have")
        if kind == "COLUMN_REF":
            _check_column(part["column_names"], columns, mart)
        if kind == "FUNCTION" and part["function_name"].lower() not in _steady():
            raise NotAnExpression(
                f"calls {part['function_name']}, which is no function of its arguments alone"
            )


def parameters_of(text: str) -> set[str]:
    """The names that follow a `$` in SQL."""
    return set(_PARAMETER.findall(text))


def of_each_day(text: str) -> str:
    """The same SQL for a mart with a row a day: its day is the row's."""
    return re.sub(r"\$day\b", "as_of_on", text)


def _parts(
    connection: duckdb.DuckDBPyConnection, text: str, is_order: bool
) -> Iterator[dict[str, Any]]:
    """Every part of the expression, from the tree of the parser."""
    body = f"1 from {_TABLE} order by {text}\n" if is_order else f"({text}\n) from {_TABLE}"
    [(tree,)] = connection.execute(
        "select json_serialize_sql($sql)", {"sql": f"select {body}"}
    ).fetchall()
    parsed = json.loads(tree)
    if parsed["error"] or len(parsed["statements"]) != 1:
        said = str(parsed.get("error_message", "")).splitlines()
        raise NotAnExpression(
            f"is no SQL expression ({said[0]})" if said else "is no SQL expression"
        )
    node = parsed["statements"][0]["node"]
    if not _is_bare(node, is_order):
        raise NotAnExpression("is more than one expression")
    yield from _walk(node["modifiers"] if is_order else node["select_list"])


def _is_bare(node: Mapping[str, Any], is_order: bool) -> bool:
    table = node.get("from_table") or {}
    modifiers = [modifier["type"] for modifier in node["modifiers"]]
    return (
        node["type"] == "SELECT_NODE"
        and table.get("type") == "BASE_TABLE"
        and (table["table_name"], table["schema_name"], table["alias"]) == (_TABLE, "", "")
        and len(node["select_list"]) == 1
        and not node["cte_map"]["map"]
        and not any(node.get(key) for key in _EMPTY)
        and modifiers == (["ORDER_MODIFIER"] if is_order else [])
    )


def _walk(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _walk(part)


def _check_column(names: list[str], columns: Mapping[str, str], mart: str) -> None:
    *before, name = names
    if before not in ([], [mart]):
        raise NotAnExpression(f"names {'.'.join(names)}, which is no column of {mart}")
    if name.lower() not in columns:
        raise NotAnExpression(f"names {name}, which {mart} does not have{_near(name, columns)}")


def _near(name: str, known: Mapping[str, str] | frozenset[str]) -> str:
    found = difflib.get_close_matches(name, sorted(known), 3, 0.5)
    return f" (it has {', '.join(found)})" if found else ""


@cache
def _steady() -> frozenset[str]:
    """The functions and aggregates that give the same value for the same arguments."""
    with duckdb.connect(":memory:") as plain:
        rows = plain.execute(
            "select function_name, bool_and(coalesce(stability, '') = 'CONSISTENT') "
            "from duckdb_functions() where function_type in ('scalar', 'aggregate') group by 1"
        ).fetchall()
    return frozenset(name for name, is_steady in rows if is_steady) - _NO_FUNCTIONS
