"""The weekly review: the week that ended on a Sunday, against the four before it."""

from __future__ import annotations

from typing import Any

from prefect import flow

from flows.calendar import parse_week
from flows.orchestration import artifacts, tasks
from flows.running.run import Request
from flows.running.session import home_of, outcome, session


@flow(name="weekly", timeout_seconds=8 * 3600, persist_result=False)
def weekly(week: str | None = None, home: str | None = None) -> dict[str, Any]:
    """Rebuild the numbers as of a Sunday's end and publish the review of its week.

    week: the ISO week, as `2026-W15`; by default the last full week. home: the home folder; by
    default `$GREENZONE_HOME`, else `./data`.
    """
    days = (parse_week(week),) if week else None
    request = Request("weekly", home_of(home), days, patience=tasks.patience())
    with session(request) as run:
        tasks.read_landing(run)
        if run.is_published:
            return outcome(run)
        tasks.judge_input(run)
        tasks.build(run)
        tasks.judge_marts(run)
        tasks.merge(run)
        tasks.render_weekly(run, run.days[0])
        tasks.write_alerts(run)
        tasks.publish(run)
        artifacts.leave(run)
        return outcome(run)
