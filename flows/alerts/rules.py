"""The alert rules: read from `rules.yaml` and from the home folder's own `alert_rules.yaml`.

A rule is data. Here its form is checked; what its SQL and its sentences name is checked against
the marts in `flows.alerts.checking`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from flows.alerts.own_file import is_enabled, own_document, own_items, wrong
from flows.home.layout import Home

Level = Literal["act_now", "act_today", "check"]
Parameter = str | int | float | bool

LEVEL_WORDS: dict[Level, str] = {
    "act_now": "Act now",
    "act_today": "Act today",
    "check": "Check",
}
LEVELS: tuple[Level, ...] = ("check", "act_today", "act_now")
"""The mildest first."""

RULES_FILE = Path(__file__).with_name("rules.yaml")
SHOWN_FILE = f"flows/alerts/{RULES_FILE.name}"
RUN = "run."
"""Begins the name of a relation that the run itself makes, and no mart."""

PULSE_RULES = ("order_spike", "feed_stopped")
"""The rules of the hourly look, in `pulse_rules.yaml`; no other may have their names."""

CHANGEABLE = (
    "enabled",
    "severity",
    "owner",
    "channel",
    "quiet_hours",
    "remind_after_days",
    "worse_at",
    "parameters",
    "act",
    "runbook",
)
"""What a home folder's own file may change of a rule of the project."""

_NEEDED = ("name", "about", "title", "mart", "where", "says", "severity", "owner", "act")
_TEXTS = (
    *("about", "title", "mart", "where", "says", "owner", "act", "count", "measure", "grade"),
    *("clear", "order_by", "compare_within", "stands", "resolved", "channel", "quiet_hours"),
    *("worklist", "section", "runbook"),
)
# So that no message, of its end either, passes Slack's limits by the rule's own words.
_MOST = {"says": 1000, "act": 500, "title": 200} | dict.fromkeys(
    ("measure", "owner", "resolved", "runbook", "stands"), 200
)
# The safe loader in C reads it six times as fast; not every build of PyYAML has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MART = re.compile(r"(?:run\.)?[a-z][a-z0-9_]*")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FILE = re.compile(r"[a-z][a-z0-9_]*\.csv")
_ANCHOR = re.compile(r"[a-z][a-z0-9-]*")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_KNOWN_NAMES = ("day", "shop", "count")


@dataclass(frozen=True)
class RuleList:
    """The list of a message; the fields are explained at the top of `rules.yaml`."""

    mart: str
    where: str
    item: str | None = None
    say: tuple[str, ...] = ()
    order_by: str | None = None


@dataclass(frozen=True)
class Rule:
    """One alert rule; the fields are explained at the top of `rules.yaml`.

    ``levels``: the severities with the SQL condition of each, in the order in which they are
    tried. ``source``: the file that it comes from, as people know it.
    """

    name: str
    about: str
    title: str
    mart: str
    where: str
    says: str
    levels: tuple[tuple[Level, str], ...]
    owner: str
    act: str
    runbook: str = ""
    count: str = "count(*)"
    unit: tuple[str, str] = ("row", "rows")
    at_least: int = 1
    measure: str = "{count}"
    grade: str = "0"
    clear: str | None = None
    order_by: str | None = None
    compare_within: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    list: RuleList | None = None
    message: tuple[str, ...] = ("{says}", "{history}", "{list}", "{act}", "{foot}")
    stands: str | None = None
    worklist: str | None = None
    section: str | None = None
    silenced_by: tuple[str, ...] = ()
    resolved: str | None = None
    channel: str = ""
    remind_after_days: int = 3
    quiet_hours: str | None = None
    worse_at: tuple[int, ...] = ()
    source: str = SHOWN_FILE

    @property
    def has_end(self) -> bool:
        """Whether its alerts are resolved; an event only passes."""
        return self.resolved is not None

    @property
    def is_of_run(self) -> bool:
        """Whether it is about what the run found in files and gates, and needs no mart."""
        return self.mart.startswith(RUN)

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
    """The rules in force in the order of the files, and the counts at which alerts get worse.

    ``disabled``: the rules of the project that the home folder's own file switches off.
    """

    rules: tuple[Rule, ...]
    worse_at: tuple[int, ...]
    disabled: tuple[str, ...] = ()

    def step(self, count: int, rule: Rule | None = None) -> int:
        """How many of the counts at which an alert gets worse are passed."""
        lines = rule.worse_at if rule is not None and rule.worse_at else self.worse_at
        return sum(count > line for line in lines)

    def named(self, name: str) -> Rule | None:
        """The rule of this name, None where it is switched off."""
        return next((rule for rule in self.rules if rule.name == name), None)


@cache
def project_book() -> RuleBook:
    """The rules of the project. Raises `UsageError` when one is not a rule."""
    return read_book(yaml.load(RULES_FILE.read_text(encoding="utf-8"), Loader=_Loader))  # noqa: S506


def load_book(home: Home | None = None) -> RuleBook:
    """The rules in force: those of the project with the home folder's own file.

    Raises `UsageError` when one is not a rule.
    """
    if home is None or not home.alert_rules.exists():
        return project_book()
    return with_own(project_book(), own_document(home.alert_rules), str(home.alert_rules))


def load_rules(home: Home | None = None) -> tuple[Rule, ...]:
    """The rules in the order of the files. Raises `UsageError` when one is not a rule."""
    return load_book(home).rules


def read_book(document: Mapping[str, Any]) -> RuleBook:
    """Rules and counts from the project's document. Raises `UsageError` when they are not such."""
    rules = tuple(read_rule(item) for item in document["rules"])
    _check_names(rules, SHOWN_FILE)
    worse_at = _rising(document.get("worse_at"), "worse_at", SHOWN_FILE)
    return RuleBook(rules, worse_at)


def with_own(book: RuleBook, document: object, source: str) -> RuleBook:
    """A book with the rules of a home folder: new ones, and changes of those of the book by name.

    Args:
        document: what the file holds: a mapping with `rules`, a list; an empty file is None.
        source: the file, as the messages name it.

    Raises `UsageError` when one is not a rule, or changes what it may not.
    """
    items = own_items(document, source)
    known = {rule.name: rule for rule in book.rules}
    own: dict[str, Rule] = {}
    off: set[str] = set()
    for item in items:
        name = str(item.get("name"))
        if name in PULSE_RULES:
            continue  # `flows.alerts.pulse_rules` reads it
        if name in own or name in off:
            raise wrong("Two alert rules have the same name.", f"Rename one {name}", source)
        if name in known:
            rule = _changed(known[name], item, source)
        else:
            mine = {k: v for k, v in item.items() if k != "enabled"}
            rule = read_rule(mine, _or_meant(name, known, source))
        if is_enabled(item, source):
            own[name] = rule
        else:
            off.add(name)
    rules = [own.get(name, rule) for name, rule in known.items() if name not in off]
    rules += [rule for name, rule in own.items() if name not in known]
    return RuleBook(tuple(rules), book.worse_at, tuple(sorted(off)))


def _or_meant(name: object, known: Collection[str], source: str) -> str:
    """The file to mend, and the rule of ours that a new rule's name resembles."""
    nearest = get_close_matches(str(name), known, 1, 0.8)
    return f"{source}, or write `{nearest[0]}` if you meant that rule" if nearest else source


def read_rule(item: Mapping[str, Any], source: str = SHOWN_FILE) -> Rule:
    """One rule from its mapping. Raises `UsageError` when it is not one."""
    name = f"Alert rule {item.get('name')}"
    for needed in _NEEDED:
        if not str(item.get(needed) or "").strip():
            raise wrong(f"{name} has no {needed}.", f"Give it a value for `{needed}`", source)
    known = (set(Rule.__dataclass_fields__) - {"levels", "source"}) | {"severity"}
    unknown = sorted(set(item) - known)
    if unknown:
        raise wrong(f"{name} has an unknown field, {unknown[0]}.", "Remove it", source)
    if not isinstance(item["name"], str) or not _NAME.fullmatch(item["name"]):
        raise wrong(f"{name}: its name is no name in small letters.", "Mend it", source)
    given = {key: value for key, value in item.items() if key not in ("severity", "list")}
    for key in ("unit", "message", "silenced_by"):
        if key in given:
            given[key] = _texts(given[key], f"{name}: {key}", source)
    rule = Rule(
        **given,
        levels=_levels(item["severity"], name, source),
        list=_list(item.get("list"), item, name, source),
        source=source,
    )
    _check(rule, source)
    return rule


def _changed(rule: Rule, item: Mapping[str, Any], source: str) -> Rule:
    """A rule of the project as the home folder changes it."""
    name = f"Alert rule {rule.name}"
    unknown = sorted(set(item) - {"name", *CHANGEABLE})
    if unknown:
        raise wrong(
            f"{name} is one of the project's, whose {unknown[0]} cannot be changed.",
            f"Give your rule another name, or change only {', '.join(CHANGEABLE)}",
            source,
        )
    changes = {key: value for key, value in item.items() if key in CHANGEABLE[2:]}
    if "severity" in item:
        changes["levels"] = _levels(item["severity"], name, source)
    if "parameters" in item:
        more = _mapping(item["parameters"], f"{name}: parameters", source)
        odd = sorted(set(more) - set(rule.parameters))
        if odd:
            known = ", ".join(rule.parameters) or "none"
            raise wrong(f"{name} has no parameter {odd[0]}.", f"It has {known}; mend it", source)
        for key, value in more.items():
            if isinstance(value, str | bool) and not isinstance(rule.parameters[key], type(value)):
                raise wrong(f"{name}: parameter {key} is no number.", "Mend it", source)
        changes["parameters"] = {**rule.parameters, **more}
    changed = replace(rule, **changes, source=source)
    _check(changed, source)
    return changed


def _check(rule: Rule, source: str) -> None:
    name = f"Alert rule {rule.name}"
    _check_given(rule, name, source)
    for key in _TEXTS:
        value = getattr(rule, key)
        if value is not None and not isinstance(value, str):
            raise wrong(f"{name}: {key} is no text.", "Put it in quotes", source)
    if not _MART.fullmatch(rule.mart) or (rule.list and not _MART.fullmatch(rule.list.mart)):
        raise wrong(f"{name}: its mart is no name of a mart.", "Mend it", source)
    if len(rule.unit) != 2:
        raise wrong(f"{name}: unit is no pair of words.", "Write it as [order, orders]", source)
    if rule.channel and not _CHANNEL.fullmatch(rule.channel):
        raise wrong(f"{name}: its channel is no name in small letters.", "Mend it", source)
    for key, least in (("remind_after_days", 1), ("at_least", 0)):
        value = getattr(rule, key)
        if type(value) is not int or value < least:
            raise wrong(f"{name}: {key} is no number.", f"Give one of {least} or more", source)
    if rule.quiet_hours is not None and not _SPAN.fullmatch(rule.quiet_hours):
        raise wrong(f"{name}: quiet_hours is no span of hours.", "Write it as 21:00-07:00", source)
    if rule.worklist is not None and not _FILE.fullmatch(rule.worklist):
        raise wrong(f"{name}: its worklist is no CSV of the report.", "Mend it", source)
    if rule.section is not None and not _ANCHOR.fullmatch(rule.section):
        raise wrong(f"{name}: its section is no anchor of the report.", "Mend it", source)
    if rule.worse_at:
        _rising(rule.worse_at, f"{name}: worse_at", source)
    for key in ("values", "parameters"):
        _mapping(getattr(rule, key), f"{name}: {key}", source)


def _check_given(rule: Rule, name: str, source: str) -> None:
    """That nothing is empty or without end."""
    for item in fields(rule):
        value = getattr(rule, item.name)
        is_empty = value is None and item.default is not None
        if is_empty or (item.name in _NEEDED and not str(value).strip()):
            raise wrong(f"{name} has no {item.name}.", f"Give `{item.name}` a value", source)
    for key, most in _MOST.items():
        if len(str(getattr(rule, key) or "")) > most:
            raise wrong(f"{name}: {key} is longer than {most:,} characters.", "Cut it", source)


def _levels(given: object, name: str, source: str) -> tuple[tuple[Level, str], ...]:
    """A word, or by level the condition under which it holds, the first that does."""
    levels = {given: "true"} if isinstance(given, str) else given
    if not isinstance(levels, dict) or not levels or not set(levels) <= set(get_args(Level)):
        words = ", ".join(get_args(Level))
        raise wrong(f"{name} has an unknown severity.", f"Take one of {words}", source)
    return tuple((level, _sql(sql)) for level, sql in levels.items())


def _sql(value: object) -> str:
    """YAML reads `true` as a truth value."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(given: object, item: Mapping[str, Any], name: str, source: str) -> RuleList | None:
    if given is None:
        return None
    known = set(RuleList.__dataclass_fields__)
    if not isinstance(given, dict) or not set(given) <= known or not {"item", "say"} & set(given):
        raise wrong(
            f"{name}: its list is none.",
            f"Give it an item, and of the rest {sorted(known)}",
            source,
        )
    texts = {key: str(value) for key, value in given.items() if key != "say"}
    say = _texts(given.get("say", ()), f"{name}: list.say", source)
    defaults = {"mart": str(item["mart"]), "where": str(item["where"])}
    if "mart" in texts and "where" not in texts:
        raise wrong(f"{name}: its list is of another mart.", "Give the list a `where`", source)
    return RuleList(**{**defaults, **texts}, say=say)


def _texts(value: object, what: str, source: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise wrong(f"{what} is no list of texts.", "Write one as [first, second]", source)
    return tuple(value)


def _mapping(value: object, what: str, source: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str)
        and _NAME.fullmatch(key)
        and key not in _KNOWN_NAMES
        and isinstance(item, str | int | float | bool)
        for key, item in value.items()
    ):
        raise wrong(f"{what} are no names with values.", "Write one as name: value", source)
    return value


def _rising(value: object, what: str, source: str) -> tuple[int, ...]:
    counts = list(value) if isinstance(value, list | tuple) else []
    is_rising = all(type(count) is int for count in counts) and counts == sorted(set(counts))
    if not counts or not is_rising:
        raise wrong(f"{what} is no list of rising counts.", "Give one such as [5, 10, 25]", source)
    return tuple(counts)


def _check_names(rules: tuple[Rule, ...], source: str) -> None:
    if len({rule.name for rule in rules}) < len(rules):
        raise wrong("Two alert rules have the same name.", "Rename one", source)
