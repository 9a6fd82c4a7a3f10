"""What there is to say to people: open alerts compared with what they were told last.

An alert is said when it is new, when it got worse, and again after a set time; its end is said
once. What improved without ending waits for that time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from flows.alerts.message import build, check, clean, escape
from flows.alerts.open import RESOLVED, OpenAlert, ResolvedAlert, ShopAlerts
from flows.alerts.parts import runbook
from flows.alerts.rules import LEVELS, Rule, RuleBook
from flows.report.formats import format_date, local, plural

Kind = Literal["new", "worse", "still_open", "resolved"]


@dataclass(frozen=True)
class Said:
    """What was said last of a rule at a shop; dates and moments are ISO texts (UTC).

    ``fate`` is ``sent``, or ``unknown`` where it may have arrived and may not.
    """

    kind: Kind
    level: str
    measure: str
    count: int
    grade: int
    opened_on: str
    as_of_on: str
    at: str = ""
    run_id: str = ""
    fate: str = "sent"
    answer: str = ""


@dataclass(frozen=True)
class Notice:
    """One message to be sent: the change of state that it tells, and the file with its text."""

    shop_id: str
    rule: Rule
    said: Said
    path: str
    words: str

    @property
    def key(self) -> str:
        """What the outbox knows it by."""
        return key_of(self.shop_id, self.rule.name)


def key_of(shop_id: str, rule: str) -> str:
    """The key of a rule at a shop."""
    return f"{shop_id}/{rule}"


def due(shops: Mapping[str, ShopAlerts], said: Mapping[str, Said], book: RuleBook) -> list[Notice]:
    """What is to be said now, the most urgent first; what is in its quiet hours among it."""
    found = [
        notice
        for shop_id, known in shops.items()
        for rule in book.rules
        if (notice := _due(shop_id, known, rule, said.get(key_of(shop_id, rule.name)), book))
    ]
    return sorted(found, key=lambda n: (n.said.kind == "resolved", -_rank(n.said.level)))


def is_quiet(notice: Notice, timezone: str, now: datetime) -> bool:
    """Whether the notice has to wait for the end of its rule's quiet hours; now: naive UTC."""
    if notice.said.level == "act_now" and notice.said.kind != "resolved":
        return False
    return notice.rule.is_quiet_at(local(now, timezone).time())


def with_words(message: dict[str, Any], words: str) -> dict[str, Any]:
    """A message with a line on top that tells the change of state. `words` are escaped."""
    note = {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}],
    }
    header, *others = message["blocks"]
    told = {"text": f"{words} {message['text']}", "blocks": [header, note, *others]}
    check(told)
    return told


def resolved_message(
    rule: Rule, shop_name: str, over: ResolvedAlert, sentence: str = ""
) -> dict[str, Any]:
    """The message that an alert is over. `sentence`: how it stands now, escaped."""
    began, ended = date.fromisoformat(over.opened_on), date.fromisoformat(over.as_of_on)
    lasted = plural(max((ended - began).days, 1), "day")
    told = f"Resolved as of {format_date(ended)}: {escape(rule.resolved or '')}."
    sections = [
        f"{told} {sentence}".strip(),
        f"Open since {format_date(began)}, {lasted}; last: {over.measure}.",
        f"Nothing to do. Owner: {escape(rule.owner)}. {runbook(rule.runbook)}".rstrip(),
    ]
    return build(f"Resolved: {rule.resolved}, {clean(shop_name, 60)}", sections)


def _due(
    shop_id: str, shop: ShopAlerts, rule: Rule, said: Said | None, book: RuleBook
) -> Notice | None:
    if said is not None and shop.as_of_on < said.as_of_on:
        return None
    now = shop.open.get(rule.name)
    if now is not None:
        if not now.is_judged:
            return None
        change = _change(now, said, rule, book)
        if change is None:
            return None
        kind, words = change
        told = Said(kind, now.level, now.measure, now.count, now.grade, now.opened_on, now.as_of_on)
        path = f"alerts/{now.as_of_on}/{rule.name}.{shop_id}.json"
        return Notice(shop_id, rule, told, path, words)
    over = shop.resolved.get(rule.name)
    if over is None or said is None or said.kind == "resolved" or not rule.has_end:
        return None
    told = Said("resolved", said.level, over.measure, 0, 0, over.opened_on, over.as_of_on)
    path = f"alerts/{over.as_of_on}/{RESOLVED}/{rule.name}.{shop_id}.json"
    return Notice(shop_id, rule, told, path, "")


def _change(
    now: OpenAlert, said: Said | None, rule: Rule, book: RuleBook
) -> tuple[Kind, str] | None:
    """What changed since it was said last, and the words for it; None where nothing did."""
    opened, day = date.fromisoformat(now.opened_on), date.fromisoformat(now.as_of_on)
    days = (day - opened).days + 1
    if said is None or said.kind == "resolved" or now.opened_on > said.as_of_on:
        first = f"Open since {format_date(opened)}, day {days}; first message."
        return "new", "New." if days == 1 else first
    told_on = date.fromisoformat(said.as_of_on)
    is_worse = (
        now.grade > said.grade
        or _rank(now.level) > _rank(said.level)
        or book.step(now.count, rule) > book.step(said.count, rule)
    )
    if is_worse and now.as_of_on >= said.as_of_on:
        worse = f"Worse: {now.measure}; was {said.measure} on {format_date(told_on)}."
        since = f" Open since {format_date(opened)}, day {days}." if not now.tells_since else ""
        return "worse", worse + (since if days > 1 else "")
    if rule.has_end and (day - told_on).days >= rule.remind_after_days:
        before = "" if now.measure == said.measure else f", was {said.measure}"
        return "still_open", f"Still open, day {days}: {now.measure}{before}."
    return None


def _rank(level: str) -> int:
    return next(rank for rank, known in enumerate(LEVELS) if known == level)
