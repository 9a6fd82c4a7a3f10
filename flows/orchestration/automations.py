"""What the Prefect server does by itself: tell that a scheduled run failed or never began.

`python -m flows.orchestration.automations` applies them, and the limits of the queues, to the
server that `PREFECT_API_URL` names; a second time changes nothing. The message is sent by the
server, so it also comes when the worker is down. Its address is that of the channel `data`, kept in
a Webhook block of the server; without one the automations only leave their event.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

from flows.alerts.webhooks import resolve
from flows.errors import GreenzoneError, UsageError
from flows.foreign_text import one_line
from flows.masking import mask, remember_environment

POOL = "greenzone"
QUEUES = ("default", "pulse")
"""Queues of the pool, each with a limit of one: a pulse does not wait behind a backfill."""

BLOCK = "greenzone-failures"
CHANNEL = "data"
LATE = timedelta(hours=2)
"""How long after its time a run may begin before somebody is told."""

_NAMES = (
    "greenzone: a run failed",
    "greenzone: a run did not begin",
    "greenzone: pulses fail",
    "greenzone: a review or backfill failed",
)
_RUNBOOK = "docs/operations.md#when-a-run-ends-with-another-code-than-0"
_ENDED_BADLY = ("Failed", "Crashed", "TimedOut")
_REPORTS = ("daily", "weekly", "backfill")
_PULSES = 6
"""So many pulses of a day have to fail before somebody is told."""


def automations(block_id: str | None) -> list[dict[str, Any]]:
    """The automations as Prefect's API takes them.

    block_id: of the Webhook block that messages go to; None for no message.
    """
    failed, late, pulses, others = _NAMES
    begun = ["Running", "Completed", "Cancelling", "Cancelled", *_ENDED_BADLY]
    ended = _message(
        "Act now: the {{ deployment.name }} run did not end well",
        "The {{ deployment.name }} run ended as {{ flow_run.state.name }}; "
        "the last publication stands.",
        "read the last lines of `greenzone status`, mend what it names, and run it again.",
    )
    return [
        _automation(
            failed,
            "The daily run failed or crashed. What a gate blocks is told by its own alert.",
            # The alert `gate_blocked`, which the daily run alone delivers, tells more.
            _trigger(_ENDED_BADLY, ("daily",), match={"prefect.state-message": "!*GateBlocked:*"}),
            ended,
            block_id,
        ),
        _automation(
            others,
            "A weekly review or a backfill failed, crashed or was held back by a gate.",
            _trigger(_ENDED_BADLY, ("weekly", "backfill")),
            ended,
            block_id,
        ),
        _automation(
            late,
            "A scheduled run has not begun two hours after its time: is the worker alive?",
            {
                **_trigger(begun, _REPORTS, posture="Proactive", within=LATE),
                "after": ["prefect.flow-run.Late"],
            },
            _message(
                "Act today: the {{ deployment.name }} run has not begun",
                "The {{ deployment.name }} run has not begun, two hours after its time.",
                "see whether the worker is alive and what holds the home folder (`greenzone "
                "status`); `make up` starts what is missing.",
            ),
            block_id,
        ),
        _automation(
            pulses,
            f"{_PULSES} pulses failed within a day.",
            {
                **_trigger(_ENDED_BADLY, ("pulse",), within=timedelta(days=1)),
                "for_each": ["related:deployment:prefect.resource.id"],
                "threshold": _PULSES,
            },
            _message(
                "Act today: the hourly look at the open orders fails",
                f"{_PULSES} pulses failed within a day.",
                "run `greenzone pulse` by hand and mend what it says.",
            ),
            block_id,
        ),
    ]


def apply() -> bool:
    """Set the limits of the queues and create or renew the automations; whether messages are sent.

    Raises `UsageError` for a webhook of the environment that is none, and where nothing answers.
    """
    from httpx import HTTPError
    from prefect.client.orchestration import get_client

    try:
        with get_client(sync_client=True) as connected:
            client: Any = connected
            _set_limits(client)
            block_id = _save_block(client)
            known = {
                found["name"]: found["id"]
                for found in client.request("POST", "/automations/filter", json={}).json()
            }
            for wanted in automations(block_id):
                found = known.get(wanted["name"])
                method, path = (
                    ("PUT", f"/automations/{found}") if found else ("POST", "/automations/")
                )
                client.request(method, path, json=wanted).raise_for_status()
    except HTTPError as error:
        raise UsageError(
            f"The Prefect server did not take the automations: {one_line(str(error))[:200]}.",
            "See that PREFECT_API_URL names a server that runs, then apply them again.",
        ) from error
    return block_id is not None


def _set_limits(client: Any) -> None:
    """One run at a time in each queue; the pool itself has no limit of its own."""
    client.request(
        "PATCH", f"/work_pools/{POOL}", json={"concurrency_limit": len(QUEUES)}
    ).raise_for_status()
    answer = client.request("POST", f"/work_pools/{POOL}/queues/filter", json={})
    known = {queue["name"] for queue in answer.json()}
    for name in QUEUES:
        content: dict[str, Any] = {"concurrency_limit": 1}
        if name in known:
            path = f"/work_pools/{POOL}/queues/{name}"
            client.request("PATCH", path, json=content).raise_for_status()
        else:
            path = f"/work_pools/{POOL}/queues"
            client.request("POST", path, json={"name": name, **content}).raise_for_status()


def _save_block(client: Any) -> str | None:
    """Keep the address of the environment or of the alerts' own block where the server finds it.

    The id of the block: of one that is there already where no address is given, None without any.
    """
    from prefect.blocks.webhook import Webhook

    from flows.orchestration.webhook_blocks import find_blocks

    webhook = resolve({CHANNEL}, find_blocks).get(CHANNEL)
    if webhook is not None:
        block = Webhook(
            url=webhook.address,  # type: ignore[arg-type]  # pydantic makes it a secret
            headers={"Content-Type": "application/json"},  # type: ignore[arg-type]
        )
        return str(block.save(BLOCK, overwrite=True))
    wanted = {"block_documents": {"name": {"any_": [BLOCK]}}}
    answer = client.request("POST", "/block_documents/filter", json=wanted)
    return next((str(found["id"]) for found in answer.json()), None)


def _trigger(
    states: tuple[str, ...] | list[str],
    deployments: tuple[str, ...],
    *,
    match: dict[str, str] | None = None,
    posture: str = "Reactive",
    within: timedelta = timedelta(),
) -> dict[str, Any]:
    return {
        "type": "event",
        "match": {"prefect.resource.id": "prefect.flow-run.*", **(match or {})},
        "match_related": {
            "prefect.resource.role": "deployment",
            "prefect.resource.name": list(deployments),
        },
        "expect": [f"prefect.flow-run.{state}" for state in states],
        "for_each": ["prefect.resource.id"],
        "posture": posture,
        "threshold": 1,
        "within": within.total_seconds(),
    }


def _automation(
    name: str,
    description: str,
    trigger: dict[str, Any],
    message: dict[str, Any],
    block_id: str | None,
) -> dict[str, Any]:
    action: dict[str, Any] = {"type": "do-nothing"}
    if block_id is not None:
        payload = json.dumps(message)
        action = {"type": "call-webhook", "block_document_id": block_id, "payload": payload}
    return {
        "name": name,
        "description": description,
        "enabled": True,
        "trigger": trigger,
        "actions": [action],
    }


def _message(header: str, first: str, act: str) -> dict[str, Any]:
    """A Slack message with Prefect's templates in it, which `flows.alerts.message` would escape."""
    lines = [first, f"Do now: {act}", f"Owner: data engineer. Runbook: `{_RUNBOOK}`."]
    sections = [
        {"type": "section", "text": {"type": "mrkdwn", "text": line, "verbatim": True}}
        for line in lines
    ]
    title = {"type": "plain_text", "text": header, "emoji": False}
    return {"text": first, "blocks": [{"type": "header", "text": title}, *sections]}


def main() -> None:
    """`python -m flows.orchestration.automations`."""
    remember_environment()
    try:
        is_sending = apply()
    except GreenzoneError as error:
        print(mask(f"greenzone: {error}"), file=sys.stderr)
        sys.exit(error.exit_code)
    told = (
        "to the webhook of the channel data" if is_sending else "nowhere: no webhook is configured"
    )
    print(f"Failed and late runs are told {told}.")


if __name__ == "__main__":
    main()
