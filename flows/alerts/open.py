"""Which alerts are open, by shop: what the last daily run published, without who was told.

Kept in `warehouse/private/alerts.json` and published by the same journal as the alert files, so
the two never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from flows.alerts.message import Alert, Judgement
from flows.errors import StageError
from flows.home.files import read_json, write_json
from flows.home.layout import Home

RESOLVED = "resolved"
"""The folder, beside a day's alerts, of the messages that say that one is over."""


@dataclass(frozen=True)
class OpenAlert:
    """An alert that is open; dates are ISO texts.

    ``opened_on``: the first day. ``as_of_on``: the last day on which it fired; its message is of
    that day. ``is_judged``: whether it fired in the last run, and was not only left open because
    nothing could be judged. The rest is as in `Alert` and `Bad`.
    """

    level: str
    measure: str
    count: int
    grade: int
    opened_on: str
    as_of_on: str
    is_judged: bool = True


@dataclass(frozen=True)
class ResolvedAlert:
    """An alert that is over: when it began, when it was found over, how bad it was last."""

    opened_on: str
    as_of_on: str
    measure: str


@dataclass(frozen=True)
class ShopAlerts:
    """The alerts of a shop as of its newest day, by rule."""

    as_of_on: str
    timezone: str
    name: str
    open: Mapping[str, OpenAlert] = field(default_factory=dict)
    resolved: Mapping[str, ResolvedAlert] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """`as_of_on` as a date."""
        return date.fromisoformat(self.as_of_on)


def read_open(home: Home) -> dict[str, ShopAlerts]:
    """The published state, by shop; empty before the first daily run.

    Raises `StageError` when it is damaged.
    """
    try:
        content = read_json(home.alert_state) or {"shops": {}}
        return {shop: _shop(known) for shop, known in content["shops"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StageError(
            f"{home.alert_state}, which says what alerts are open, is damaged.",
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
) -> ShopAlerts:
    """A shop's alerts after a day was judged.

    A rule that could not be judged leaves its alert as it was: no number is no good number. The
    state never goes back in time: a day before the newest one leaves it as it is.

    Args:
        before: the state before; None for a shop that has none.
        found: what the rules found at this shop; a rule that is not named is not judged.
    """
    if before is not None and day < before.day:
        return before
    open_now = dict(before.open) if before else {}
    over = dict(before.resolved) if before else {}
    for rule, known in open_now.items():
        open_now[rule] = replace(known, is_judged=False)
    for judged in found:
        rule, known_open = judged.rule, open_now.get(judged.rule)
        if judged.alert is not None:
            open_now[rule] = _opened(known_open, judged.alert, day)
            over.pop(rule, None)
        elif judged.is_judged and known_open is not None:
            over[rule] = ResolvedAlert(known_open.opened_on, day.isoformat(), known_open.measure)
            del open_now[rule]
    return ShopAlerts(day.isoformat(), timezone, name, open_now, over)


def _opened(before: OpenAlert | None, alert: Alert, day: date) -> OpenAlert:
    """An alert that fires; where it was good again between two runs, it is another one."""
    bad = alert.bad
    began = bad.since_on or day
    if before is not None and (
        bad.since_on is None or began <= date.fromisoformat(before.as_of_on)
    ):
        began = date.fromisoformat(before.opened_on)
    return OpenAlert(
        alert.level, bad.measure, bad.count, bad.grade, began.isoformat(), day.isoformat()
    )


def _shop(known: dict[str, Any]) -> ShopAlerts:
    return ShopAlerts(
        known["as_of_on"],
        known["timezone"],
        known["name"],
        {rule: OpenAlert(**item) for rule, item in known["open"].items()},
        {rule: ResolvedAlert(**item) for rule, item in known["resolved"].items()},
    )
