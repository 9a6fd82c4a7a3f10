"""The alert rules: read from `rules.yaml`, checked once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from flows.errors import UsageError

Condition = Literal[
    "rate",
    "overdue",
    "due_soon",
    "compound_risk",
    "health_zone",
    "gate_blocked",
    "gate_warning",
    "stale_feed",
    "refused_files",
]
Level = Literal["act_now", "act_today", "check"]

LEVEL_WORDS: dict[Level, str] = {
    "act_now": "Act now",
    "act_today": "Act today",
    "check": "Check",
}
LEVELS: tuple[Level, ...] = ("check", "act_today", "act_now")
"""The mildest first."""

RULES_FILE = Path(__file__).with_name("rules.yaml")
_NEEDED = ("name", "title", "condition", "severity", "owner", "act", "runbook")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Rule:
    """One alert rule; the fields are explained at the top of `rules.yaml`."""

    name: str
    title: str
    condition: Condition
    severity: Level
    owner: str
    act: str
    runbook: str
    worklist: str | None = None
    silenced_by: tuple[str, ...] = ()
    chance: float | None = None
    resolved: str | None = None
    channel: str = ""
    remind_after_days: int = 3
    quiet_hours: str | None = None

    @property
    def has_end(self) -> bool:
        """Whether its alerts are resolved; an event only passes."""
        return self.resolved is not None

    def is_quiet_at(self, clock: time) -> bool:
        """Whether the rule's quiet hours hold at a time of the shop's clock."""
        if self.quiet_hours is None:
            return False
        begins, ends = (time.fromisoformat(part) for part in self.quiet_hours.split("-"))
        if begins <= ends:
            return begins <= clock < ends
        return clock >= begins or clock < ends


@dataclass(frozen=True)
class RuleBook:
    """The rules in the order of the file, and the counts at which an alert got worse."""

    rules: tuple[Rule, ...]
    worse_at: tuple[int, ...]

    def step(self, count: int) -> int:
        """How many of the counts at which an alert gets worse are passed."""
        return sum(count > line for line in self.worse_at)


@cache
def load_book() -> RuleBook:
    """The rules of the project. Raises `UsageError` when one is not a rule."""
    return read_book(yaml.safe_load(RULES_FILE.read_text(encoding="utf-8")))


def load_rules() -> tuple[Rule, ...]:
    """The rules in the order of the file. Raises `UsageError` when one is not a rule."""
    return load_book().rules


def read_book(document: Mapping[str, Any]) -> RuleBook:
    """Rules and counts from their document. Raises `UsageError` when they are not such."""
    rules = tuple(read_rule(item) for item in document["rules"])
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise _wrong("Two alert rules have the same name.", "Rename one")
    worse_at = tuple(document.get("worse_at", ()))
    if not worse_at or list(worse_at) != sorted(set(worse_at)):
        raise _wrong("worse_at is no list of rising counts.", "Give one such as [5, 10, 25]")
    return RuleBook(rules, worse_at)


def read_rule(item: Mapping[str, Any]) -> Rule:
    """One rule from its mapping. Raises `UsageError` when it is not one."""
    name = f"Alert rule {item.get('name')}"
    for field in _NEEDED:
        if not str(item.get(field) or "").strip():
            raise _wrong(f"{name} has no {field}.", f"Give it a value for `{field}`")
    unknown = sorted(set(item) - set(Rule.__dataclass_fields__))
    if unknown:
        raise _wrong(f"{name} has an unknown field, {unknown[0]}.", "Remove it")
    rule = Rule(**{**item, "silenced_by": tuple(item.get("silenced_by", ()))})
    if rule.condition not in get_args(Condition) or rule.severity not in get_args(Level):
        raise _wrong(f"{name} has an unknown condition or severity.", "Take one that is listed")
    if (rule.condition == "due_soon") != (rule.chance is not None):
        raise _wrong(f"{name}: due_soon alone has a chance, and must have one.", "Mend it")
    if rule.channel and not _CHANNEL.fullmatch(rule.channel):
        raise _wrong(f"{name}: its channel is no name in small letters.", "Mend it")
    if type(rule.remind_after_days) is not int or rule.remind_after_days < 1:
        raise _wrong(f"{name}: remind_after_days is no number of days.", "Give one of 1 or more")
    if rule.quiet_hours is not None and not _SPAN.fullmatch(rule.quiet_hours):
        raise _wrong(f"{name}: quiet_hours is no span of hours.", "Write it as 21:00-07:00")
    return rule


def _wrong(message: str, mend: str) -> UsageError:
    return UsageError(message, f"{mend} in flows/alerts/{RULES_FILE.name}.")
