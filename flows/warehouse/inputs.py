"""What a build reads: views over the live lake files, and relations that say what to compute."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.calendar import midnight_utc
from flows.warehouse.database import connect, name, text
from flows.warehouse.scope import Scope

FIRST_DAY = date(2020, 12, 1)
_DAYS_AHEAD = 400

_MOMENT = pl.Datetime("us")
_POLICY_OVERRIDE: dict[str, pl.DataType] = {"policy_version": pl.String()}
_SHOPS: dict[str, pl.DataType] = {
    "shop_id": pl.String(),
    "market": pl.String(),
    "timezone": pl.String(),
    "currency": pl.String(),
    "opened_on": pl.Date(),
    "is_declared": pl.Boolean(),
}
_AS_OF: dict[str, pl.DataType] = {
    "shop_id": pl.String(),
    "as_of_on": pl.Date(),
    "ends_at": _MOMENT,
    "is_current": pl.Boolean(),
}
_SHOP_DAYS: dict[str, pl.DataType] = {
    "shop_id": pl.String(),
    "day_on": pl.Date(),
    "starts_at": _MOMENT,
    "ends_at": _MOMENT,
}
_FILES: dict[str, pl.DataType] = {
    "run_id": pl.String(),
    "shop_id": pl.String(),
    "file": pl.String(),
    "feed": pl.String(),
    "rows_read": pl.Int64(),
    "rows_accepted": pl.Int64(),
    "rows_quarantined": pl.Int64(),
    "rows_skipped": pl.Int64(),
    "sha256": pl.String(),
    "archive_sha256": pl.String(),
    "status": pl.String(),
    "reason": pl.String(),
    "mend": pl.String(),
    "newest_at": _MOMENT,
    "is_present": pl.Boolean(),
}
_INTERVENTIONS: dict[str, pl.DataType] = {
    "intervention_id": pl.String(),
    "made_at": _MOMENT,
    "action": pl.String(),
    "shop_id": pl.String(),
    "subject": pl.String(),
    "reason": pl.String(),
    "made_by": pl.String(),
    "run_id": pl.String(),
}


@dataclass(frozen=True)
class LakeTable:
    """One feed's live files, and the columns that its table has.

    files: in groups that were read with the same contract and reader, and so have the same columns:
    those of an earlier contract stay when their exports are gone from landing.
    """

    schema: Mapping[str, pl.DataType]
    files: Collection[Collection[Path]]


@dataclass(frozen=True)
class BuildShop:
    """A shop as the build sees it: the columns of `inputs.shops`."""

    shop_id: str
    market: str
    timezone: str
    currency: str
    opened_on: date | None
    is_declared: bool


def prepare(
    database: Path,
    lake: Mapping[str, LakeTable],
    shops: Sequence[BuildShop],
    scope: Scope,
    files: Sequence[Mapping[str, Any]],
    scratch: Path,
    policy_version: str | None = None,
    interventions: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Make the build's database anew, with the schemas `lake` and `inputs` and nothing else.

    lake: by table name. files: rows of `inputs.files`. policy_version: the rules that a what-if
    build applies to every day; None: those that were in force. interventions: rows of
    `inputs.interventions`. Only shops of the scope get in. The file appears whole or not at all.
    """
    unfinished = database.with_name(f".{database.name}.tmp")
    for leftover in (unfinished, Path(f"{unfinished}.wal"), Path(f"{database}.wal")):
        leftover.unlink(missing_ok=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    mine = sorted((shop for shop in shops if shop.shop_id in scope.as_of), key=_shop_id)
    with connect(unfinished, scratch) as connection:
        connection.execute("create schema lake")
        connection.execute("create schema inputs")
        for table, content in sorted(lake.items()):
            connection.execute(f"create view lake.{name(table)} as {_lake_query(content)}")
        frames = {
            "shops": _frame([vars(shop) for shop in mine], _SHOPS),
            "as_of": _frame([row for shop in mine for row in _as_of(shop, scope)], _AS_OF),
            "shop_days": pl.concat([_days(s, scope) for s in mine] or [_frame([], _SHOP_DAYS)]),
            "policy_override": _frame(
                [{"policy_version": policy_version}] if policy_version else [], _POLICY_OVERRIDE
            ),
            "files": _frame([row for row in files if row["shop_id"] in scope.as_of], _FILES),
            "interventions": _decisions(interventions, scope),
        }
        for table, frame in frames.items():
            _fill(connection, table, frame, scratch)
        # Closing does it too, but keeps to itself that the disk is full; and the log stays behind.
        connection.execute("checkpoint")
    os.replace(unfinished, database)


def renew_interventions(
    database: Path, scope: Scope, interventions: Sequence[Mapping[str, Any]], scratch: Path
) -> None:
    """Bring a finished build up to the decisions of today: its input, and the mart of them."""
    with connect(database, scratch) as connection:
        connection.execute("begin")
        connection.execute("drop table inputs.interventions")
        _fill(connection, "interventions", _decisions(interventions, scope), scratch)
        connection.execute("delete from marts.interventions")
        connection.execute(
            "insert into marts.interventions by name select * from inputs.interventions"
        )
        connection.execute("commit")


def _decisions(rows: Sequence[Mapping[str, Any]], scope: Scope) -> pl.DataFrame:
    mine = [row for row in rows if row["shop_id"] in scope.as_of]
    moments = [datetime.fromisoformat(row["made_at"]).replace(tzinfo=None) for row in mine]
    return _frame(
        [{**row, "made_at": at} for row, at in zip(mine, moments, strict=True)], _INTERVENTIONS
    )


def _shop_id(shop: BuildShop) -> str:
    return shop.shop_id


def _as_of(shop: BuildShop, scope: Scope) -> list[dict[str, Any]]:
    return [
        {
            "shop_id": shop.shop_id,
            "as_of_on": day,
            "ends_at": midnight_utc(day + timedelta(days=1), shop.timezone),
            "is_current": day == scope.current(shop.shop_id),
        }
        for day in scope.as_of[shop.shop_id]
    ]


def _days(shop: BuildShop, scope: Scope) -> pl.DataFrame:
    first = min(FIRST_DAY, scope.as_of[shop.shop_id][0])
    last = max(FIRST_DAY, scope.current(shop.shop_id)) + timedelta(days=_DAYS_AHEAD)
    days, starts = _midnights(shop.timezone, first, last)
    return pl.DataFrame(
        {
            "shop_id": [shop.shop_id] * len(days),
            "day_on": days,
            "starts_at": starts[:-1],
            "ends_at": starts[1:],
        },
        schema=_SHOP_DAYS,
    )


@cache
def _midnights(zone: str, first: date, last: date) -> tuple[list[date], list[datetime]]:
    """Each day of the range, and the moments at which they begin and the last one ends."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 2)]
    return days[:-1], [midnight_utc(day, zone) for day in days]


def _frame(rows: Sequence[Mapping[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([[row[key] for key in schema] for row in rows], schema=schema, orient="row")


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, scratch: Path
) -> None:
    """Create `inputs.<table>`, through a file: DuckDB takes single rows from Python slowly."""
    path = scratch / f"inputs_{table}.parquet"
    frame.write_parquet(path)
    connection.execute(
        f"create table inputs.{table} as select * from read_parquet({text(str(path))})"
    )
    path.unlink()


def _lake_query(table: LakeTable) -> str:
    """The rows of all files; what an earlier contract lacks, or cannot be cast, is null."""
    groups: dict[tuple[str, ...], list[Path]] = {}
    for paths in filter(None, table.files):
        selected = _selected(table.schema, pl.read_parquet_schema(min(paths)))
        groups.setdefault(selected, []).extend(paths)
    if not groups:
        return f"select {', '.join(_selected(table.schema, {}))} where false"
    return " union all ".join(
        # Partitions are for people and for pruning by path; `shop_id` is a column of the files.
        f"select {', '.join(selected)} from read_parquet("
        f"[{', '.join(text(str(path)) for path in sorted(paths))}], "
        "hive_partitioning = false, union_by_name = false)"
        for selected, paths in sorted(groups.items())
    )


def _selected(
    wanted: Mapping[str, pl.DataType], found: Mapping[str, pl.DataType]
) -> tuple[str, ...]:
    """A table's columns as SQL, out of files that have others."""
    selected = []
    for column, kind in wanted.items():
        if found.get(column) == kind:
            selected.append(name(column))
        else:
            source = name(column) if column in found else "null"
            selected.append(f"try_cast({source} as {duckdb_type(kind)}) as {name(column)}")
    return tuple(selected)


def duckdb_type(kind: pl.DataType) -> str:
    """The DuckDB type of a lake column."""
    if isinstance(kind, pl.Decimal):
        return f"decimal({kind.precision}, {kind.scale})"
    if isinstance(kind, pl.Datetime):
        return "timestamp"
    return _SIMPLE_TYPES[kind.base_type()]


_SIMPLE_TYPES: dict[Any, str] = {
    pl.String: "varchar",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
    pl.Date: "date",
}
