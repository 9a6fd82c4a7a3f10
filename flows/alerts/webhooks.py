"""Incoming webhooks: where their addresses come from, and how an address stays unseen.

An address is a secret: whoever knows it can write into the channel. It comes from the environment
or from a Prefect block, never from a file of the home folder nor from an argument.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from flows.errors import UsageError
from flows.masking import WEBHOOK_VARIABLE, remember

BLOCK_NAME = "greenzone-slack-webhook"
"""The Prefect block of the address for every channel; a channel's own ends in `-<channel>`."""

FindBlocks = Callable[[Sequence[str]], dict[str, str]]
"""The addresses in the Prefect blocks of these names, by name; without those that are not."""

_FORM = "Give the address of an incoming webhook, https://host/path, as Slack shows it."


@dataclass(frozen=True)
class Webhook:
    """An address of a channel. Only its host is ever shown."""

    channel: str
    address: str = field(repr=False)
    source: str = ""

    @property
    def shown(self) -> str:
        """What may be said of the address: its scheme and host."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.hostname}/…"

    def __str__(self) -> str:
        """The same as `shown`."""
        return self.shown


def parse(channel: str, text: str, source: str) -> Webhook:
    """The webhook of an address. Raises `UsageError`, which names `source` and no address.

    Plain http is taken on this machine alone, where tests listen.
    """
    address = text.strip()
    remember(address)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{source} holds no web address.", _FORM) from None
    del port
    is_plain = not any(sign.isspace() or ord(sign) < 32 for sign in address)
    if not is_plain or not host or parts.scheme not in ("https", "http"):
        raise UsageError(f"{source} holds no web address.", _FORM)
    if parts.username is not None or parts.fragment:
        raise UsageError(f"{source} holds an address with a user name or a fragment.", _FORM)
    if parts.scheme == "http" and not _is_this_machine(host):
        raise UsageError(f"{source} holds an address that is not encrypted.", _FORM)
    return Webhook(channel, address, source)


def variable_of(channel: str) -> str:
    """The environment variable of a channel's own address: `GREENZONE_SLACK_WEBHOOK_OPERATIONS`."""
    return (
        f"{WEBHOOK_VARIABLE}_{channel.upper().replace('-', '_')}" if channel else WEBHOOK_VARIABLE
    )


def block_of(channel: str) -> str:
    """The Prefect block of a channel's own address; without a channel the general one."""
    return f"{BLOCK_NAME}-{channel.replace('_', '-')}" if channel else BLOCK_NAME


def resolve(channels: Iterable[str], find_blocks: FindBlocks | None) -> dict[str, Webhook]:
    """By channel its webhook: a channel's own before the general one, environment before block.

    find_blocks: None to look at the environment alone. It is not called where the environment
    names a general address or one for each channel.

    Raises `UsageError` for an address that is none.
    """
    wanted = sorted(set(channels))
    found = _of_environment(wanted)
    if find_blocks is None or len(found) == len(wanted):
        return found
    stored = find_blocks([block_of(name) for name in ("", *wanted)])
    blocks = {name: stored[block_of(name)] for name in ("", *wanted) if block_of(name) in stored}
    for channel in wanted:
        for name in (channel, ""):
            if channel not in found and name in blocks:
                found[channel] = parse(channel, blocks[name], f"The block {block_of(name)}")
    return found


def _of_environment(channels: Sequence[str]) -> dict[str, Webhook]:
    found = {}
    for channel in channels:
        for name in (variable_of(channel), variable_of("")):
            given = os.environ.get(name, "").strip()
            if given and channel not in found:
                found[channel] = parse(channel, given, name)
    return found


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
