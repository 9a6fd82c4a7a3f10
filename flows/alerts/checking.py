"""Checks rules against the marts: what their SQL and their sentences name must be there.

The marts' contracts say which columns there are, so a rule is checked before anything is built: its
SQL is read by DuckDB's parser and tried on empty marts.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from flows.alerts import expressions
from flows.alerts.expressions import NotAnExpression
from flows.alerts.finding import Finder
from flows.alerts.relations import create_empty, create_of_run, declared, kind_of, marts_of
from flows.alerts.rules import RUN, SHOWN_FILE, Rule, RuleBook
from flows.alerts.sentences import NEEDS, SENTENCES
from flows.alerts.wording import (
    FORMATS,
    NEVER,
    SECTIONS,
    TAKES,
    is_format,
    placeholders,
    stray_braces,
)
from flows.contracts.load import SUFFIX
from flows.errors import UsageError
from flows.paths import CONTRACTS_DIR

_ALWAYS = frozenset(("count", "day", "shop"))
_SENTENCES = ("title", "measure", "says", "act", "stands")
_KINDS: dict[type, str] = {bool: "boolean", str: "text", int: "number", float: "number"}


def check_own(book: RuleBook) -> None:
    """Raise `UsageError` for a rule of a home folder that cannot be asked.

    Those of the project are checked by its tests.
    """
    own = [rule for rule in book.rules if rule.source != SHOWN_FILE]
    if own:
        check_rules(own)


def check_rules(rules: Iterable[Rule]) -> None:
    """Raise `UsageError`, which names the rule and the mend, for a rule that cannot be asked."""
    chosen = list(rules)
    names = {"kpi_daily"}.union(*(marts_of(rule) for rule in chosen)) if chosen else set()
    marts = {name: columns for name in sorted(names) if (columns := declared(name)) is not None}
    with duckdb.connect(":memory:") as connection:
        create_of_run(connection, None)
        create_empty(connection, {k: v for k, v in marts.items() if not k.startswith(RUN)})
        for rule in chosen:
            _check(connection, rule, marts)


def _check(
    connection: duckdb.DuckDBPyConnection, rule: Rule, marts: Mapping[str, Mapping[str, str]]
) -> None:
    for mart in sorted(marts_of(rule)):
        if mart not in marts:
            raise _wrong(rule, f"there is no mart {mart}", "Take one of docs/marts")
    for feed in rule.silenced_by:
        if not (CONTRACTS_DIR / f"{feed}{SUFFIX}").exists():
            raise _wrong(rule, f"silenced_by: there is no feed {feed}", "Take one of docs/feeds")
    columns = marts[rule.mart]
    given = frozenset({"day", "shop", *rule.parameters})
    expected = {"where": rule.where, "count": rule.count, "grade": rule.grade, "clear": rule.clear}
    expected |= {f"severity {level}": sql for level, sql in rule.levels}
    expected |= {f"value {name}": sql for name, sql in rule.values.items()}
    for what, sql in expected.items():
        if sql is not None:
            _check_sql(connection, rule, what, sql, columns, given, rule.mart)
    if rule.order_by is not None:
        _check_sql(connection, rule, "order_by", rule.order_by, columns, given, rule.mart, True)
    if rule.compare_within is not None and rule.compare_within not in columns:
        raise _wrong(rule, f"compare_within: {rule.mart} has no {rule.compare_within}", "Mend it")
    _check_list(connection, rule, marts, given | set(columns))
    _check_wording(rule, marts)
    finder = Finder(connection, "", date(2000, 1, 1))
    try:
        finder.attempt(rule)
        types = finder.types(rule)
    except duckdb.Error as error:
        said = str(error).splitlines()[0].rstrip(".")
        raise _wrong(rule, f"its SQL cannot be asked of {rule.mart}: {said}", "Mend it") from error
    _check_types(rule, marts, types)


def _check_list(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    marts: Mapping[str, Mapping[str, str]],
    more: frozenset[str],
) -> None:
    if rule.list is None:
        return
    of_list = marts[rule.list.mart]
    _check_sql(connection, rule, "list.where", rule.list.where, of_list, more, rule.list.mart)
    if rule.list.order_by is not None:
        order = rule.list.order_by
        _check_sql(connection, rule, "list.order_by", order, of_list, more, rule.list.mart, True)
    if rule.list.item is not None and rule.list.item not in of_list:
        raise _wrong(rule, f"list.item: {rule.list.mart} has no {rule.list.item}", "Mend it")


def _check_types(
    rule: Rule, marts: Mapping[str, Mapping[str, str]], types: Mapping[str, str]
) -> None:
    """Raise `UsageError` for a count that is no number, or a format that its column cannot have."""
    for what in ("count", "grade"):
        if kind_of(types[f"its {what}"]) not in (None, "number", "boolean"):
            raise _wrong(rule, f"its {what} is no number", "Write an expression that is one")
    more = {
        **{name: kind_of(types[name]) for name in rule.values},
        **{name: _KINDS.get(type(value)) for name, value in rule.parameters.items()},
        "count": "number",
        "day": "day",
        "shop": "text",
    }
    rows = {name: kind_of(kind) for name, kind in marts[rule.mart].items()} | more
    texts = {what: [getattr(rule, what) or ""] for what in _SENTENCES}
    texts["message"] = list(rule.message)
    _check_kinds(rule, texts, rows)
    if rule.list is not None:
        of_list = {name: kind_of(kind) for name, kind in marts[rule.list.mart].items()} | more
        _check_kinds(rule, {"list.say": list(rule.list.say)}, of_list)


def _check_kinds(
    rule: Rule, texts: Mapping[str, list[str]], kinds: Mapping[str, str | None]
) -> None:
    for what, lines in texts.items():
        for name, form in (found for line in lines for found in placeholders(line)):
            kind = kinds.get(name)
            if kind is not None and kind not in TAKES.get(form, (kind,)):
                wanted = " or ".join(TAKES[form])
                said = f"its {what} writes {name} as {form}, which is no {wanted}"
                raise _wrong(rule, said, "Take another format")


def _check_sql(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    what: str,
    sql: str,
    columns: Mapping[str, str],
    given: frozenset[str],
    mart: str,
    is_order: bool = False,
) -> None:
    try:
        expressions.check(
            connection, sql, columns, given, mart.removeprefix(RUN), is_order=is_order
        )
    except NotAnExpression as error:
        raise _wrong(
            rule, f"its {what} {error}", "Write one expression of the mart's columns"
        ) from error


def _check_wording(rule: Rule, marts: Mapping[str, Mapping[str, str]]) -> None:
    columns = set(marts[rule.mart])
    known = columns | set(rule.values) | set(rule.parameters) | _ALWAYS
    for what in _SENTENCES:
        text = getattr(rule, what)
        if text is not None:
            _check_template(rule, what, text, known, columns)
    for text in rule.message:
        _check_template(rule, "message", text, known | set(SECTIONS), columns)
    if rule.list is not None:
        of_list = set(marts[rule.list.mart])
        if rule.list.item in NEVER:
            raise _wrong(rule, f"its list names {rule.list.item}", _NEVER_MEND)
        for text in rule.list.say:
            _check_template(rule, "list.say", text, of_list | _ALWAYS, of_list)


def _check_template(rule: Rule, what: str, text: str, known: set[str], columns: set[str]) -> None:
    if stray_braces(text):
        raise _wrong(
            rule, f"its {what} has a brace that holds no name", "Write {name}, without blanks"
        )
    for name, form in placeholders(text):
        if name == "sentence":
            if form not in SENTENCES:
                raise _wrong(rule, f"its {what} names no sentence {form}", _one_of(form, SENTENCES))
            lacks = [column for column in NEEDS.get(form, ()) if column not in columns]
            if lacks:
                raise _wrong(rule, f"the sentence {form} needs {lacks[0]}", "Take another sentence")
        elif name in NEVER:
            raise _wrong(rule, f"its {what} names {name}", _NEVER_MEND)
        elif name not in known:
            raise _wrong(rule, f"its {what} knows no {name}", _one_of(name, known))
        elif not is_format(form):
            raise _wrong(rule, f"its {what} knows no format {form}", _one_of(form, FORMATS))


def _one_of(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 3, 0.5)
    return f"Perhaps {' or '.join(near)}; mend it" if near else "Mend it"


_NEVER_MEND = "Leave it out: no message names buyers, creators or product titles; mend it"


def _wrong(rule: Rule, what: str, mend: str) -> UsageError:
    return UsageError(f"Alert rule {rule.name}: {what}.", f"{mend} in {rule.source}.")
