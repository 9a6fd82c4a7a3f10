"""The shape of a mart: its columns, their types, its grain."""

from typing import Any

from flows.quality.model import Expectation

_FAMILIES = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "double": "DOUBLE",
    "integer": "(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)",
    "number": "(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|DECIMAL.*)",
}

# Keys that may be shown as examples; a creator's handle or a reason's text may not.
_SHOWN_KEYS = ("order_id", "package_key", "seller_sku")


def shape(
    table: str, grain: list[str], optional: list[str], columns: dict[str, str]
) -> list[Expectation]:
    """A mart's keys are there and unique, and its public columns have their types."""
    keys = ", ".join(grain)
    missing = " or ".join(f"{key} is null" for key in grain if key not in optional)
    found = [
        Expectation(
            name="keys_present",
            table=table,
            severity="critical",
            topic="marts",
            description=f"No row without its key ({keys})",
            fails_when=missing,
        ),
        Expectation(
            name="keys_unique",
            table=table,
            severity="critical",
            topic="marts",
            description=f"One row for each {keys}",
            query=(
                f"select shop_id, sum(n - 1) as failures from (select shop_id, count(*) as n "
                f"from marts.{table} group by {keys} having count(*) > 1) group by 1"
            ),
            counted="rows too many",
            examples=(
                f"select shop_id, {grain[-1]} from marts.{table} "
                f"group by {keys} having count(*) > 1"
            )
            if grain[-1] in _SHOWN_KEYS
            else None,
        ),
    ]
    if columns:
        found.insert(0, _schema(table, columns))
    return found


def _schema(table: str, columns: dict[str, str]) -> Expectation:
    wanted = ", ".join(f"('{name}', '{_FAMILIES[kind]}')" for name, kind in columns.items())
    wrong = (
        f"from (values {wanted}) as wanted (name, kind) left join duckdb_columns() as found "
        f"on found.schema_name = 'marts' and found.table_name = '{table}' "
        "and found.column_name = wanted.name and found.database_name = current_database() "
        "where not coalesce(regexp_full_match(found.data_type, wanted.kind), false)"
    )
    return Expectation(
        name="schema",
        table=table,
        severity="critical",
        topic="marts",
        description="Every public column is there with its type",
        query=f"select null::varchar as shop_id, count(*) as failures {wrong}",
        counted="columns missing or of another type",
        examples=f"select null::varchar, wanted.name {wrong}",
    )


def critical(table: str, name: str, description: str, **question: Any) -> Expectation:
    """An expectation on a mart that keeps a shop from being published."""
    return Expectation(
        name=name,
        table=table,
        severity="critical",
        topic="marts",
        description=description,
        **question,
    )
