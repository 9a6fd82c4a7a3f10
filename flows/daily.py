"""The daily run: what is in landing, judged as of the end of a day, in front of people."""

from __future__ import annotations

from typing import Any

from prefect import flow

from flows.calendar import parse_day
from flows.orchestration import artifacts, tasks
from flows.running.run import Request
from flows.running.session import home_of, outcome, session, shops_of


@flow(name="daily", timeout_seconds=8 * 3600, persist_result=False)
def daily(
    date: str | None = None, shop: str | None = None, home: str | None = None
) -> dict[str, Any]:
    """Rebuild the numbers as of the end of a day, publish warehouse, report and alerts, send these.

    date: the day, as `2026-11-23`; by default the newest that has ended in every open shop.
    shop: one shop alone, by its id; by default all. home: the home folder; by default
    `$GREENZONE_HOME`, else `./data`.
    """
    days = (parse_day(date),) if date else None
    request = Request("daily", home_of(home), days, shops_of(shop), patience=tasks.patience())
    with session(request) as run:
        tasks.read_landing(run)
        if run.is_published:
            tasks.deliver_alerts(run)
            return outcome(run)
        tasks.judge_input(run)
        tasks.build(run)
        tasks.judge_marts(run)
        tasks.merge(run)
        tasks.render_daily(run, run.days[0])
        tasks.write_alerts(run)
        tasks.publish(run)
        tasks.deliver_alerts(run)
        artifacts.leave(run)
        return outcome(run)
