"""What the SQL of the rules reads: the marts, and two relations of what the run itself found.

The run's own are there without a warehouse, and for a shop whose marts a gate holds back:
`run.failed_checks`, a row a shop and check of a gate that failed, and `run.files`, a row a shop and
file seen (a file directly under landing belongs to no shop, so every shop has a row of it).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb
import yaml

from flows.alerts.context import AlertContext
from flows.alerts.rules import RUN, Rule
from flows.paths import DBT_DIR
from flows.report.marts.judged import judged_condition, mart_columns

FAILED_CHECKS: dict[str, str] = {
    "shop_id": "varchar",
    "place": "integer",
    "gate": "varchar",
    "name": "varchar",
    "table_name": "varchar",
    "severity": "varchar",
    "topic": "varchar",
    "feed": "varchar",
    "description": "varchar",
    "observed": "varchar",
    "is_errored": "boolean",
    "is_accepted": "boolean",
    "is_shop_blocked": "boolean",
    "accepted": "varchar",
    "examples": "varchar[]",
    "files": "varchar[]",
}
"""The columns of `run.failed_checks`."""

FILES: dict[str, str] = {
    "shop_id": "varchar",
    "file": "varchar",
    "status": "varchar",
    "reason": "varchar",
    "mend": "varchar",
    "is_present": "boolean",
}
"""The columns of `run.files`."""

OF_RUN: dict[str, dict[str, str]] = {"run.failed_checks": FAILED_CHECKS, "run.files": FILES}

_TYPES = {"string": "varchar"}
_PLAIN_KINDS = {"varchar": "text", "boolean": "boolean", "date": "day"}
_NUMBERS = ("integer", "int", "bigint", "double", "float", "decimal")
_COMPOUND = ("struct", "map", "time", "interval", "blob", "uuid")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def marts_of(rule: Rule) -> set[str]:
    """The marts and relations that a rule names."""
    return {rule.mart} | ({rule.list.mart} if rule.list else set())


def create_of_run(connection: duckdb.DuckDBPyConnection, context: AlertContext | None) -> None:
    """Make the run's own relations, as temporary tables; without a context empty ones."""
    for name, columns in OF_RUN.items():
        rows = _rows(name, context) if context is not None else []
        shape = json.dumps([columns])
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f"create or replace temp table {_table(name)} ({listed})")
        if rows:
            connection.execute(
                f"insert into {_table(name)} select unnest(from_json($rows, $shape), "
                "recursive := true)",
                {"rows": json.dumps(rows), "shape": shape},
            )


def create_empty(
    connection: duckdb.DuckDBPyConnection, marts: Mapping[str, Mapping[str, str]]
) -> None:
    """Make empty marts, by name their columns and types, to try SQL on."""
    connection.execute("create schema marts")
    for mart, columns in marts.items():
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f'create table marts."{mart}" ({listed})')


def declared(mart: str) -> dict[str, str] | None:
    """The columns of a mart with their types, from its contract; None where there is no such."""
    if mart.startswith(RUN):
        return OF_RUN.get(mart)
    for path in sorted((DBT_DIR / "models/marts").glob(f"[!_]*/{mart}.yml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
        for model in document.get("models", ()):
            if model["name"] == mart:
                return {
                    column["name"]: _TYPES.get(column["data_type"], column["data_type"])
                    for column in model["columns"]
                }
    return None


def kind_of(kind: str) -> str | None:
    """What a DuckDB type holds: number, boolean, day, moment or text; None for what has none."""
    name = kind.lower().partition("(")[0].strip()
    if name.endswith("]") or name in _COMPOUND:
        return "text"
    if name.startswith("timestamp"):
        return "moment"
    return _PLAIN_KINDS.get(name, "number" if name.endswith(_NUMBERS) else None)


class Relations:
    """The relations of one shop in an open database, and what each of them has."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, shop_id: str) -> None:
        """Look what is there; nothing is read yet."""
        self._connection = connection
        self._shop_id = shop_id
        self._columns = mart_columns(connection)

    def columns(self, mart: str) -> frozenset[str]:
        """Its columns; none where the warehouse, of an older release, lacks the mart."""
        if mart in OF_RUN:
            return frozenset(OF_RUN[mart])
        found = self._columns.get(mart, frozenset())
        return found | {"is_evaluated"} if mart == "kpi_daily" and found else found

    def is_dated(self, mart: str) -> bool:
        """Whether it has a state for each day, and not only that of the newest."""
        return "as_of_on" in self.columns(mart)

    def source(self, mart: str) -> str:
        """What follows `from`. The rows that the platform judges are marked in every release."""
        if mart in OF_RUN:
            return _table(mart)
        if mart != "kpi_daily":
            return f'marts."{mart}"'
        judged = judged_condition(self._connection, self._shop_id)
        if judged == "is_evaluated":
            return "marts.kpi_daily"
        has = "is_evaluated" in self._columns["kpi_daily"]
        kept = "* exclude (is_evaluated)" if has else "*"
        return f"(select {kept}, {judged} as is_evaluated from marts.kpi_daily)"


def _table(name: str) -> str:
    return f'temp."{name}"'


def _rows(name: str, context: AlertContext) -> list[dict[str, Any]]:
    shops = [shop.shop_id for shop in context.shops]
    if name == "run.files":
        return [
            {"shop_id": shop, **{key: record.get(key) for key in FILES if key != "shop_id"}}
            for record in context.ingest_records
            for shop in ([record["shop_id"]] if record["shop_id"] else shops)
        ]
    return [
        {
            "shop_id": shop,
            "place": place,
            "gate": item.gate,
            "name": item.name,
            "table_name": item.table,
            "severity": item.severity,
            "topic": item.topic,
            "feed": item.feed,
            "description": item.description,
            "observed": found.observed,
            "is_errored": item.is_errored,
            "is_accepted": found.accepted is not None,
            "is_shop_blocked": context.is_blocked(shop),
            "accepted": found.accepted.in_words() if found.accepted else None,
            "examples": list(found.examples),
            "files": list(found.files),
        }
        for shop in shops
        for place, item in enumerate(
            [*context.failures(shop, "critical"), *context.failures(shop, "warning")]
        )
        if (found := item.finding(shop)) is not None
    ]
