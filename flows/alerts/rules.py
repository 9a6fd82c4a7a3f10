"""The alert rules: read from `rules.yaml`, checked once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

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


@cache
def load_rules() -> tuple[Rule, ...]:
    """The rules in the order of the file.

    Raises:
        ValueError: when a rule lacks a field, has an unknown one, or repeats a name.
    """
    document = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))
    rules = tuple(read_rule(item) for item in document["rules"])
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise ValueError("two alert rules have the same name")
    return rules


def read_rule(item: dict[str, Any]) -> Rule:
    """One rule from its mapping. Raises `ValueError` when it is not one."""
    try:
        rule = Rule(**{**item, "silenced_by": tuple(item.get("silenced_by", ()))})
    except TypeError as error:
        raise ValueError(f"alert rule {item.get('name')}: {error}") from error
    if rule.condition not in get_args(Condition) or rule.severity not in get_args(Level):
        raise ValueError(f"alert rule {rule.name}: unknown condition or severity")
    if (rule.condition == "due_soon") != (rule.chance is not None):
        raise ValueError(f"alert rule {rule.name}: due_soon alone has a chance, and must have one")
    return rule
