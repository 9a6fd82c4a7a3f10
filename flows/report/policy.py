"""The rules behind the numbers: how a platform judges, what is assumed, what is unverified.

Read from the policy seeds of the project, since rules are no part of a published warehouse. A
version that the seeds do not know, as in a warehouse of another release, has nothing said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flows.errors import UsageError
from flows.warehouse.policies import RULES, VERIFIED_DAYS, PolicyBook, Row, is_assumed, is_stale

__all__ = ["VERIFIED_DAYS", "Unverified", "assumed_metrics", "dispatch_event", "strict_metrics"]

_LINES = "policy_lines"


@dataclass(frozen=True)
class Unverified:
    """How many rules of a version have not been held against their source for 90 days.

    ``oldest_on``: the day on which the oldest was, None where one never was.
    """

    rows: int
    oldest_on: date | None


@lru_cache(maxsize=64)
def _version(name: str) -> Row | None:
    try:
        return PolicyBook.load().version(name)
    except UsageError:
        return None


def _lines(name: str) -> Sequence[Row]:
    return PolicyBook.load().rules(name, _LINES) if _version(name) else ()


def dispatch_event(version: str) -> str | None:
    """The event that dispatches an order under a version."""
    row = _version(version)
    return str(row["dispatch_event"]) if row else None


def assumed_metrics(version: str) -> list[str]:
    """The rates whose line under a version is a stand-in for one that nobody has read."""
    return [line["metric"] for line in _lines(version) if is_assumed(line)]


def strict_metrics(version: str) -> list[str]:
    """The rates that miss their target under a version where they equal it."""
    return [line["metric"] for line in _lines(version) if line["target_comparison"] in ("<", ">")]


def unverified(version: str, today: date) -> Unverified:
    """The rules of a version that have to be held against their source again."""
    row = _version(version)
    if row is None:
        return Unverified(0, None)
    book = PolicyBook.load()
    rows = [row, *(rule for table in RULES for rule in book.rules(version, table))]
    days = [rule["verified_on"] for rule in rows if is_stale(rule, today)]
    return Unverified(len(days), None if None in days else min(days, default=None))
