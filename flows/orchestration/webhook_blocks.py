"""Webhook addresses that Prefect keeps: in a Secret block, or in a Slack Webhook block."""

from __future__ import annotations

from collections.abc import Sequence

from flows.masking import remember

_FIELDS = {"secret": "value", "slack-webhook": "url"}
"""The slug of a kind of block → the field that holds the address."""


def find_blocks(names: Sequence[str]) -> dict[str, str]:
    """The addresses in the Prefect blocks of these names, by name; without those that are not.

    Asks the Prefect API that this process uses, in one request. Blocks are read as documents,
    since loading them as classes imports every notification service there is.
    """
    from prefect.client.orchestration import get_client

    wanted = {"name": {"any_": list(names)}, "is_anonymous": {"eq_": False}}
    with get_client(sync_client=True) as client:
        answer = client.request(
            "POST",
            "/block_documents/filter",
            json={"block_documents": wanted, "include_secrets": True},
        )
    found = {}
    for document in answer.json():
        field = _FIELDS.get((document.get("block_type") or {}).get("slug", ""))
        value = (document.get("data") or {}).get(field) if field else None
        if isinstance(value, str) and value.strip():
            remember(value.strip())
            found[str(document["name"])] = value
    return found
