"""Delivery: what there is to say goes to the webhooks, each change of state at most once.

It runs after a daily run is published, or by itself. Nothing that fails here touches what is
published: the message waits for the next delivery, and `status` shows it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flows.alerts.notices import Notice, due, is_quiet, with_words
from flows.alerts.open import read_open
from flows.alerts.outbox import Outbox
from flows.alerts.posting import Answer, Limits, Post, post
from flows.alerts.pulse_rules import keys_to_say
from flows.alerts.rules import load_book
from flows.alerts.webhooks import Webhook
from flows.home.files import read_json
from flows.home.layout import Home

_DELIVERED = ("sent", "unknown")


@dataclass(frozen=True)
class Patience:
    """How often and how long delivery tries; seconds.

    ``tries``: requests for one message. ``first_wait``: before the second try, doubled for each
    one after it, with a random part so that many senders do not meet. ``longest_wait``: what is
    waited for at most, also when the other side asks for more; then the message waits for the next
    delivery. ``between``: between two messages, since a webhook takes about one a second.
    ``in_all``: for all messages; what is left then waits, too.
    """

    tries: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    between: float = 1.0
    in_all: float = 120.0
    limits: Limits = field(default_factory=Limits)


@dataclass
class Delivery:
    """What came of a delivery: keys (`shop/rule`) by fate, and sentences for people.

    ``waiting``: held back by quiet hours. ``without_webhook``: their channel has none.
    """

    sent: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    without_webhook: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def due(self) -> int:
        """How many messages there were to send."""
        parts = (self.sent, self.unknown, self.undelivered, self.waiting, self.without_webhook)
        return sum(map(len, parts))

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return dict(vars(self))


def pending(home: Home) -> list[Notice]:
    """What would be sent now, webhooks and quiet hours aside; changes nothing."""
    shops = read_open(home)
    return due(shops, Outbox(home).told, load_book(home)) if shops else []


def channels(home: Home) -> set[str]:
    """The channels that the rules in force name, those of the hourly look aside."""
    return {rule.channel for rule in load_book(home).rules}


def forget_over(home: Home) -> None:
    """Forget what was not delivered and is over; to be called by the holder of the lock alone."""
    keys = {notice.key for notice in pending(home)} | keys_to_say(home)
    Outbox(home).keep_undelivered(keys)


def deliver(
    home: Home,
    webhooks: Mapping[str, Webhook],
    run_id: str,
    patience: Patience | None = None,
    send: Post = post,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivery:
    """Send what is due to the webhooks; to be called by the holder of the lock alone.

    Args:
        webhooks: by channel; a channel without one keeps its messages as files.
        run_id: who sends.
        send, sleep: for tests.

    Raises `StageError` when the outbox cannot be read.
    """
    result = Delivery()
    outbox = Outbox(home)
    for key in outbox.recover():
        result.warnings.append(f"{key} may have been sent or not: the run ended in between.")
    shops = read_open(home)
    notices = due(shops, outbox.said, load_book(home))
    outbox.keep_undelivered({notice.key for notice in notices} | keys_to_say(home))
    sender = _Sender(home, outbox, run_id, patience or Patience(), send, sleep)
    for notice in notices:
        webhook = webhooks.get(notice.rule.channel)
        if webhook is None:
            result.without_webhook.append(notice.key)
        elif is_quiet(notice, shops[notice.shop_id].timezone, _now()):
            result.waiting.append(notice.key)
        else:
            sender.say(notice, webhook, result)
    return result


class _Sender:
    """Sends one notice after the other, and stops asking an address that does not answer."""

    def __init__(
        self,
        home: Home,
        outbox: Outbox,
        run_id: str,
        patience: Patience,
        send: Post,
        sleep: Callable[[float], None],
    ) -> None:
        self._home = home
        self._outbox = outbox
        self._run_id = run_id
        self._patience = patience
        self._send = send
        self._sleep = sleep
        self._ends = time.monotonic() + patience.in_all
        self._given_up: dict[str, str] = {}
        self._has_sent = False

    def say(self, notice: Notice, webhook: Webhook, result: Delivery) -> None:
        """Send a notice, with as many tries as it is worth, and note what came of it."""
        message = self._message(notice, result)
        if message is None:
            return
        if webhook.address in self._given_up or time.monotonic() > self._ends:
            why = self._given_up.get(webhook.address, "there was no time left")
            self._put_off(notice, why, result)
            return
        if self._has_sent:
            self._sleep(self._patience.between)
        self._has_sent = True
        answer = self._try(notice, webhook, message)
        if answer.fate == "sent":
            result.sent.append(notice.key)
        elif answer.fate == "unknown":
            result.unknown.append(notice.key)
            result.warnings.append(
                f"{notice.key} may have arrived at {webhook} or not ({answer.said}); "
                "it is not sent again."
            )
        else:
            result.undelivered.append(notice.key)
            result.warnings.append(f"{notice.key} was not delivered: {webhook} said {answer.said}.")
        if answer.is_down or answer.wait is not None:
            self._given_up[webhook.address] = answer.said

    def _try(self, notice: Notice, webhook: Webhook, message: dict[str, Any]) -> Answer:
        for number in range(self._patience.tries):
            self._outbox.intend(notice.key, notice.said, self._run_id)
            answer = self._send(webhook, message, self._patience.limits)
            fate = answer.fate if answer.fate in _DELIVERED else "not_sent"
            self._outbox.settle(notice.key, fate, answer.said)
            if answer.fate != "again":
                return answer
            wait = self._wait(number, answer)
            if number + 1 == self._patience.tries or wait is None:
                return answer
            self._sleep(wait)
        return answer

    def _wait(self, number: int, answer: Answer) -> float | None:
        """Seconds before the next try; None where it would be too long."""
        backoff = self._patience.first_wait * 2**number * random.uniform(0.5, 1.0)  # noqa: S311
        wait = max(backoff, answer.wait or 0.0)
        left = self._ends - time.monotonic()
        return wait if wait <= min(self._patience.longest_wait, left) else None

    def _message(self, notice: Notice, result: Delivery) -> dict[str, Any] | None:
        try:
            message = read_json(self._home.root / notice.path)
            if message is not None:
                return with_words(message, notice.words) if notice.words else dict(message)
            why = "is gone"
        except (ValueError, KeyError, TypeError):
            why = "is no message"
        result.undelivered.append(notice.key)
        result.warnings.append(f"{notice.key} was not delivered: {notice.path} {why}.")
        return None

    def _put_off(self, notice: Notice, why: str, result: Delivery) -> None:
        result.undelivered.append(notice.key)
        if not any(why in warning for warning in result.warnings):
            result.warnings.append(f"{notice.key} was not delivered: {why}.")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
