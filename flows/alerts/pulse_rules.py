"""The rules of the hourly look: read from `pulse_rules.yaml`, checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from flows.alerts.rules import Level
from flows.errors import UsageError

PulseRuleName = Literal["order_spike", "feed_stopped"]

_FILE = Path(__file__).with_name("pulse_rules.yaml")
_TEXTS = ("name", "severity", "owner", "act", "runbook", "channel")
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class PulseRule:
    """One rule of the hourly look; the fields are explained at the top of the file."""

    name: PulseRuleName
    severity: Level
    owner: str
    act: str
    runbook: str
    channel: str
    again_after_hours: int
    quiet_hours: str | None = None

    def is_quiet_at(self, clock: time) -> bool:
        """Whether the rule waits at a time of the shop's clock."""
        if self.quiet_hours is None or self.severity == "act_now":
            return False
        begins, ends = (time.fromisoformat(part) for part in self.quiet_hours.split("-"))
        if begins <= ends:
            return begins <= clock < ends
        return clock >= begins or clock < ends


@cache
def load_pulse_rules() -> Mapping[PulseRuleName, PulseRule]:
    """The rules by name. Raises `UsageError` when one is not a rule."""
    return read_pulse_rules(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def read_pulse_rules(document: Mapping[str, Any]) -> Mapping[PulseRuleName, PulseRule]:
    """The rules of a document by name. Raises `UsageError` when one is not a rule."""
    rules = {rule.name: rule for rule in map(_rule, document["rules"])}
    missing = sorted(set(get_args(PulseRuleName)) - set(rules))
    if missing:
        raise _wrong(f"There is no rule {missing[0]}", "Add it")
    return rules


def _rule(item: Mapping[str, Any]) -> PulseRule:
    name = item.get("name")
    for field in _TEXTS:
        if not str(item.get(field) or "").strip():
            raise _wrong(f"Rule {name} has no {field}", f"Give it a value for `{field}`")
    unknown = sorted(set(item) - set(PulseRule.__dataclass_fields__))
    if unknown or name not in get_args(PulseRuleName):
        raise _wrong(f"Rule {name} or its field {', '.join(unknown)} is unknown", "Remove it")
    if item["severity"] not in get_args(Level):
        raise _wrong(f"Rule {name} has an unknown severity", "Take one that is listed")
    hours = item.get("again_after_hours")
    if type(hours) is not int or hours < 1:
        raise _wrong(f"Rule {name}: again_after_hours is no number of hours", "Give 1 or more")
    span = item.get("quiet_hours")
    if span is not None and not _SPAN.fullmatch(str(span)):
        raise _wrong(f"Rule {name}: quiet_hours is no span of hours", "Write it as 21:00-07:00")
    return PulseRule(**item)


def _wrong(message: str, mend: str) -> UsageError:
    return UsageError(f"{message}.", f"{mend} in flows/alerts/{_FILE.name}.")
