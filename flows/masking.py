"""Secrets of the environment: what they are, and how no text that leaves the program holds one.

A secret becomes known when it is read (`remember`). From then on `mask` replaces it in any text,
also where a library quotes only its path or writes it percent-encoded, and log records are masked
before any handler sees them.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

WEBHOOK_VARIABLE = "GREENZONE_SLACK_WEBHOOK"
PROXY_VARIABLE = "GREENZONE_WEBHOOK_PROXY"
SECRET_VARIABLES = ("GREENZONE_HASH_KEY", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")

_MASK = "***"
_LEAST = 6
_LEAST_PART = 12
"""Shorter parts of an address are words such as `services`, which would mask innocent text."""

_known: set[str] = set()
_plain_factory: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()


def remember(secret: str) -> None:
    """Make a secret known, so that it is masked wherever it would be shown."""
    parts = {part for part in _parts_of_address(secret) if len(part) >= _LEAST_PART}
    new = {part for part in (secret, *parts, *_credentials(secret)) if len(part) >= _LEAST}
    _known.update(new | {quote(part, safe="") for part in new})
    if logging.getLogRecordFactory() is not _masked_record:
        global _plain_factory
        _plain_factory = logging.getLogRecordFactory()
        logging.setLogRecordFactory(_masked_record)


def remember_environment() -> None:
    """Make every secret known that the environment holds."""
    for name, value in os.environ.items():
        if value and _is_secret(name):
            remember(value)


def is_webhook_given() -> bool:
    """Whether the environment holds the address of a webhook."""
    return any(name.startswith(WEBHOOK_VARIABLE) and value for name, value in os.environ.items())


def mask(text: str) -> str:
    """The text with every known secret replaced by `***`; longer secrets first."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return text


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for a child process that sends nothing and hashes nothing."""
    ours = (WEBHOOK_VARIABLE, PROXY_VARIABLE, "GREENZONE_HASH_KEY")
    return {name: value for name, value in environment.items() if not name.startswith(ours)}


def _is_secret(name: str) -> bool:
    return name.startswith((WEBHOOK_VARIABLE, PROXY_VARIABLE)) or name in SECRET_VARIABLES


def _parts_of_address(secret: str) -> set[str]:
    """Of an address what gives it away without its host: its path, its query, the path's end."""
    try:
        address = urlsplit(secret)
    except ValueError:
        return set()
    if not address.scheme or not address.netloc:
        return set()
    target = f"{address.path}?{address.query}" if address.query else address.path
    last = address.path.rstrip("/").rpartition("/")[2]
    return {target, target.lstrip("/"), address.path, address.query, last}


def _credentials(secret: str) -> set[str]:
    """Of an address its user name and its password."""
    before, at, _ = secret.partition("://")[2].partition("/")[0].rpartition("@")
    return {before, *before.split(":")} if at else set()


def _masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A log record without secrets, those of its traceback included."""
    record = _plain_factory(*args, **kwargs)
    try:
        said = record.getMessage()
    except (TypeError, ValueError, KeyError):
        return record
    masked = mask(said)
    if masked != said:
        record.msg, record.args = masked, ()
    if record.exc_info and record.exc_info[0] is not None:
        lines = "".join(traceback.format_exception(*record.exc_info))
        if (hidden := mask(lines)) != lines:
            record.exc_text, record.exc_info = hidden.rstrip(), None
    return record
