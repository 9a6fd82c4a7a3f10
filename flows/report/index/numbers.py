"""What the published marts add to the index: how each day ended, and which numbers changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

from flows.report.index.model import Changes, worst
from flows.report.marts.judged import judged_condition, mart_columns

_KEY = "shop_id, as_of_on, metric, basis, window_name"

_NEEDED = {"shop_id", "as_of_on", "basis", "window_name", "status"}

Changed = dict[date, list[tuple[str, str, bool, int]]]
"""By day: the run that changed judged numbers, why, whether they were complete, and how many."""


def read_numbers(warehouse: Path, shops: Iterable[str]) -> tuple[dict[date, str], Changed]:
    """Worst judged status by day, and which judged numbers changed after they were published.

    Both are empty for a warehouse without the marts that hold them.
    """
    statuses: dict[date, list[str]] = defaultdict(list)
    changed: Changed = defaultdict(list)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        columns = mart_columns(connection)
        if not columns.get("kpi_daily", frozenset()) >= _NEEDED:
            return {}, {}
        for shop in sorted(shops):
            mine = judged_condition(connection, shop)
            judged = f"from marts.kpi_daily where shop_id = $shop and {mine}"
            for day, status in connection.execute(
                f"select distinct as_of_on, status {judged} order by all", {"shop": shop}
            ).fetchall():
                statuses[day].append(status)
            if "kpi_restatements" in columns:
                for day, *found in connection.execute(
                    "select as_of_on, run_id, cause, was_complete, count(*) "
                    f"from marts.kpi_restatements semi join (select {_KEY} {judged}) "
                    f"using ({_KEY}) group by all order by all",
                    {"shop": shop},
                ).fetchall():
                    run_id, cause, was_complete, count = found
                    changed[day].append((str(run_id), str(cause), bool(was_complete), int(count)))
    return {day: worst(found) for day, found in statuses.items()}, dict(changed)


def changes(
    found: Iterable[tuple[str, str, bool, int]],
    after: str,
    up_to: str | None = None,
) -> Changes:
    """What runs later than ``after`` changed of a day, up to the run ``up_to`` or ever since.

    Ever since only of what was complete: the last orders of a day often come with the next export.
    """
    mine = [
        (cause, count)
        for run_id, cause, was_complete, count in found
        if run_id > after and (was_complete if up_to is None else run_id <= up_to)
    ]
    return Changes(sum(count for _, count in mine), tuple(sorted({cause for cause, _ in mine})))
