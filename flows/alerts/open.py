"""Which alerts are open, by shop: what the last daily run published, without who was told.

Kept in `warehouse/private/alerts.json` and published by the same journal as the alert files, so
the two never disagree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from flows.alerts.message import Alert, Judgement
from flows.errors import StageError
from flows.home.files import read_json, write_json
from flows.home.layout import Home

T = TypeVar("T")

_PAST = 200
"""Alerts that are over, of a shop, that are kept for the history."""

RESOLVED = "resolved"
"""The folder, beside a day's alerts, of the messages that say that one is over."""


@dataclass(frozen=True)
class OpenAlert:
    """An alert that is open; dates are ISO texts.

    ``opened_on``: the first day. ``as_of_on``: the last day on which it fired; its message is of
    that day. ``is_judged``: whether it fired in the last run, and was not only left open because
    nothing could be judged. ``tells_since``: whether its message says since when. The rest is as in
    `Alert` and `Bad`.
    """

    level: str
    measure: str
    count: int
    grade: int
    opened_on: str
    as_of_on: str
    is_judged: bool = True
    tells_since: bool = False


@dataclass(frozen=True)
class ResolvedAlert:
    """An alert that is over: when it began, when it was found over, how bad it was last."""

    opened_on: str
    as_of_on: str
    measure: str


@dataclass(frozen=True)
class PastAlert:
    """An alert that is over, for the history: how bad it was last, from when to when."""

    rule: str
    level: str
    measure: str
    opened_on: str
    resolved_on: str


@dataclass(frozen=True)
class ShopAlerts:
    """The alerts of a shop as of its newest day, by rule; ``past``: those that are over."""

    as_of_on: str
    timezone: str
    name: str
    open: Mapping[str, OpenAlert] = field(default_factory=dict)
    resolved: Mapping[str, ResolvedAlert] = field(default_factory=dict)
    past: tuple[PastAlert, ...] = ()

    @property
    def day(self) -> date:
        """`as_of_on` as a date."""
        return date.fromisoformat(self.as_of_on)


def read_open(home: Home) -> dict[str, ShopAlerts]:
    """The published state, by shop; empty before the first daily run.

    Raises `StageError` when it is damaged.
    """
    return read_state(home.alert_state)


def read_state(path: Path) -> dict[str, ShopAlerts]:
    """The same from any file that holds such a state."""
    try:
        content = read_json(path) or {"shops": {}}
        return {shop: _shop(known) for shop, known in content["shops"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StageError(
            f"{path}, which says what alerts are open, is damaged.",
            "Bring it back from a backup, or remove it: what is open then counts as new.",
        ) from error


def write_open(path: Path, shops: Mapping[str, ShopAlerts]) -> None:
    """Write the state."""
    write_json(path, {"shops": {shop: asdict(known) for shop, known in shops.items()}})


def advance(
    before: ShopAlerts | None,
    found: Iterable[Judgement],
    day: date,
    timezone: str,
    name: str,
    rules: Collection[str] | None = None,
) -> ShopAlerts:
    """A shop's alerts after a day was judged.

    A rule that could not be judged leaves its alert as it was: no number is no good number. The
    state never goes back in time: a day before the newest one leaves it as it is.

    Args:
        before: the state before; None for a shop that has none.
        found: what the rules found at this shop; a rule that is not named is not judged.
        rules: the names of the rules in force, whose alerts alone are kept; None for all.
    """
    if before is not None and day < before.day:
        return before
    open_now = _of_rules(before.open, rules) if before else {}
    over = _of_rules(before.resolved, rules) if before else {}
    # What is said to be over since this day may fire again when the day is run again.
    past = [item for item in before.past if item.resolved_on != day.isoformat()] if before else []
    again = {item.rule: item for item in before.past[len(past) :]} if before else {}
    for rule, known in open_now.items():
        open_now[rule] = replace(known, is_judged=False)
    for judged in found:
        rule, known_open = judged.rule, open_now.get(judged.rule)
        if judged.alert is not None:
            open_now[rule] = _opened(known_open, judged.alert, day)
            over.pop(rule, None)
        elif judged.is_judged and known_open is not None:
            over[rule] = ResolvedAlert(known_open.opened_on, day.isoformat(), known_open.measure)
            past.append(
                PastAlert(
                    rule,
                    known_open.level,
                    known_open.measure,
                    known_open.opened_on,
                    day.isoformat(),
                )
            )
            del open_now[rule]
        elif rule in again:
            past.append(again[rule])
    return ShopAlerts(day.isoformat(), timezone, name, open_now, over, tuple(past[-_PAST:]))


def _of_rules(known: Mapping[str, T], rules: Collection[str] | None) -> dict[str, T]:
    """Without the alerts of rules that are gone or switched off: nothing would ever end them."""
    return {rule: item for rule, item in known.items() if rules is None or rule in rules}


def _opened(before: OpenAlert | None, alert: Alert, day: date) -> OpenAlert:
    """An alert that fires; where it was good again between two runs, it is another one."""
    bad = alert.bad
    began = bad.since_on or day
    if before is not None and (
        bad.since_on is None or began <= date.fromisoformat(before.as_of_on)
    ):
        began = date.fromisoformat(before.opened_on)
    return OpenAlert(
        alert.level,
        bad.measure,
        bad.count,
        bad.grade,
        began.isoformat(),
        day.isoformat(),
        tells_since=bad.since_on is not None,
    )


def _shop(known: dict[str, Any]) -> ShopAlerts:
    return ShopAlerts(
        known["as_of_on"],
        known["timezone"],
        known["name"],
        {rule: OpenAlert(**item) for rule, item in known["open"].items()},
        {rule: ResolvedAlert(**item) for rule, item in known["resolved"].items()},
        tuple(PastAlert(**item) for item in known.get("past", ())),
    )
