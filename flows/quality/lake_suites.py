"""Gate 1: what was ingested, judged by the contracts before anything is built on it.

Every suite is derived from a contract, so a new feed or column needs no code here. Relations: the
views of schema `lake`, and of schema `inputs` the tables `as_of` (the day that each shop is judged
at) and `files` (the ledger of every file seen).
"""

from collections.abc import Iterator, Sequence
from datetime import date

from flows.contracts import Column, Contract, QualityRule, load_contracts
from flows.quality.copies import copies
from flows.quality.file_drift import file_drift
from flows.quality.lake_files import files_suite, sources_of
from flows.quality.model import Expectation, Gate, TableSuite
from flows.quality.surge import ORDER_FEED
from flows.quality.volume_drift import volume_drift

NAME = "gate 1"
SCHEMA = "lake"

_SYSTEM_TYPES = {"shop_id": "VARCHAR", "source_id": "VARCHAR", "row_number": "BIGINT"}
_COMPARISONS = {
    "mustBe": "{0} = {1}",
    "mustNotBe": "{0} <> {1}",
    "mustBeGreaterThan": "{0} > {1}",
    "mustBeGreaterOrEqualTo": "{0} >= {1}",
    "mustBeLessThan": "{0} < {1}",
    "mustBeLessOrEqualTo": "{0} <= {1}",
    "mustBeBetween": "{0} between {1} and {2}",
    "mustNotBeBetween": "{0} not between {1} and {2}",
}


def gate1(contracts: Sequence[Contract] | None = None) -> Gate:
    """The gate on the lake and the files, derived from the contracts (default: all there are)."""
    feeds = load_contracts() if contracts is None else contracts
    return Gate(NAME, SCHEMA, (*(_suite(contract) for contract in feeds), files_suite()))


def _suite(contract: Contract) -> TableSuite:
    found = [_schema(contract)]
    for column in contract.columns:
        found.extend(_column(contract, column))
    found.extend(_rule(contract, rule) for rule in contract.quality_rules)
    if not contract.is_declaration:
        found.extend(_sums(contract))
        found.append(_freshness(contract))
        found.extend((*volume_drift(contract), *file_drift(contract), *copies(contract)))
    if contract.feed == ORDER_FEED:
        found.append(_order_feed(contract))
    return TableSuite(contract.table, tuple(found))


def _expect(contract: Contract, **fields: object) -> Expectation:
    return Expectation(table=contract.table, feed=contract.feed, **fields)  # type: ignore[arg-type]


def _schema(contract: Contract) -> Expectation:
    types = dict(_SYSTEM_TYPES)
    for column in contract.columns:
        types[column.name] = column.physical_type
    wanted = ", ".join(f"('{name}', '{kind}')" for name, kind in types.items())
    wrong = (
        f"from (values {wanted}) as wanted (name, kind) left join duckdb_columns() as found "
        f"on found.schema_name = '{SCHEMA}' and found.table_name = '{contract.table}' "
        "and found.column_name = wanted.name and found.database_name = current_database() "
        "where found.data_type is distinct from wanted.kind"
    )
    return _expect(
        contract,
        name="schema",
        severity="critical",
        description="Every column of the contract is there with its type",
        query=f"select null::varchar as shop_id, count(*) as failures {wrong}",
        counted="columns missing or of another type",
        examples=f"select null::varchar, wanted.name {wrong}",
    )


def _column(contract: Contract, column: Column) -> list[Expectation]:
    name = column.name
    # An id that is itself in doubt is no good as an example; the rest of the key is.
    keys = [key for key in contract.keys if key != name]
    example = keys[0] if keys else None
    found = []
    if not column.nullable:
        found.append(
            _expect(
                contract,
                name=f"{name}_present",
                column=name,
                severity="critical",
                description=f"{name} is never empty",
                fails_when=f"{name} is null",
                example=example,
            )
        )
    # The words of a closed vocabulary are a quality rule of the contract, with its own severity.
    if column.vocabulary and not column.is_vocabulary_closed:
        words = ", ".join(_literal(word) for word in column.words)
        found.append(
            _expect(
                contract,
                name=f"{name}_known",
                column=name,
                severity="warning",
                description=f"{name} is one of the contract's {len(column.words)} words",
                fails_when=f"{name} not in ({words})",
                example=example,
            )
        )
    limits = _limits(column)
    if limits:
        found.append(
            _expect(
                contract,
                name=f"{name}_in_range",
                column=name,
                severity="critical",
                description=f"{name} is {limits[1]}",
                fails_when=limits[0],
                example=example,
            )
        )
    return found


def _limits(column: Column) -> tuple[str, str] | None:
    """The condition that breaks the column's limits, and the limits in words."""
    conditions: list[str] = []
    words: list[str] = []
    for limit, sign, word in ((column.minimum, "<", "at least"), (column.maximum, ">", "at most")):
        if limit is not None:
            value = f"date '{limit}'" if isinstance(limit, date) else str(limit)
            conditions.append(f"{column.name} {sign} {value}")
            words.append(f"{word} {limit}")
    return (" or ".join(conditions), " and ".join(words)) if conditions else None


def _rule(contract: Contract, rule: QualityRule) -> Expectation:
    """A quality rule of the contract's own: a number of rows or percent, compared as it says."""
    condition = _bad_row(rule)
    is_none_allowed = (rule.operator, rule.value, rule.unit) == ("mustBe", 0, "rows")
    if condition and is_none_allowed:
        return _expect(
            contract,
            name=rule.name,
            column=rule.column,
            severity=rule.severity,
            description=rule.description,
            fails_when=condition,
        )
    if rule.metric == "duplicateValues":
        if not is_none_allowed:
            raise ValueError(f"{contract.feed}: rule {rule.name} must allow no duplicate")
        return _unique(contract, rule)
    number = _metric(contract, rule)
    bounds = rule.value if isinstance(rule.value, tuple) else (rule.value,)
    measured = "n" if rule.unit == "rows" else "100.0 * n / nullif(row_count, 0)"
    holds = _COMPARISONS[rule.operator].format(f"({measured})", *bounds)
    return _expect(
        contract,
        name=rule.name,
        column=rule.column,
        severity=rule.severity,
        description=rule.description,
        query=f"select shop_id, greatest(n, 1) as failures, printf('%d of %d rows', n, row_count) "
        f"as note from (select shop_id, {number}::bigint as n, count(*) as row_count "
        f"from {SCHEMA}.{contract.table} group by 1) where not coalesce({holds}, true)",
    )


def _metric(contract: Contract, rule: QualityRule) -> str:
    """The SQL aggregate of an ODCS library metric."""
    condition = _bad_row(rule)
    if condition:
        return f"count(*) filter (where {condition})"
    if rule.metric == "rowCount":
        return "count(*)"
    raise ValueError(f"{contract.feed}: rule {rule.name} has the unknown metric {rule.metric}")


def _bad_row(rule: QualityRule) -> str | None:
    """The condition of a row that the metric counts, where it looks at one row at a time."""
    column = rule.column
    if column is None:
        return None
    if rule.metric == "nullValues":
        return f"{column} is null"
    if rule.metric == "missingValues":
        missing = _listed(rule.arguments.get("missingValues"))
        return f"{column} is null or {column}::varchar in ({missing})"
    if rule.metric == "invalidValues":
        pattern = rule.arguments.get("pattern")
        if isinstance(pattern, str):
            return f"not regexp_matches({column}::varchar, {_literal(pattern)})"
        return f"{column}::varchar not in ({_listed(rule.arguments.get('validValues'))})"
    return None


def _listed(values: object) -> str:
    items = values if isinstance(values, list) else []
    return ", ".join(_literal(str(item)) for item in items if item is not None) or "''"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unique(contract: Contract, rule: QualityRule) -> Expectation:
    """One key, one content: rows that only repeat each other do no harm, rows that differ do.

    Both files are named, since only a person knows which of them is right.
    """
    listed = rule.arguments.get("properties")
    keys = [str(item) for item in listed] if isinstance(listed, list) else [str(rule.column)]
    group = ", ".join(("shop_id", *keys))
    said = ", ".join(column.name for column in contract.columns)
    disputed = (
        f"select {group}, list(distinct source_id) as sources, count(distinct ({said})) - 1 as n "
        f"from {SCHEMA}.{contract.table} group by {group} having count(distinct ({said})) > 1"
    )
    return _expect(
        contract,
        name=rule.name,
        column=rule.column,
        severity=rule.severity,
        topic="declarations",
        description=rule.description,
        query=f"select shop_id, sum(n) as failures, printf('%d keys with rows that disagree', "
        f"count(*)) as note from ({disputed}) group by 1",
        examples=f"select shop_id, {keys[0]} from ({disputed})",
        files=sources_of(f"select shop_id, unnest(sources) as source_id from ({disputed})"),
    )


def _sums(contract: Contract) -> Iterator[Expectation]:
    """No amount is too large for a cell, but many of them may be for the sums of the marts.

    The bound is a tenth of what the column's type holds, which no shop sells in any currency: past
    it the build would break for every shop.
    """
    bounds = {
        column.name: 10 ** (17 - column.scale)
        for column in contract.columns
        if column.physical_type.startswith("DECIMAL")
    }
    if not bounds:
        return
    table = f"{SCHEMA}.{contract.table}"
    sizes = {name: f"coalesce(sum(abs({name})), 0)" for name in bounds}
    beyond = " + ".join(f"({sizes[name]} > {bound})::integer" for name, bound in bounds.items())
    # The files that alone hold a thousandth of it.
    large = " or ".join(f"{sizes[name]} > {bound // 1000}" for name, bound in bounds.items())
    yield _expect(
        contract,
        name="sums_in_range",
        severity="critical",
        description="The amounts of a column add up to a number that can be",
        query=f"select shop_id, {beyond} as failures from {table} group by 1",
        counted="columns",
        files=sources_of(
            f"select shop_id, source_id from {table} group by shop_id, source_id having {large}"
        ),
    )


def _freshness(contract: Contract) -> Expectation:
    """The newest content of the feed against the end of the as-of day, never against the clock."""
    return _expect(
        contract,
        name="fresh",
        severity="warning",
        topic="freshness",
        description=f"Newest content at most {contract.freshness_days} days before the day's end",
        query="select shop_id, hours / 24.0 as failures, printf('newest content is of %s, %d h "
        "before the end of %s', strftime(newest_at, '%Y-%m-%d %H:%M UTC'), hours, "
        "strftime(as_of_on, '%Y-%m-%d')) as note from (select f.shop_id, "
        "max(f.newest_at) as newest_at, max(a.as_of_on) as as_of_on, "
        "date_diff('hour', max(f.newest_at), max(a.ends_at)) as hours from inputs.files as f "
        "inner join inputs.as_of as a on a.shop_id = f.shop_id and a.is_current "
        f"where f.feed = '{contract.feed}' and f.status in ('loaded', 'duplicate') group by 1) "
        f"where hours > {contract.freshness_days * 24}",
    )


def _order_feed(contract: Contract) -> Expectation:
    return _expect(
        contract,
        name="order_feed_is_there",
        severity="critical",
        topic="order_feed",
        description="The shop has order rows",
        query=f"select distinct shop_id, 0 as failures from {SCHEMA}.{contract.table}",
        absent="no order row in the lake",
    )
