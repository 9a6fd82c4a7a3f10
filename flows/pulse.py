"""The hourly look: what is open now, whether orders come faster than usual, which feeds stopped."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.errors import Locked
from flows.orchestration import artifacts, tasks
from flows.running.session import home_of, shops_of


@flow(name="pulse", timeout_seconds=3600, persist_result=False)
def pulse(shop: str | None = None, home: str | None = None) -> dict[str, Any] | State[Any]:
    """Look at the open orders as they stand now, and tell spikes and stale feeds at once.

    Publishes nothing. Where another run holds the home folder the look is left out, and the flow
    run ends as `Skipped`: the next one comes in an hour. shop: one shop alone, by its id; by
    default all. home: the home folder; by default `$GREENZONE_HOME`, else `./data`.
    """
    folder = home_of(home)
    try:
        found = tasks.look(folder, shops_of(shop))
    except Locked as error:
        return Completed(name="Skipped", message=error.message)
    artifacts.leave_pulse(folder, found)
    return found
