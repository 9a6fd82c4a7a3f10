"""What was published of each number, and what became of it: the two ledgers of the rates.

`kpi_editions` has a row for every number when it is first published and whenever it changes;
`kpi_restatements` has one for every change, with what it was, what it is and why. The models of
these names are empty: a publication fills them in the build, for the shops that it replaces, from
the published ledgers and from what the published `kpi_daily` said. Rows are added, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from flows.warehouse.database import connect, in_list, text
from flows.warehouse.merge import MARTS, columns_by_table, replaced_rows
from flows.warehouse.restate_files import find_files
from flows.warehouse.scope import Scope

EDITIONS = "kpi_editions"
RESTATEMENTS = "kpi_restatements"

KEYS = ("shop_id", "as_of_on", "metric", "basis", "window_name")
_KEY = ", ".join(KEYS)
# Of the project's fingerprints the one that holds the rules; every other one is code.
_RULES = "seeds"
_MAX_NAMES = 10
# What an accounting of the published files must have to be compared with today's.
_DECIDED_BY = {"shop_id", "file", "sha256", "status"}


@dataclass(frozen=True)
class Making:
    """With what a publication was made: the run, and the fingerprints of the project by part."""

    run_id: str | None = None
    project: Mapping[str, str] = field(default_factory=dict)


def write_ledgers(
    build: Path,
    previous: Path | None,
    scope: Scope,
    now: Making,
    published_at: datetime,
    before: Mapping[str, Making],
    scratch: Path,
) -> int:
    """Fill the two ledgers of a build, and say how many published numbers it changes.

    build: a finished build, written to. previous: the published warehouse, None before the first.
    scope: the shops that will be published. now: the run that publishes; published_at (naive UTC)
    is its moment. before: by shop what its rows were last replaced with as a whole. The same
    arguments give the same ledgers, whatever the build's held before.
    """
    with connect(None, scratch) as connection:
        connection.execute(f"attach {text(str(build))} as build")
        tables: dict[str, list[str]] = {}
        if previous is not None:
            connection.execute(f"attach {text(str(previous))} as previous (read_only)")
            tables = columns_by_table(connection, "previous")
        connection.execute("begin")
        for ledger in (EDITIONS, RESTATEMENTS):
            _take_over(connection, ledger, tables.get(ledger), scope)
        _compare(connection, scope, "kpi_daily" in tables)
        _fill_in_making(connection, scope, now, before, "row_accounting" in tables)
        find_files(connection)
        connection.execute(_decided(set(tables.get("row_accounting", ())) >= _DECIDED_BY))
        moment = f"timestamp {text(published_at.isoformat(sep=' '))}"
        connection.execute(_new_editions(text(now.run_id or ""), moment))
        connection.execute(_new_restatements(text(now.run_id or ""), moment))
        connection.execute("commit")
        counted = connection.execute("select count(*) from restated").fetchone()
    return int(counted[0]) if counted else 0


def _take_over(
    connection: duckdb.DuckDBPyConnection, ledger: str, columns: list[str] | None, scope: Scope
) -> None:
    """Start from the published ledger of the build's shops."""
    connection.execute(f"delete from build.{MARTS}.{ledger}")
    if columns is None:
        return
    own = columns_by_table(connection, "build")[ledger]
    shared = ", ".join(column for column in own if column in columns)
    connection.execute(
        f"insert into build.{MARTS}.{ledger} by name select {shared} "
        f"from previous.{MARTS}.{ledger} where shop_id in {in_list(scope.shops)}"
    )


def _compare(connection: duckdb.DuckDBPyConnection, scope: Scope, has_previous: bool) -> None:
    """Every number that is replaced, as it was published, as it is, and its newest edition.

    Numerator, denominator and status are what a reader sees; a rate follows from the first two.
    """
    rows = f"from build.{MARTS}.kpi_daily where {replaced_rows(scope)}"
    published = rows.replace("build.", "previous.") if has_previous else f"{rows} and false"
    connection.execute(
        f"create temp table compared as select {_KEY}, "
        "before.shop_id is not null as was_published, now.shop_id is not null as is_published, "
        "coalesce(now.window_start_on, before.window_start_on) as window_start_on, "
        "before.numerator as was_numerator, before.denominator as was_denominator, "
        "before.value as was_value, before.status as was_status, before.is_complete as "
        "was_complete, now.numerator as is_numerator, now.denominator as is_denominator, "
        "now.value as is_value, now.status as is_status, now.policy_version, now.is_complete, "
        "editions.run_id as edition_run_id, "
        "row(before.numerator, before.denominator, before.status) is distinct from "
        "row(now.numerator, now.denominator, now.status) as is_changed "
        f"from (select * {rows}) as now full join (select * {published}) as before using ({_KEY}) "
        f"left join (select {_KEY}, run_id from build.{MARTS}.{EDITIONS} "
        f"qualify row_number() over (partition by {_KEY} order by published_at desc, run_id desc) "
        f"= 1) as editions using ({_KEY})"
    )


def _fill_in_making(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope,
    now: Making,
    before: Mapping[str, Making],
    has_accounting: bool,
) -> None:
    """The numbers that change (`restated`), each with the run whose knowledge it was made from."""
    connection.execute(
        "create temp table makings (shop_id varchar, run_id varchar, is_rules_changed boolean, "
        "is_code_changed boolean)"
    )
    for shop in scope.shops:
        was = before.get(shop, Making())
        changed = {p for p in now.project if p in was.project and now.project[p] != was.project[p]}
        connection.execute(
            "insert into makings values (?, ?, ?, ?)",
            [shop, was.run_id, _RULES in changed, bool(changed - {_RULES}) or not was.project],
        )
    # A shop that was published before this was kept: what the published row accounting has seen.
    accounted = "select shop_id, max(run_id) as run_id from {} group by shop_id".format(
        f"previous.{MARTS}.row_accounting"
        if has_accounting
        else "(select null::varchar as shop_id, null::varchar as run_id)"
    )
    connection.execute(
        "create temp table restated as select compared.*, "
        "coalesce(greatest(makings.run_id, edition_run_id), accounted.run_id, '') as since_run_id, "
        "makings.is_rules_changed, makings.is_code_changed "
        "from compared inner join makings using (shop_id) "
        f"left join ({accounted}) as accounted using (shop_id) "
        "where was_published and is_changed"
    )


def _decided(is_known: bool) -> str:
    """By shop the files that were withdrawn or restored since the publication before this one."""
    was = (
        f"previous.{MARTS}.row_accounting"
        if is_known
        else "(select shop_id, file, sha256, status from build.inputs.files limit 0)"
    )
    return (
        "create temp table decided as "
        "select shop_id, list(distinct now.file order by now.file) as decided_names "
        f"from build.inputs.files as now inner join {was} as was using (shop_id, file, sha256) "
        "where (now.status = 'withdrawn') <> (was.status = 'withdrawn') group by shop_id"
    )


def _new_editions(run_id: str, moment: str) -> str:
    """A number without an edition gets its first, one that changed another, one that went none."""
    return (
        f"insert into build.{MARTS}.{EDITIONS} by name select {_KEY}, {run_id} as run_id, "
        f"{moment} as published_at, is_numerator as numerator, is_denominator as denominator, "
        "is_value as value, is_status as status, policy_version, is_complete from compared "
        "where is_changed or (edition_run_id is null and is_published)"
    )


def _new_restatements(run_id: str, moment: str) -> str:
    """Files are the cause where one holds news of the number; then decisions, rules, code.

    A file whose rows touch the number only by what they tell of the whole feed is named last.
    """
    names = f"array_to_string(list_slice(names, 1, {_MAX_NAMES}), ', ')"
    more = f"' and ' || (len(names) - {_MAX_NAMES}) || ' more'"
    return (
        "with named as (select shop_id, as_of_on, metric, basis, window_name, "
        "list(file order by file) filter (where is_sure) as sure, "
        "list(file order by file) as possible from files_of group by all), "
        "caused as (select restated.*, case when len(sure) > 0 then 'files' "
        "when len(decided_names) > 0 then 'decision' when is_rules_changed then 'rules' "
        "when is_code_changed then 'code' "
        "when len(possible) > 0 then 'files' else 'time' end as cause, "
        "case when len(sure) > 0 then sure when len(decided_names) > 0 then decided_names "
        "when not is_rules_changed and not is_code_changed then possible end as names "
        f"from restated left join named using ({_KEY}) left join decided using (shop_id)) "
        f"insert into build.{MARTS}.{RESTATEMENTS} by name select {_KEY}, {run_id} as run_id, "
        f"{moment} as restated_at, edition_run_id as previous_run_id, was_numerator, "
        "was_denominator, was_value, was_status, was_complete, is_numerator, is_denominator, "
        "is_value, is_status, cause, is_rules_changed, is_code_changed, "
        "coalesce(len(names), 0)::bigint as file_count, "
        f"{names} || case when len(names) > {_MAX_NAMES} then {more} else '' end as files "
        "from caused"
    )
