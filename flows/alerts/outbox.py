"""The outbox: what people were told of each alert, kept so that nothing is said twice.

Before a message is sent its intent is written and forced to the disk, after it what came of it. A
process that dies between the two leaves an intent whose fate nobody knows: it counts as said, since
a message that may have arrived is not sent again. Only the holder of the lock writes.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flows.alerts.notices import Said
from flows.errors import StageError
from flows.home.files import read_json, write_json
from flows.home.layout import Home
from flows.home.runs import now_text

KEPT = 500
"""Entries of the history."""


class Outbox:
    """The outbox of a home folder, read once, written at each step."""

    def __init__(self, home: Home) -> None:
        """Read it. Raises `StageError` when it is no outbox: then nothing is known to be new."""
        self._path = home.outbox
        try:
            content: dict[str, Any] = read_json(self._path) or {}
            self.said = {key: Said(**item) for key, item in content.get("said", {}).items()}
            self._sending = {key: Said(**item) for key, item in content.get("sending", {}).items()}
            self.undelivered: dict[str, dict[str, Any]] = dict(content.get("undelivered", {}))
            self.history: list[dict[str, Any]] = list(content.get("history", []))
        except (ValueError, TypeError, AttributeError) as error:
            raise StageError(
                f"{self._path} cannot be read, so nothing is sent: it might be said twice.",
                "Bring it back from a backup, or remove it: open alerts are then sent once more.",
            ) from error

    @property
    def told(self) -> dict[str, Said]:
        """What people were told or may have been told, by key."""
        return self.said | self._sending

    @property
    def unknown(self) -> dict[str, Said]:
        """What may have arrived and may not, by key, until something else is said of it."""
        found = {key: item for key, item in self.said.items() if item.fate == "unknown"}
        interrupted = {key: _unknown(item, _KILLED) for key, item in self._sending.items()}
        return found | interrupted

    def recover(self) -> list[str]:
        """Settle the intents that a dead process left; their keys."""
        left = sorted(self._sending)
        for key in left:
            self.settle(key, "unknown", _KILLED)
        return left

    def intend(self, key: str, message: Said, run_id: str) -> None:
        """Write down, for good, that the message is about to be sent."""
        self._sending[key] = replace(message, at=now_text(), run_id=run_id, fate="sending")
        self._write()

    def settle(self, key: str, fate: str, answer: str) -> None:
        """Write down what came of an intent: `sent`, `unknown`, or `not_sent`, which takes it back.

        answer: what the other side said or why there is no answer, without any address.
        """
        message = replace(self._sending.pop(key), fate=fate, answer=answer)
        if fate == "not_sent":
            self.undelivered[key] = asdict(message)
        else:
            self.said[key] = message
            self.undelivered.pop(key, None)
        self.history = [*self.history, {"key": key, **asdict(message)}][-KEPT:]
        self._write()

    def forget(self, key: str) -> None:
        """Forget that a message was not delivered: what it told is over."""
        self.keep_undelivered(set(self.undelivered) - {key})

    def keep_undelivered(self, keys: set[str]) -> None:
        """Forget what was not delivered and is no longer to be said."""
        left = {key: item for key, item in self.undelivered.items() if key in keys}
        if left != self.undelivered:
            self.undelivered = left
            self._write()

    def _write(self) -> None:
        content = {
            "said": {key: asdict(item) for key, item in self.said.items()},
            "sending": {key: asdict(item) for key, item in self._sending.items()},
            "undelivered": self.undelivered,
            "history": self.history,
        }
        write_json(self._path, content)


_KILLED = "The run ended while it was being sent."


def _unknown(message: Said, answer: str) -> Said:
    return replace(message, fate="unknown", answer=answer)
