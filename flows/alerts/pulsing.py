"""Alerts of the hourly look: a spike of orders, a feed that stopped. Each is said at most once.

The files lie beside the daily ones, in `alerts/<today>/`, as long as what they tell lasts. What was
said is in the outbox, like that of the daily rules: an intent before, the fate after. The daily
run's own alerts are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.alerts.notices import Kind, Said, key_of, with_words
from flows.alerts.open import read_open
from flows.alerts.outbox import Outbox
from flows.alerts.posting import Limits, Post, post
from flows.alerts.pulse_rules import KEYS, PulseRule, PulseRuleName, load_pulse_rules
from flows.alerts.pulse_words import Found, moving_again, spike, stopped
from flows.alerts.webhooks import FindBlocks, Webhook, resolve
from flows.home.files import remove_file, write_json
from flows.home.layout import Home
from flows.report.formats import local

_FIND: dict[PulseRuleName, Callable[[PulseRule, Mapping[str, Any]], Found | None]] = {
    "order_spike": spike,
    "feed_stopped": stopped,
}


@dataclass
class Told:
    """What came of it: files written, keys (`shop/rule`) by fate, sentences for people."""

    files: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Message:
    rule: PulseRule
    key: str
    said: Said
    content: dict[str, Any]


def tell(
    home: Home,
    shops: Iterable[Mapping[str, Any]],
    run_id: str,
    find_blocks: FindBlocks | None = None,
    send: Post = post,
) -> dict[str, Any]:
    """Write the alert files of each shop's look and send what is new; for the lock's holder alone.

    shops: what `flows.running.pulse` found, as its JSON files hold it, for this moment. send: for
    tests. Raises `StageError` when the outbox cannot be read, `UsageError` for rules or webhooks
    of the environment that are none.
    """
    rules = load_pulse_rules(home)
    told = Told()
    messages = []
    outbox: Outbox | None = None
    known = read_open(home)
    for shop in shops:
        moment = datetime.fromisoformat(shop["at"])
        today = local(moment, shop["timezone"]).date()
        found = {name: _FIND[name](rule, shop) for name, rule in rules.items()}
        told.files += _write(home, shop["shop_id"], today, filter(None, found.values()))
        outbox = outbox or Outbox(home)
        clock = local(moment, shop["timezone"]).time()
        daily = known.get(shop["shop_id"])
        is_open = daily is not None and "stale_feed" in daily.open
        for name, key in KEYS.items():
            # What the daily run has open is its own to say, also after a failed try of ours.
            is_daily = is_open and name == "feed_stopped"
            if found.get(name) is None and not is_daily:
                outbox.forget(key_of(shop["shop_id"], key))
        for name, rule in rules.items():
            message = _due(rule, found[name], shop["shop_id"], today, moment, outbox, is_open)
            if message is not None and rule.is_quiet_at(clock):
                told.waiting.append(message.key)
            elif message is not None:
                messages.append(message)
    if messages and outbox is not None:
        webhooks = resolve({message.rule.channel for message in messages}, find_blocks)
        outbox.recover()
        for message in messages:
            _send(message, webhooks.get(message.rule.channel), outbox, run_id, told, send)
    return asdict(told)


def _write(home: Home, shop_id: str, today: date, found: Iterable[Found]) -> list[str]:
    """Write the files of today, and remove those of what is over."""
    wanted: dict[Path, Found] = {}
    for item in found:
        wanted[home.alerts / today.isoformat() / f"{item.rule.name}.{shop_id}.json"] = item
    for rule in KEYS:
        for path in home.alerts.glob(f"*/{rule}.{shop_id}.json"):
            if path not in wanted:
                remove_file(path)
    for path, item in wanted.items():
        write_json(path, item.message)
    return [str(path) for path in wanted]


def _due(
    rule: PulseRule,
    found: Found | None,
    shop_id: str,
    today: date,
    moment: datetime,
    outbox: Outbox,
    is_open: bool,
) -> _Message | None:
    """What has to be said of a rule now, None for nothing.

    is_open: the daily run has the shop's stale feeds open, and goes on with them itself.
    """
    key = key_of(shop_id, KEYS[rule.name])
    before = outbox.told.get(key)
    day = today.isoformat()
    has_end = rule.name == "feed_stopped"
    if found is None:
        is_own = before is not None and before.kind != "resolved" and before.as_of_on <= day
        if not (has_end and is_own and before and not is_open):
            return None
        over = Said("resolved", before.level, before.measure, 0, 0, before.opened_on, day)
        content = moving_again(rule, shop_id, date.fromisoformat(before.opened_on))
        return _Message(rule, key, over, content)
    change = _change(rule, found, before, moment, is_open and has_end)
    if change is None:
        return None
    kind, words = change
    opened = before.opened_on if before and kind != "new" else day
    level = rule.severity
    said = Said(kind, level, found.measure, found.count, found.grade, opened, day)
    return _Message(rule, key, said, with_words(found.message, words))


def _change(
    rule: PulseRule, found: Found, before: Said | None, moment: datetime, is_daily: bool
) -> tuple[Kind, str] | None:
    if before is None or before.kind == "resolved":
        # The daily run has it open and only waits for a webhook: it says so itself.
        return None if is_daily else ("new", "New.")
    is_worse = found.grade > before.grade or (
        rule.name == "feed_stopped" and found.count > before.count
    )
    said_at = datetime.fromisoformat(before.at) if before.at else moment
    if said_at.tzinfo is None:
        said_at = said_at.replace(tzinfo=UTC)
    is_long_ago = moment - said_at >= timedelta(hours=rule.again_after_hours)
    if is_long_ago and not is_daily:
        return ("new", "New.") if rule.name == "order_spike" else ("still_open", "Still open.")
    if is_worse:
        return "worse", f"Worse: {found.measure}; was {before.measure}."
    return None


def _send(
    message: _Message,
    webhook: Webhook | None,
    outbox: Outbox,
    run_id: str,
    told: Told,
    send: Post,
) -> None:
    """One try: what surely did not arrive is tried again by the next look."""
    if webhook is None:
        return
    outbox.intend(message.key, message.said, run_id)
    answer = send(webhook, message.content, Limits())
    fate = answer.fate if answer.fate in ("sent", "unknown") else "not_sent"
    outbox.settle(message.key, fate, answer.said)
    if fate == "sent":
        told.sent.append(message.key)
    else:
        told.undelivered.append(message.key)
        told.warnings.append(f"{message.key}: {webhook} said {answer.said}.")
