"""Mutations of gate 1: derived from the contracts, like the gate itself."""

from __future__ import annotations

from collections.abc import Iterator

from flows.contracts import Contract, QualityRule
from tests.quality.mutations.generic import SOUTH, one_row
from tests.quality.mutations.judging import Mutation


def of_contract(contract: Contract) -> Iterator[Mutation]:
    """What a contract's suite asks of the whole table: types, freshness, rules with a share."""
    table, relation = contract.table, f"lake.{contract.table}"
    yield Mutation(
        table,
        "schema",
        relation,
        (f"alter table {relation} alter row_number type double",),
        is_every_shop=True,
    )
    yield Mutation(
        table,
        "schema",
        relation,
        (f"alter table {relation} rename column row_number to line",),
        column="row_number",
        is_every_shop=True,
    )
    amounts = [c for c in contract.columns if c.physical_type.startswith("DECIMAL")]
    for column in () if contract.is_declaration else amounts:
        yield Mutation(
            table,
            "sums_in_range",
            relation,
            (f"update {relation} set {column.name} = 21e{15 - column.scale} where {SOUTH}",),
        )
    if not contract.is_declaration:
        hours = contract.freshness_days * 24 + 1
        yield Mutation(
            table,
            "fresh",
            "inputs.files",
            (
                f"update inputs.files set newest_at = (select max(ends_at) from inputs.as_of) "
                f"- interval {hours} hour where {SOUTH} and feed = '{contract.feed}'",
            ),
        )
    for rule in contract.quality_rules:
        if rule.metric == "duplicateValues":
            yield _disputed(contract, rule)
        elif (rule.operator, rule.value, rule.unit) != ("mustBe", 0, "rows"):
            yield Mutation(
                table,
                rule.name,
                relation,
                (f"update {relation} set {rule.column} = null where {SOUTH}",),
            )


def _disputed(contract: Contract, rule: QualityRule) -> Mutation:
    """The same key with another content, in the column that no other rule looks at."""
    relation = f"lake.{contract.table}"
    spare = next(
        column
        for column in reversed(contract.columns)
        if column.nullable and not column.is_key and not column.vocabulary
    )
    value = f"cast(null as {spare.physical_type})"
    return Mutation(
        contract.table,
        rule.name,
        relation,
        (
            f"insert into {relation} by name select * replace ({value} as {spare.name}) "
            f"from {relation} where {one_row(relation)}",
        ),
    )


def of_files() -> Iterator[Mutation]:
    """What is asked of the ledger of files, and of the feed without which there is no shop."""
    files = "inputs.files"
    orders = one_row(files, "feed = 'seller_center/orders'")
    for changed in ("rows_read = 6", "rows_accepted = 4", "rows_skipped = 1"):
        yield Mutation(
            files, "nothing_lost", files, (f"update {files} set {changed} where {orders}",)
        )
    yield Mutation(
        files,
        "files_refused",
        files,
        (
            f"insert into {files} (shop_id, file, status, rows_read, is_present) "
            "values ('south', 'notes.csv', 'refused', 0, true)",
        ),
    )
    yield Mutation(
        files,
        "rows_refused",
        files,
        (f"update {files} set rows_accepted = 4, rows_quarantined = 1 where {orders}",),
    )
    yield Mutation(
        "seller_center__orders",
        "order_feed_is_there",
        "lake.seller_center__orders",
        (f"delete from lake.seller_center__orders where {SOUTH}",),
    )
