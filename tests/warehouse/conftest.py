"""A finished build without a single row of a feed, and its models to be run again by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.contracts import lake_schema, load_contracts
from flows.warehouse.dbt_run import build
from flows.warehouse.inputs import BuildShop, LakeTable, prepare
from flows.warehouse.scope import snapshot_scope

SHOPS = [
    BuildShop("us", "US", "America/Los_Angeles", "USD", None, True),
    BuildShop("vn", "VN", "Asia/Ho_Chi_Minh", "VND", None, True),
]


class Models:
    """The models of a build whose tables a test fills: each `run` computes one of them anew."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._queries = {
            name: (schema, query)
            for name, schema, query in connection.execute(
                "select name, schema_name, query from inputs.models"
            ).fetchall()
        }

    def run(self, *names: str) -> None:
        """Compute tables again, in this order, by the queries that the build ran."""
        for name in names:
            schema, query = self._queries[name]
            self.connection.execute(f"delete from {schema}.{name}")
            self.connection.execute(f"insert into {schema}.{name} by name {query}")

    def run_all(self) -> None:
        """Compute every table again, in the order of the build."""
        tables = {
            row[0]
            for row in self.connection.execute("select table_name from duckdb_tables()").fetchall()
        }
        self.run(*(name for name in self._queries if name in tables))

    def fill(self, table: str, rows: list[dict[str, object]]) -> None:
        """Replace the rows of a table; columns that a row does not name are null."""
        self.connection.execute(f"delete from {table}")
        for row in rows:
            columns = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            self.connection.execute(
                f"insert into {table} ({columns}) values ({marks})", list(row.values())
            )


@pytest.fixture(scope="session")
def empty_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a build of two shops, as of 2026-04-30, whose feeds have no rows."""
    folder = tmp_path_factory.mktemp("empty_build")
    database = folder / "build.duckdb"
    lake = {c.table: LakeTable(lake_schema(c), ()) for c in load_contracts()}
    scope = snapshot_scope(date(2026, 4, 30), [shop.shop_id for shop in SHOPS])
    prepare(database, lake, SHOPS, scope, [], folder)
    build(database, folder / "target", folder)
    return database


@pytest.fixture(scope="module")
def models(empty_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """A copy of the empty build for the tests of one file; its lake is made of tables."""
    # The queries name the database after the file.
    copy = tmp_path_factory.mktemp("models") / empty_build.name
    shutil.copy(empty_build, copy)
    with duckdb.connect(str(copy)) as connection:
        views = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'lake' and table_type = 'VIEW'"
        ).fetchall()
        for (view,) in views:
            connection.execute(f"create table lake.copy_of_{view} as from lake.{view}")
            connection.execute(f"drop view lake.{view}")
            connection.execute(f"alter table lake.copy_of_{view} rename to {view}")
        yield Models(connection)
