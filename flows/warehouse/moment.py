"""A finished build looked at from another moment than its own.

The marts that stand at a moment are computed again by the build's own queries (`inputs.models`),
so that no formula is written twice. The build is left as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from flows.warehouse.database import connect, text


@dataclass(frozen=True)
class Moment:
    """When a shop is looked at: nothing at or after `at` (UTC, naive) is seen.

    `last_day_on` is the shop's day that holds the last instant before it.
    """

    at: datetime
    last_day_on: date


def can_answer(database: Path, moments: Mapping[str, Moment], models: Collection[str]) -> bool:
    """Whether a build is finished, holds the models, and reaches back to each shop's moment."""
    if not database.is_file():
        return False
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            names = connection.execute("select name from inputs.models").fetchall()
            first_days = dict(
                connection.execute(
                    "select shop_id, min(as_of_on) from inputs.as_of group by shop_id"
                ).fetchall()
            )
    except duckdb.CatalogException:
        return False
    return {name for (name,) in names}.issuperset(models) and all(
        shop in first_days and first_days[shop] <= moment.last_day_on
        for shop, moment in moments.items()
    )


def read_at(
    database: Path, moments: Mapping[str, Moment], models: Sequence[str], scratch: Path
) -> dict[str, pl.DataFrame]:
    """The rows of each model, in no order, with every shop of `moments` at its own moment.

    Other shops are left out. database: a finished build that `can_answer`.
    """
    with connect(database, scratch) as connection:
        queries = dict(connection.execute("select name, query from inputs.models").fetchall())
        # The other moment is an input like any other, for as long as the transaction lasts.
        connection.begin()
        try:
            connection.execute("update inputs.as_of set is_current = false")
            connection.executemany(
                "insert into inputs.as_of (shop_id, as_of_on, ends_at, is_current) "
                "values (?, ?, ?, true)",
                [[shop, moment.last_day_on, moment.at] for shop, moment in moments.items()],
            )
            shops = ", ".join(text(shop) for shop in moments)
            return {
                model: pl.DataFrame(
                    connection.sql(f"from ({queries[model]}) as rows where shop_id in ({shops})")
                )
                for model in models
            }
        finally:
            connection.rollback()
