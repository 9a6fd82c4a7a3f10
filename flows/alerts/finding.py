"""Asks a rule's SQL of a shop's marts: does it fire, how bad, since when, and which rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from flows.alerts.expressions import of_each_day, parameters_of
from flows.alerts.relations import Relations
from flows.alerts.rules import LEVELS, Level, Rule

TOP = 5
"""Rows of a list that a message may name."""

_PAST_DAYS = 400
"""How far back the beginning of an alert is looked for."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """What a rule finds at a shop where it can be judged.

    ``count``: 0 where it does not fire. ``row``: the first of the rows that fire, else the first
    that is clear, else empty. ``since_on``: the first day, None where the mart has no past.
    ``was``: the count of the day before, None where it did not fire then or is not to be compared.
    ``lines``: the first rows of the list, ``total`` how many there are.
    """

    fires: bool
    count: int = 0
    level: Level = "check"
    grade: int = 0
    row: Row = field(default_factory=dict)
    values: Row = field(default_factory=dict)
    since_on: date | None = None
    was: int | None = None
    lines: tuple[Row, ...] = ()
    total: int = 0


class Finder:
    """Asks the rules of one shop, as of the end of one day."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, shop_id: str, day: date) -> None:
        """Nothing is asked yet."""
        self._connection = connection
        self._shop_id = shop_id
        self._day = day
        self._relations = Relations(connection, shop_id)
        self._newest: date | str | None = ""

    def find(self, rule: Rule) -> Found | None:
        """What the rule finds; None where it cannot be judged.

        It cannot where the mart is not there, has no row of the day, stands at another day, or
        where the rule's `clear` holds for no row and nothing fires.

        Raises `duckdb.Error` where its SQL breaks on the rows.
        """
        if not self._stands(rule.mart):
            return None
        known = self._known(rule)
        fired = self._fired(rule, known)
        if not fired["rows"] or (fired["count"] or 0) < rule.at_least:
            return self._good(rule, known)
        row = self._first(rule, rule.where, known)
        values = self._values(rule, known)
        since_on, was = self._past(rule, known)
        lines, total = self._lines(rule, {**known, **row}) if rule.list else ((), 0)
        return Found(
            True,
            int(fired["count"]),
            _level(rule, fired["level"]),
            int(fired["grade"] or 0),
            row,
            values,
            since_on,
            was,
            lines,
            total,
        )

    def attempt(self, rule: Rule) -> None:
        """Ask all that the rule can ever ask, whatever the marts hold: to try its SQL on them.

        Raises `duckdb.Error` where it cannot be asked.
        """
        self._newest = self._day
        known = self._known(rule)
        self._fired(rule, known)
        self._first(rule, rule.where, known)
        self._first(rule, rule.clear or "true", known)
        self._values(rule, known)
        self._past(rule, known)
        nothing = dict.fromkeys(self._relations.columns(rule.mart))
        self._lines(rule, {**nothing, **known})

    def types(self, rule: Rule) -> dict[str, str]:
        """DuckDB's types of the rule's values by name, and of `its count` and `its grade`."""
        asked = {"its count": rule.count, "its grade": f"max({rule.grade}\n)", **rule.values}
        listed = ", ".join(
            f'typeof({self._sql(rule, sql)}) as "{name}"' for name, sql in asked.items()
        )
        return self._ask(f"select {listed} from {self._base(rule.mart)}", self._known(rule))[0]

    def each(
        self, rule: Rule, column: str, *, of_list: bool = False, row: Row | None = None
    ) -> Row:
        """How many of the rows that fire, or of the list's, there are for each value; most first.

        Empty where the mart lacks the column.
        """
        mart, where = rule.mart, rule.where
        if of_list and rule.list is not None:
            mart, where = rule.list.mart, rule.list.where
        if not self._stands(mart) or column not in self._relations.columns(mart):
            return {}
        sql = (
            f'select "{column}" as name, count(*) as rows from {self._fires(mart, where)} '
            "group by 1 order by 2 desc, 1 nulls last"
        )
        found = self._ask(sql, {**self._known(rule), **(row or {})})
        return {item["name"]: item["rows"] for item in found}

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query that may use `$shop` and `$day`; `kpi_daily` has `is_evaluated`."""
        shown = sql.replace("{kpi_daily}", self._relations.source("kpi_daily"))
        return self._ask(shown, {"shop": self._shop_id, "day": self._day})

    def _known(self, rule: Rule) -> dict[str, Any]:
        return {"shop": self._shop_id, "day": self._day, **rule.parameters}

    def _ask(self, sql: str, known: Row) -> list[dict[str, Any]]:
        used = {name: known[name] for name in parameters_of(sql)}
        cursor = self._connection.execute(sql, used)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _stands(self, mart: str) -> bool:
        """Whether the mart is there, and stands at this day: those without days do at the newest.

        A warehouse without any day is an empty one: nothing in it is of another day.
        """
        columns = self._relations.columns(mart)
        if not columns or "as_of_on" in columns or mart.startswith("run."):
            return bool(columns)
        if self._newest == "":
            sql = "select max(as_of_on) as newest from marts.kpi_daily where shop_id = $shop"
            self._newest = self._ask(sql, {"shop": self._shop_id})[0]["newest"]
        return self._newest == self._day

    def _sql(self, rule: Rule, text: str) -> str:
        return of_each_day(text) if self._relations.is_dated(rule.mart) else text

    def _base(self, mart: str, when: str = "as_of_on = $day") -> str:
        dated = f" and {when}" if self._relations.is_dated(mart) else ""
        name = mart.removeprefix("run.")
        source = self._relations.source(mart)
        return f'(select * from {source} where shop_id = $shop{dated}) as "{name}"'

    def _fires(self, mart: str, where: str, when: str = "as_of_on = $day") -> str:
        shown = of_each_day(where) if self._relations.is_dated(mart) else where
        return f"{self._base(mart, when)} where coalesce(({shown}\n), false)"

    def _fired(self, rule: Rule, known: Row) -> dict[str, Any]:
        tried = " ".join(
            f"when ({self._sql(rule, sql)}\n) then {LEVELS.index(level)}"
            for level, sql in rule.levels
        )
        sql = (
            f"select count(*) as rows, {self._sql(rule, rule.count)} as count, "
            f"max({self._sql(rule, rule.grade)}) as grade, max(case {tried} end) as level "
            f"from {self._fires(rule.mart, rule.where)}"
        )
        return self._ask(sql, known)[0]

    def _good(self, rule: Rule, known: Row) -> Found | None:
        """That nothing fires, where the rule can be judged."""
        if rule.clear is not None:
            row = self._first(rule, rule.clear, known)
            return Found(False, row=row) if row else None
        if not self._relations.is_dated(rule.mart):
            return Found(False)
        sql = f"select 1 from {self._base(rule.mart)} limit 1"
        return Found(False) if self._ask(sql, known) else None

    def _first(self, rule: Rule, where: str, known: Row) -> dict[str, Any]:
        order = self._sql(rule, rule.order_by) if rule.order_by else "all"
        sql = f"select * from {self._fires(rule.mart, where)} order by {order} limit 1"
        return next(iter(self._ask(sql, known)), {})

    def _values(self, rule: Rule, known: Row) -> dict[str, Any]:
        if not rule.values:
            return {}
        listed = ", ".join(
            f'{self._sql(rule, sql)} as "{name}"' for name, sql in rule.values.items()
        )
        return self._ask(f"select {listed} from {self._base(rule.mart)}", known)[0]

    def _past(self, rule: Rule, known: Row) -> tuple[date | None, int | None]:
        """The first day since the rule was last clear, and the count of the day before."""
        if not self._relations.is_dated(rule.mart):
            return None, None
        when = f"as_of_on between $day - {_PAST_DAYS} and $day"
        part = f'any_value("{rule.compare_within}")' if rule.compare_within else "null"
        clear = rule.clear or "true"
        sql = f"""
with fires as (
    select as_of_on, {self._sql(rule, rule.count)} as rows_found, {part} as compared
    from {self._fires(rule.mart, rule.where, when)}
    group by as_of_on having rows_found >= {rule.at_least}
),
clear as (
    select distinct as_of_on from {self._fires(rule.mart, clear, when)}
    and as_of_on not in (select as_of_on from fires)
)
select (
    select min(as_of_on) from fires
    where as_of_on > coalesce(
        (select max(as_of_on) from clear where as_of_on < $day), date '0001-01-01'
    )
) as since_on, (
    select before.rows_found from fires as before join fires as now on now.as_of_on = $day
    where before.as_of_on = $day - 1 and before.compared is not distinct from now.compared
) as was
"""
        found = self._ask(sql, known)[0]
        return found["since_on"], None if found["was"] is None else int(found["was"])

    def _lines(self, rule: Rule, known: Row) -> tuple[tuple[Row, ...], int]:
        listed = rule.list
        if listed is None or not self._stands(listed.mart):
            return (), 0
        order = listed.order_by or listed.item or "all"
        fires = self._fires(listed.mart, listed.where)
        sql = f"select *, count(*) over () as list_total from {fires} order by {order} limit {TOP}"
        rows = self._ask(sql, known)
        return tuple(rows), rows[0]["list_total"] if rows else 0


def _level(rule: Rule, place: int | None) -> Level:
    """The worst level that holds for a row; where none does, the last that the rule names."""
    return LEVELS[place] if place is not None else rule.levels[-1][0]
