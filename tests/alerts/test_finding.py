"""Since when an alert holds, and what it was the day before, against an oracle in Python."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.alerts.finding import Finder
from flows.alerts.relations import create_empty
from flows.alerts.rules import read_rule
from tests.alerts.conftest import RULE

FIRST = date(2026, 3, 1)
RULES = {
    is_clear_said: read_rule(
        RULE
        | {
            "mart": "a_mart",
            "where": "state = 'bad'",
            "count": "sum(rows_bad)",
            "compare_within": "part",
            "measure": "x",
        }
        | ({"clear": "state = 'good'"} if is_clear_said else {})
    )
    for is_clear_said in (True, False)
}
COLUMNS = {
    "shop_id": "varchar",
    "as_of_on": "date",
    "state": "varchar",
    "rows_bad": "bigint",
    "part": "integer",
}
DAYS = st.lists(
    st.tuples(st.sampled_from(["bad", "good", "unknown", None]), st.integers(0, 3)),
    min_size=1,
    max_size=12,
)
"""By day its state (None: the mart has no row of it) and count; a part has four days."""


@settings(max_examples=60, deadline=None)
@given(days=DAYS, is_clear_said=st.booleans())
def test_since_when_and_what_it_was(
    days: list[tuple[str | None, int]], is_clear_said: bool
) -> None:
    rule = RULES[is_clear_said]
    fires = [state == "bad" and count > 0 for state, count in days]
    clear = [
        not fires[n] and (state == "good" if is_clear_said else state is not None)
        for n, (state, _) in enumerate(days)
    ]
    with duckdb.connect(":memory:") as connection:
        create_empty(connection, {"a_mart": COLUMNS})
        for number, (state, count) in enumerate(days):
            if state is not None:
                connection.execute(
                    "insert into marts.a_mart values "
                    "('north', ?, ?, ?, ?), ('south', ?, 'bad', 9, 0)",
                    [FIRST + timedelta(number), state, count, number // 4, FIRST],
                )
        last = len(days) - 1
        found = Finder(connection, "north", FIRST + timedelta(last)).find(rule)

    if not fires[last]:
        assert (found is not None) == clear[last]
        assert found is None or not found.fires
        return
    assert found is not None and found.fires and found.count == days[last][1]
    began = max([n for n in range(last) if clear[n]], default=-1)
    assert found.since_on == FIRST + timedelta(
        next(n for n in range(began + 1, last + 1) if fires[n])
    )
    is_compared = last > 0 and fires[last - 1] and last // 4 == (last - 1) // 4
    assert found.was == (days[last - 1][1] if is_compared else None)
