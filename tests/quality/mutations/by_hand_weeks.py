"""Mutations of the marts of full weeks, and the full week that they need."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

WEEKS: tuple[tuple[str, str, str, str], ...] = (
    ("rate_change_drivers", "adds_up_to_the_rate", "denominator = denominator + 1", "true"),
    (
        "rate_change_drivers",
        "adds_up_to_the_rate_before",
        "previous_denominator = previous_denominator + 1",
        "true",
    ),
    ("rate_change_drivers", "effects_add_up", "rate_effect = rate_effect + 0.5", "true"),
    ("rate_change_drivers", "ends_on_a_sunday", "as_of_on = as_of_on - 1", "true"),
)
"""Table, expectation, the change of one row, and of which."""

WEEKS_KIN = {
    # A row that is taken out of its week is missing there, and is no week of its own.
    ("rate_change_drivers", "ends_on_a_sunday"): (
        "adds_up_to_the_rate",
        "adds_up_to_the_rate_before",
        "effects_add_up",
    ),
}

_MODELS = (
    "int_weekly_parts",
    "int_weekly_segments",
    "rate_change_drivers",
    "warehouse_promises",
)


def add_week(build: Path, sunday: date) -> Path:
    """Give a build of another day the marts of the week that ends on `sunday`, by its queries."""
    with duckdb.connect(str(build)) as connection:
        connection.execute("begin")
        connection.execute("create temp table asked as from inputs.as_of")
        connection.execute(
            "update inputs.as_of set as_of_on = day_on, ends_at = shop_days.ends_at "
            "from inputs.shop_days where shop_days.shop_id = as_of.shop_id and day_on = ?",
            [sunday],
        )
        for name in _MODELS:
            found = connection.execute(
                "select schema_name, query from inputs.models where name = ?", [name]
            ).fetchone()
            assert found is not None
            schema, query = found
            connection.execute(f"delete from {schema}.{name}")
            connection.execute(f"insert into {schema}.{name} by name {query}")
        connection.execute("delete from inputs.as_of")
        connection.execute("insert into inputs.as_of by name from asked")
        connection.execute("commit")
    return build
