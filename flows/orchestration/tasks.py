"""The stages as Prefect tasks: names, retries where a retry can help, and timeouts.

A task adds nothing to its stage. Nothing is cached or persisted by Prefect: the stages keep their
results in the home folder, and a stage that has nothing to do finds out by itself.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import date
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext

from flows import stages
from flows.home.layout import Home
from flows.home.lock import SCHEDULED_SECONDS
from flows.orchestration.webhook_blocks import find_blocks
from flows.running.pulse import pulse as look_now
from flows.running.run import Run

_HOUR = 3600
_PASSING = frozenset(
    {
        errno.EAGAIN,
        errno.EBUSY,
        errno.EIO,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENOTCONN,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)


def patience() -> float:
    """Seconds that this flow run waits for another run, if a deployment started it.

    Its queue knows of no command in a terminal. Whoever starts one there is told at once instead.
    """
    context = FlowRunContext.get()
    known = context.flow_run if context else None
    return SCHEDULED_SECONDS if known and known.deployment_id else 0.0


def _may_pass(task_: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again can help: a file that was busy, a network folder that was away."""
    del task_, run
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno in _PASSING


def _as_task(
    name: str, stage: Callable[..., None], timeout_hours: int, *, is_retried: bool = False
) -> Task[..., None]:
    # Prefect's own types know neither a missing delay nor a condition that is not given.
    decorate: Any = task
    made: Task[..., None] = decorate(
        stage,
        name=name,
        description=(stage.__doc__ or "").strip().splitlines()[0],
        retries=2 if is_retried else 0,
        retry_delay_seconds=[5, 30] if is_retried else 0,
        retry_condition_fn=_may_pass if is_retried else None,
        timeout_seconds=timeout_hours * _HOUR,
        cache_policy=NO_CACHE,
        persist_result=False,
        log_prints=False,
    )
    return made


read_landing = _as_task("read landing", stages.read_landing, 4, is_retried=True)
judge_input = _as_task("gate 1: contracts", stages.judge_input, 1)
build = _as_task("build marts", stages.build, 4)
judge_marts = _as_task("gate 2: marts", stages.judge_marts, 1)
merge = _as_task("write warehouse", stages.merge, 1)
compare = _as_task("compare with the publication", stages.compare, 1)
render_daily = _as_task("render daily report", stages.render_daily, 1)
render_weekly = _as_task("render weekly review", stages.render_weekly, 1)
write_alerts = _as_task("write alerts", stages.write_alerts, 1)
publish = _as_task("publish", stages.publish, 1)


def _deliver(run: Run) -> None:
    """Send what there is to say to the webhooks of the environment or of Prefect's blocks."""
    stages.deliver_alerts(run, find_blocks)


deliver_alerts = _as_task("deliver alerts", _deliver, 1)


def look(home: Home, shops: tuple[str, ...]) -> dict[str, Any]:
    """Look at the open orders now, and send what is new to tell to the webhooks there are."""
    return look_now(home, None, shops, is_telling=True, find_blocks=find_blocks)


def day_task(day: date) -> Task[..., None]:
    """The task that renders one day of a backfill, named after the day."""
    return render_daily.with_options(name=f"render {day}")
