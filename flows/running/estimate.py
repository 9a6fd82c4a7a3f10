"""How long a backfill takes: from the timings of past runs, and from the days that it has written.

An estimate is for people who wait. It is left out rather than guessed where nothing is known.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from statistics import median

from flows.home.layout import Home
from flows.home.runs import newest_records
from flows.running.run import Run

_RECORDS = 30
_RECENT_DAYS = 8
_DAILY = ("published", "partly_blocked")
_BEFORE = ("ingest", "gate 1", "build", "gate 2", "warehouse")


@dataclass(frozen=True)
class Pace:
    """Seconds of past runs: a day looked at, all before the reports, and all after them."""

    day: float
    before: float
    after: float

    def total(self, days: int) -> float:
        """Seconds for a backfill of so many days."""
        return self.before + days * self.day + self.after


def pace_of(home: Home) -> Pace | None:
    """The middle of past runs that wrote daily reports, None before the first.

    The build of a backfill takes about as long as that of a day: its rates come from changes that
    are added up once.
    """
    days, before, after = [], [], []
    for record in newest_records(home, _RECORDS):
        timings = record.get("timings") or {}
        if record.get("status") not in _DAILY or record.get("command") not in ("daily", "backfill"):
            continue
        looked_at = len(record.get("days") or ())
        if not looked_at or not timings.get("build") or not timings.get("report"):
            continue
        # Days whose edition stayed were compared too, and an estimate is for days to look at.
        days.append(timings["report"] / looked_at)
        before.append(sum(timings.get(name, 0.0) for name in _BEFORE))
        after.append(timings.get("publish", 0.0))
    if not days:
        return None
    return Pace(median(days), median(before), median(after))


def in_words(seconds: float) -> str:
    """``under a minute``, ``about 4 min``, ``about 2 h 10 min``."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest:02} min" if hours else f"about {rest} min"


def announce(run: Run) -> None:
    """Say how long a run of many days will take, where past runs tell."""
    pace = pace_of(run.home)
    if pace is not None:
        took = in_words(pace.total(len(run.days)))
        run.say(f"{len(run.days)} days to look at: {took}, as past runs took")


class Progress:
    """Tells how far the reports of a backfill are, and how long the rest takes.

    now: the clock, in seconds.
    """

    def __init__(
        self,
        home: Home,
        total: int,
        say: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace = pace_of(home)
        self._total = total
        self._done = 0
        self._say = say
        self._now = now
        self._at = now()
        # Of the last days alone: the first ones wait for libraries to be imported.
        self._recent: deque[float] = deque(maxlen=_RECENT_DAYS)

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self._done / max(self._total, 1)

    def step(self, day: date) -> str:
        """One more day is done; says so, and returns what it said."""
        now = self._now()
        self._recent.append(now - self._at)
        self._at = now
        self._done += 1
        left = self._total - self._done
        text = f"{day} done, {self._done} of {self._total} days"
        if left:
            rest = left * sum(self._recent) / len(self._recent)
            rest += self._pace.after if self._pace else 0.0
            text += f"; {in_words(rest)} left"
        self._say(text)
        return text
