"""Holds published marts against the simulator's truth, column by column, value by value."""

from __future__ import annotations

from pathlib import Path

import duckdb

KEYS = {
    "kpi_daily": ("as_of_on", "metric", "basis", "window_name"),
    "orders": ("order_id",),
    "packages": ("package_key",),
    "return_rate_by_sku": ("as_of_on", "basis", "window_name", "seller_sku"),
    "return_rate_by_creator": ("as_of_on", "basis", "window_name", "creator_handle"),
    "zone_coverage": ("as_of_on", "origin_set", "ship_to_state"),
    "row_accounting": ("file",),
    "open_orders": ("order_id",),
    "account_health_daily": ("as_of_on",),
}
"""The marts that have a truth and what identifies a row within a shop."""

CAUSES = "late_causes"
"""The truth that names what made some of the late orders late; the mart may name others."""

_EXAMPLES = 3
# Doubles of several operations, in whose last bits the order of those shows; so does a share that
# the truth takes as a product with an inverse. Every other value has to be the same bit by bit.
_COMPOSED = ("lower_bound", "upper_bound", "mean_transit_days", "share_of_orders")
_RELATIVE = 1e-12


def differences(published: Path, truth: Path, shop_id: str) -> list[str]:
    """What a shop's marts say that its truth does not, or the other way; empty when all is equal.

    Every column of a truth file must be in the mart; text is read in the mart's type, and a cell
    that does not fit it is an error.

    Args:
        published: the warehouse, with the schema `marts`.
        truth: the folder with one CSV a mart.
        shop_id: the shop whose truth it is.
    """
    assert {path.stem for path in truth.glob("*.csv")} == {*KEYS, CAUSES}
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(published)} as warehouse (read_only)")
        connection.execute("use warehouse.marts")
        for mart, keys in KEYS.items():
            columns = _load(connection, mart, truth / f"{mart}.csv", shop_id)
            found += _rows(connection, mart, keys)
            for column in columns:
                found += _values(connection, mart, keys, column)
        found += _causes(connection, truth / f"{CAUSES}.csv", shop_id)
    return found


def _load(
    connection: duckdb.DuckDBPyConnection, mart: str, path: Path, shop_id: str
) -> dict[str, str]:
    """Make the views `expected` and `actual`; the truth's columns with the mart's types."""
    types = {
        name: kind
        for name, kind, *_ in connection.execute(f"describe warehouse.marts.{mart}").fetchall()
    }
    with path.open(encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split(",")
    missing = [column for column in header if column not in types]
    assert not missing, f"{mart} lacks {missing}"
    columns = {column: types[column] for column in header}
    given = ", ".join(f"{_text(column)}: {_text(kind)}" for column, kind in columns.items())
    connection.execute(
        "create or replace temp table expected as select * from "
        f"read_csv({_text(path)}, header = true, auto_detect = false, columns = {{{given}}})"
    )
    connection.execute(
        "create or replace temp table actual as "
        f"select {', '.join(columns)} from warehouse.marts.{mart} where shop_id = {_text(shop_id)}"
    )
    return columns


def _rows(connection: duckdb.DuckDBPyConnection, mart: str, keys: tuple[str, ...]) -> list[str]:
    """Rows that one side has and the other has not, each as often as it does."""
    listed = ", ".join(keys)
    found = []
    for one, other, word in (("expected", "actual", "missing"), ("actual", "expected", "too many")):
        rows = connection.execute(
            f"select {listed} from {one} except all select {listed} from {other} order by all"
        ).fetchall()
        found += _say(f"{mart}, rows {word}", rows)
    if connection.execute("select count(*) from expected").fetchone() == (0,):
        found.append(f"{mart}: its truth is empty")
    return found


def _values(
    connection: duckdb.DuckDBPyConnection, mart: str, keys: tuple[str, ...], column: str
) -> list[str]:
    """Values that differ between the rows that both sides have."""
    if column in keys:
        return []
    differs = f"a.{column} is distinct from e.{column}"
    if column in _COMPOSED:
        differs += (
            f" and coalesce(abs(a.{column} - e.{column}) > {_RELATIVE} * abs(e.{column}), true)"
        )
    rows = connection.execute(
        f"select {', '.join(keys)}, a.{column}, e.{column} from actual as a "
        f"inner join expected as e using ({', '.join(keys)}) where {differs} order by all"
    ).fetchall()
    return _say(f"{mart}.{column}, published and true", rows)


def _causes(connection: duckdb.DuckDBPyConnection, path: Path, shop_id: str) -> list[str]:
    """Late orders whose cause, or whose chance of an appeal, is not the one that is known."""
    rows = connection.execute(
        "select order_id, found.primary_cause, found.is_appeal_candidate, "
        "known.cause, known.is_appeal_candidate "
        f"from read_csv({_text(path)}, header = true, auto_detect = false, columns = "
        "{'order_id': 'varchar', 'cause': 'varchar', 'is_appeal_candidate': 'boolean'}) as known "
        "left join (select * from warehouse.marts.late_dispatch_causes "
        f"where shop_id = {_text(shop_id)}) as found using (order_id) "
        "where found.primary_cause is distinct from known.cause "
        "or found.is_appeal_candidate is distinct from known.is_appeal_candidate order by all"
    ).fetchall()
    return _say("late_dispatch_causes, published and true", rows)


def _say(what: str, rows: list[tuple[object, ...]]) -> list[str]:
    if not rows:
        return []
    shown = "; ".join(" / ".join(map(str, row)) for row in rows[:_EXAMPLES])
    return [f"{what}: {len(rows)} rows, such as {shown}"]


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
