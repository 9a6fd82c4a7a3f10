"""Gate 1's warnings about a file that is unlike the files of its feed before it.

The newest file (by its newest content, never by its arrival) is held against the eight before it.
What is asked goes beyond all that those files have shown, so that a shop whose exports differ from
each other raises no alarm, nor one that has too few files or rows to tell. Large files are judged
by an even sample of their rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.contracts import Column, Contract
from flows.quality.model import Expectation

_FILES = "inputs.files"
_FILES_BEFORE = 8
_LEAST_FILES_BEFORE = 4
_LEAST_ROWS = 50
_SAMPLE = 20_000
# A mix has changed where this share of the rows has words beyond what any file before had; a file
# of few rows needs more. Rows of one age are those of the third and fourth week before the newest.
_MOVED_SHARE = 0.3
_DEVIATIONS = 6
_AGE_DAYS = (14, 28)
# A column was always filled up to this share of empty cells, and is no longer from that one on.
_ALWAYS_FILLED = 0.05
_EMPTY_NOW = 0.3
# A unit or currency changes an amount by a hundred, a thousand or more, a price war by less.
_SCALE = 8
# The rows of a file were read before, where the files before hardly had any of each other's.
_USUAL_REPEATS = 0.5
_REPEATED = 0.3


def file_drift(contract: Contract) -> Iterator[Expectation]:
    """The warnings on the newest file of a feed of facts."""
    watched = [column for column in contract.columns if column.watched]
    if watched:
        yield _mix(contract, watched)
    yield _filled(contract)
    amounts = [column for column in contract.columns if column.physical_type.startswith("DEC")]
    if amounts:
        yield _amounts(contract, amounts)
    yield _repeats(contract)


def _expect(contract: Contract, name: str, description: str, found: str, note: str) -> Expectation:
    """A warning about the newest file; `found` yields shop_id, file, column_name and amount."""
    return Expectation(
        name=name,
        table=contract.table,
        severity="warning",
        topic="volume",
        feed=contract.feed,
        description=description,
        query=f"select shop_id, count(*) as failures, {note} as note from ({found}) group by 1",
        counted="columns",
        files=f"select shop_id, file from ({found})",
    )


def _recent(contract: Contract) -> str:
    """The newest files of the feed: n is 0 for the newest, `step` thins their rows out evenly."""
    return (
        "recent as materialized (select shop_id, source_id, file, newest_at, n, step from ("
        "select shop_id, left(sha256(sha256), 16) as source_id, any_value(file) as file, "
        f"max(newest_at) as newest_at, 1 + max(rows_accepted) // {_SAMPLE} as step, "
        "row_number() over (partition by shop_id order by max(newest_at) desc, sha256) - 1 as n "
        f"from {_FILES} where feed = '{contract.feed}' and status = 'loaded' "
        f"and newest_at is not null and rows_accepted >= {_LEAST_ROWS} group by shop_id, sha256) "
        f"where n <= {_FILES_BEFORE} "
        f"qualify max(n) over (partition by shop_id) >= {_LEAST_FILES_BEFORE})"
    )


def _sampled(contract: Contract) -> str:
    return (
        f"from lake.{contract.table} as t inner join recent as r on r.shop_id = t.shop_id "
        "and r.source_id = t.source_id and t.row_number % r.step = 0"
    )


def _mix(contract: Contract, watched: list[Column]) -> Expectation:
    names = ", ".join(f"'{column.name}'" for column in watched)
    first, last = _AGE_DAYS
    stamp = f"t.{event_time(contract)}"
    of_age = (
        f"{stamp} < r.newest_at - interval {first} day "
        f"and {stamp} >= r.newest_at - interval {last} day"
    )
    words = ", ".join(
        f"case when {of_age} then t.{column.name} end"
        if column.watched == "progress"
        else f"t.{column.name}"
        for column in watched
    )
    found = (
        f"with {_recent(contract)}, counted as (select shop_id, file, n, column_name, word, "
        "count(*) as rows from (select r.shop_id, r.file, r.n, "
        f"unnest([{names}]) as column_name, unnest([{words}]) as word {_sampled(contract)}) "
        "where word is not null group by all), "
        "shares as (select *, sum(rows) over (partition by shop_id, n, column_name) as whole "
        "from counted), judged as (select * from shares "
        f"where whole >= {_LEAST_ROWS}), "
        "known as (select shop_id, column_name, count(distinct n) filter (n > 0) as files "
        "from judged group by all), "
        # The share of a word that a file does not have is 0, and so is never the most.
        "before as (select shop_id, column_name, word, max(rows / whole) as most from judged "
        "where n > 0 group by all), "
        "now as (select shop_id, file, column_name, word, rows / whole as share, whole "
        "from judged where n = 0) "
        "select shop_id, file, column_name, sum(greatest(share - coalesce(most, 0), 0)) as amount "
        "from now left join before using (shop_id, column_name, word) "
        "inner join known using (shop_id, column_name) "
        f"where files >= {_LEAST_FILES_BEFORE} group by shop_id, file, column_name "
        f"having amount > greatest({_MOVED_SHARE}, {_DEVIATIONS} / sqrt(any_value(whole)))"
    )
    return _expect(
        contract,
        "mix_as_usual",
        "The newest file has the mix of words that the files before it had",
        found,
        "printf('%d %% of the rows of the newest file have another %s than in the files before', "
        "(100 * max(amount))::bigint, string_agg(column_name, ', ' order by column_name))",
    )


def _filled(contract: Contract) -> Expectation:
    optional = [column.name for column in contract.columns if column.nullable]
    names = ", ".join(f"'{name}'" for name in optional)
    counts = ", ".join(f"count(t.{name})" for name in optional)
    found = (
        f"with {_recent(contract)}, shares as (select shop_id, file, n, column_name, "
        "1 - filled / rows as empty from (select r.shop_id, r.file, r.n, count(*) as rows, "
        f"unnest([{names}]) as column_name, unnest([{counts}]) as filled {_sampled(contract)} "
        "group by r.shop_id, r.file, r.n)) "
        "select shop_id, any_value(file) filter (n = 0) as file, column_name, "
        "max(empty) filter (n = 0) as amount, max(empty) filter (n > 0) as most "
        "from shares group by shop_id, column_name "
        f"having (most <= {_ALWAYS_FILLED} and amount >= {_EMPTY_NOW}) "
        "or (most <= 0.9 and amount = 1)"
    )
    return _expect(
        contract,
        "filled_as_usual",
        "No column that was filled in the files before is empty in the newest file",
        found,
        "printf('%s is empty in %d %% of the rows of the newest file, before in at most %d %%', "
        "string_agg(column_name, ', ' order by column_name), (100 * min(amount))::bigint, "
        "(100 * max(most))::bigint)",
    )


def _amounts(contract: Contract, amounts: list[Column]) -> Expectation:
    names = ", ".join(f"'{column.name}'" for column in amounts)
    values = ", ".join(f"abs(t.{column.name}::double)" for column in amounts)
    found = (
        f"with {_recent(contract)}, sizes as (select shop_id, file, n, column_name, "
        "avg(ln(value)) as size, count(*) as rows from (select r.shop_id, r.file, r.n, "
        f"unnest([{names}]) as column_name, unnest([{values}]) as value {_sampled(contract)}) "
        f"where value > 0 group by all having count(*) >= {_LEAST_ROWS}) "
        "select shop_id, any_value(file) filter (n = 0) as file, column_name, "
        "max(size) filter (n = 0) as now, min(size) filter (n > 0) as least, "
        "max(size) filter (n > 0) as most, greatest(now - most, least - now) as amount "
        "from sizes group by shop_id, column_name "
        f"having count(*) filter (n > 0) >= {_LEAST_FILES_BEFORE} and amount > ln({_SCALE})"
    )
    return _expect(
        contract,
        "amounts_as_usual",
        "Amounts of the newest file are of the size of those in the files before",
        found,
        "printf('%s: about %d times %s than in any file before; has the unit or currency changed?',"
        " string_agg(column_name, ', ' order by column_name), exp(max(amount))::bigint, "
        "case when bool_or(now > most) then 'larger' else 'smaller' end)",
    )


def _repeats(contract: Contract) -> Expectation:
    """Rows of the newest file that older ones hold, where files do not repeat each other."""
    keys = ", ".join(f"t.{key}" for key in contract.keys)
    stamp = event_time(contract)
    found = (
        f"with {_recent(contract)}, since as (select r.shop_id, min(t.{stamp}) as first_at "
        f"from lake.{contract.table} as t inner join recent as r on r.shop_id = t.shop_id "
        "and r.source_id = t.source_id group by 1), "
        # A file that is not among the newest is older than all of them.
        "seen as (select t.shop_id, hash("
        f"{keys}) as key, min(coalesce(r.n, {_FILES_BEFORE + 1})) as newest, "
        f"max(coalesce(r.n, {_FILES_BEFORE + 1})) as oldest, "
        "list(distinct r.n) as files "
        f"from lake.{contract.table} as t inner join since as s on s.shop_id = t.shop_id "
        f"and t.{stamp} >= s.first_at left join recent as r on r.shop_id = t.shop_id "
        "and r.source_id = t.source_id where hash("
        f"{keys}) % (select max(step) from recent) = 0 group by all), "
        "shares as (select shop_id, n, count(*) filter (oldest > n) / count(*) as repeated, "
        "count(*) as rows from (select shop_id, unnest(files) as n, oldest from seen) "
        "where n is not null group by all) "
        "select s.shop_id, any_value(r.file) filter (n = 0) as file, 'rows' as column_name, "
        "max(repeated) filter (n = 0) as amount, max(repeated) filter (n > 0 and n < oldest_n) "
        "as most from (select *, max(n) over (partition by shop_id) as oldest_n from shares) as s "
        "inner join recent as r using (shop_id, n) group by s.shop_id "
        f"having most <= {_USUAL_REPEATS} and amount >= most + {_REPEATED} "
        f"and max(rows) filter (n = 0) >= {_LEAST_ROWS}"
    )
    return _expect(
        contract,
        "rows_are_new",
        "The newest file does not repeat older files more than files of its feed do",
        found,
        "printf('%d %% of the rows of the newest file were in older files, usually at most %d %%: "
        "is it an export of the wrong days?', (100 * max(amount))::bigint, "
        "(100 * max(most))::bigint)",
    )


def event_time(contract: Contract) -> str:
    """The stamp that says when a row of the feed happened: its first required one, else its first.

    Raises:
        StopIteration: when the feed has no stamp.
    """
    stamps = [column for column in contract.columns if column.kind == "timestamp"]
    return next(iter([column for column in stamps if not column.nullable] or stamps)).name
