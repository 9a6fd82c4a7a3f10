"""The numbers of a what-if: its own marts in a file of their own, and the publication beside them.

The published warehouse is read and never written.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.warehouse.database import connect, text
from flows.warehouse.merge import MARTS, columns_by_table

KEY = ("shop_id", "as_of_on", "metric", "basis", "window_name")
_NUMBERS = (
    "numerator",
    "denominator",
    "value",
    "target",
    "enforcement",
    "status",
    "policy_version",
)
# What of a rate can differ; the version always does.
_COMPARED = ("numerator", "denominator", "status")


def compare(what_if: Path, published: Path | None, scratch: Path) -> pl.DataFrame:
    """Each rate of a what-if beside the published one, one row a shop, day, metric, basis, window.

    Columns: the key, `published_…` and `what_if_…` of numerator, denominator, value, target,
    enforcement (0..1), status and policy version, `is_evaluated` (by this row the platform would
    judge under the what-if's rules), and `is_changed` (another count or status; null where nothing
    was published). published: None before the first publication.
    """
    with connect(None, scratch) as connection:
        connection.execute(f"attach {text(str(what_if))} as what_if (read_only)")
        before = f"(select * from what_if.{MARTS}.kpi_daily limit 0)"
        if published is not None:
            connection.execute(f"attach {text(str(published))} as published (read_only)")
            if "kpi_daily" in columns_by_table(connection, "published"):
                before = f"published.{MARTS}.kpi_daily"
        columns = [
            f"{side}.{column} as {label}_{column}"
            for side, label in (("p", "published"), ("w", "what_if"))
            for column in _NUMBERS
        ]
        differs = " or ".join(f"p.{column} is distinct from w.{column}" for column in _COMPARED)
        query = (
            f"select {', '.join(f'w.{column}' for column in KEY)}, {', '.join(columns)}, "
            "w.is_evaluated, "
            f"case when p.shop_id is not null then {differs} end as is_changed "
            f"from what_if.{MARTS}.kpi_daily as w left join {before} as p "
            f"on {' and '.join(f'w.{column} = p.{column}' for column in KEY)} "
            f"order by {', '.join(f'w.{column}' for column in KEY)}"
        )
        return pl.DataFrame(connection.sql(query))
