"""The backfill: many past days, each as of its own end, from one build."""

from __future__ import annotations

from typing import Any

from prefect import flow

from flows.calendar import days_between, parse_day
from flows.orchestration import artifacts, tasks
from flows.running import estimate
from flows.running.run import Request
from flows.running.session import home_of, outcome, session


@flow(name="backfill", timeout_seconds=24 * 3600, persist_result=False)
def backfill(
    first: str | None = None,
    last: str | None = None,
    home: str | None = None,
    policy: str | None = None,
) -> dict[str, Any]:
    """Rebuild the days from `first` to `last` with the rules that were then in force.

    Days are written as `2026-11-23`, both included; by default the last 28. Sends no alerts. Can be
    interrupted and run again: the build and the reports that were finished are used again. home:
    the home folder; by default `$GREENZONE_HOME`, else `./data`. policy: a policy version to judge
    the days by instead; what they would have been then goes to `what_if/<policy>/` of the home
    folder, of the last four full weeks by default, and nothing that is published changes.
    """
    days = days_between(parse_day(first), parse_day(last)) if first and last else None
    request = Request("backfill", home_of(home), days, policy=policy, patience=tasks.patience())
    with session(request) as run:
        tasks.read_landing(run)
        if run.is_published:
            return outcome(run)
        estimate.announce(run)
        tasks.judge_input(run)
        tasks.build(run)
        tasks.judge_marts(run)
        if policy is not None:
            tasks.compare(run)
        else:
            tasks.merge(run)
            progress = artifacts.Progress(run)
            for day in run.days:
                tasks.day_task(day)(run, day)
                progress.step(day)
        tasks.publish(run)
        artifacts.leave(run)
        return outcome(run)
