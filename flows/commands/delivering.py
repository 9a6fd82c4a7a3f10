"""`greenzone deliver`: send what waits for a webhook."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.console import Console, command
from flows.commands.root import cli
from flows.errors import UsageError
from flows.home import lock
from flows.home.layout import Home
from flows.home.publish import recover
from flows.home.runs import new_run_id

_NO_WEBHOOK = (
    "Set GREENZONE_SLACK_WEBHOOK, or save the address in the Prefect block "
    "greenzone-slack-webhook; until then the files in alerts/ are what there is."
)


@command("deliver", cli)
@click.option("--dry-run", is_flag=True, help="Say what would be sent; send nothing.")
def deliver(home: Home, console: Console, debug: bool, dry_run: bool) -> None:
    """Send the alerts that wait: undelivered ones, and those whose quiet hours are over.

    The daily run sends by itself; this is for a webhook that was down, and for quiet hours.
    """
    from flows.alerts import delivery

    if dry_run:
        found: dict[str, Any] = {
            "due": [
                {"key": notice.key, "kind": notice.said.kind, "words": notice.words}
                for notice in delivery.pending(home)
            ]
        }
        console.show(
            found,
            lambda shown: console.lines(
                [f"{item['key']}: {item['kind'].replace('_', ' ')}" for item in shown["due"]]
                or ["Nothing is to be sent."]
            ),
        )
        return
    with lock.hold(home, new_run_id(), "deliver") as run_id:
        recover(home)
        webhooks = _webhooks(home, "INFO" if debug else "CRITICAL")
        if not webhooks:
            raise UsageError("No webhook is configured.", _NO_WEBHOOK)
        result = delivery.deliver(home, webhooks, run_id)
    console.show(result.to_json(), lambda shown: console.lines(_lines(shown)))


def _webhooks(home: Home, log_level: str) -> dict[str, Any]:
    """The webhooks of the environment; without any there those of Prefect's blocks."""
    from flows.alerts import delivery
    from flows.alerts.webhooks import resolve

    channels = delivery.channels(home)
    found = resolve(channels, None)
    if found:
        return found
    from flows.orchestration.prefect_home import with_api

    with with_api(home, log_level):
        from flows.orchestration.webhook_blocks import find_blocks

        return resolve(channels, find_blocks)


def _lines(shown: dict[str, Any]) -> list[str]:
    said = [f"sent: {key}" for key in shown["sent"]]
    said += [f"in quiet hours, waits: {key}" for key in shown["waiting"]]
    said += [f"no webhook for its channel: {key}" for key in shown["without_webhook"]]
    said += [f"warning: {warning}" for warning in shown["warnings"]]
    return said or ["Nothing is to be sent."]
