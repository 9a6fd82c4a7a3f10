"""The rules of the hourly look: from `pulse_rules.yaml`, as `alert_rules.yaml` changes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from flows.alerts.notices import key_of
from flows.alerts.own_file import is_enabled, own_document, own_items, wrong
from flows.alerts.rules import Level, load_book
from flows.errors import UsageError
from flows.home.layout import Home

PulseRuleName = Literal["order_spike", "feed_stopped"]

_FILE = Path(__file__).with_name("pulse_rules.yaml")
_TEXTS = ("name", "severity", "owner", "act", "runbook", "channel")
_CHANGEABLE = ("severity", "owner", "act", "runbook", "channel", "quiet_hours")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST = 500
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


KEYS: Mapping[PulseRuleName, str] = {"order_spike": "order_spike", "feed_stopped": "stale_feed"}
"""The names in the outbox: a feed that stopped goes on as the daily alert."""


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


def load_pulse_rules(home: Home | None = None) -> Mapping[PulseRuleName, PulseRule]:
    """The rules in force by name, as the home folder's own file changes them.

    Raises `UsageError` when one is not a rule.
    """
    if home is None or not home.alert_rules.exists():
        return _project_rules()
    load_book(home)  # checks what the file changes of the daily rules
    return changed(_project_rules(), own_document(home.alert_rules), str(home.alert_rules))


@cache
def _project_rules() -> Mapping[PulseRuleName, PulseRule]:
    return read_pulse_rules(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def keys_to_say(home: Home) -> set[str]:
    """What the outbox knows the alerts by that the hourly look has open: their files are there."""
    return {
        key_of(path.name.removeprefix(f"{name}.").removesuffix(".json"), key)
        for name, key in KEYS.items()
        for path in home.alerts.glob(f"*/{name}.*.json")
    }


def changed(
    rules: Mapping[PulseRuleName, PulseRule], document: object, source: str
) -> Mapping[PulseRuleName, PulseRule]:
    """The rules as a home folder's own document changes them; what is switched off is left out.

    What it changes of the daily twin of a rule (`stale_feed` of `feed_stopped`) holds for the rule,
    unless its own entry says otherwise. Raises `UsageError` for a change that may not be.
    """
    items: dict[str, Mapping[str, Any]] = {}
    for item in own_items(document, source):
        if item["name"] in rules and item["name"] in items:
            raise wrong("Two alert rules have the same name.", "Leave one", source)
        items[str(item["name"])] = item
    found = {}
    for name, rule in rules.items():
        own = _own_change(items.get(name, {}), source)
        twin = items.get(KEYS[name], {}) if KEYS[name] != name else {}
        change = {**_change_of_twin(twin), **own}
        if change.pop("enabled", True):
            found[name] = replace(rule, **change)
    return found


def _own_change(item: Mapping[str, Any], source: str) -> dict[str, Any]:
    name = f"Alert rule {item.get('name')}"
    change = {key: value for key, value in item.items() if key != "name"}
    known = ("enabled", *_CHANGEABLE, "again_after_hours")
    unknown = sorted(set(change) - set(known))
    if unknown:
        raise wrong(
            f"{name} is one of the hourly look's, whose {unknown[0]} cannot be changed.",
            f"Give your rule another name, or change only {', '.join(known)}",
            source,
        )
    if item:
        is_enabled(item, source)
    for key in change.keys() & set(_CHANGEABLE):
        value = change[key]
        if key == "quiet_hours" and value is None:
            continue
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
            raise wrong(f"{name}: {key} is no text.", "Give it one", source)
    if change.get("severity", "check") not in get_args(Level):
        words = ", ".join(get_args(Level))
        raise wrong(f"{name} has an unknown severity.", f"Take one of {words}", source)
    if not _CHANNEL.fullmatch(change.get("channel", "x")):
        raise wrong(f"{name}: its channel is no name in small letters.", "Mend it", source)
    if not _SPAN.fullmatch(change.get("quiet_hours") or "00:00-00:00"):
        raise wrong(f"{name}: quiet_hours is no span of hours.", "Write it as 21:00-07:00", source)
    hours = change.get("again_after_hours", 1)
    if type(hours) is not int or hours < 1:
        raise wrong(f"{name}: again_after_hours is no number of hours.", "Give 1 or more", source)
    return change


def _change_of_twin(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a change of the daily rule means for the hourly one; `load_book` checks it."""
    change = {key: item[key] for key in ("enabled", *_CHANGEABLE) if key in item}
    if not isinstance(change.get("severity", ""), str):
        del change["severity"]  # SQL over the rows of the daily rule
    if "remind_after_days" in item:
        change["again_after_hours"] = 24 * item["remind_after_days"]
    return change


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
