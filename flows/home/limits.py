"""How long things are kept, in one place: read from the environment, shown by `doctor`.

What a publication consists of (lake, warehouse, newest reports) is never subject to a limit: only
what would otherwise grow for ever is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from flows.errors import UsageError

LANDING_DAYS = "GREENZONE_KEEP_LANDING_DAYS"
QUARANTINE_DAYS = "GREENZONE_KEEP_QUARANTINE_DAYS"
PUBLICATIONS = "GREENZONE_KEEP_PUBLICATIONS"
EDITIONS = "GREENZONE_KEEP_EDITIONS"
LOGS_DAYS = "GREENZONE_KEEP_LOGS_DAYS"
RUNS_DAYS = "GREENZONE_KEEP_RUNS_DAYS"
ALERTS_DAYS = "GREENZONE_KEEP_ALERTS_DAYS"

_FOR_EVER = "forever"
# A hundred years: a larger number is a slip of the keyboard, and overflows a date.
_MOST = 36_500


@dataclass(frozen=True)
class Limits:
    """Limits in days, or as a count of what is kept.

    `landing_days`: files in landing whose rows are in the lake; None keeps them for ever.
    `quarantine_days`: folders of quarantine. `publications`: earlier publications to return to,
    the present one not counted. `editions`: earlier editions of each report. `logs_days`: logs of
    failed runs and of services. `runs_days`: run records, `alerts_days`: files of alerts, but for
    what a publication that is there rests on. Files and folders are as old as their last change.
    """

    landing_days: int | None = None
    quarantine_days: int = 90
    publications: int = 5
    editions: int = 20
    logs_days: int = 30
    runs_days: int = 400
    alerts_days: int = 400

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None) -> Limits:
        """The limits that the environment sets, else the defaults.

        Raises `UsageError`, naming the variable, for a value that is not a whole number of at
        least one (publications and editions: of at least none). `forever` keeps landing for ever.
        """
        given = os.environ if environment is None else environment
        landing = given.get(LANDING_DAYS, "").strip().lower()
        return cls(
            landing_days=None
            if landing in ("", _FOR_EVER)
            else _number(given, LANDING_DAYS, 1, 1, f", or `{_FOR_EVER}`"),
            quarantine_days=_number(given, QUARANTINE_DAYS, cls.quarantine_days, 1),
            publications=_number(given, PUBLICATIONS, cls.publications, 0),
            editions=_number(given, EDITIONS, cls.editions, 0),
            logs_days=_number(given, LOGS_DAYS, cls.logs_days, 1),
            runs_days=_number(given, RUNS_DAYS, cls.runs_days, 1),
            alerts_days=_number(given, ALERTS_DAYS, cls.alerts_days, 1),
        )

    def sentence(self) -> str:
        """The limits in one line for people."""
        landing = "for ever" if self.landing_days is None else f"{self.landing_days} days"
        return (
            f"landing is kept {landing}, quarantine {self.quarantine_days} days, "
            f"logs {self.logs_days} days, run records {self.runs_days} days, "
            f"alerts {self.alerts_days} days, {self.publications} earlier publications, "
            f"{self.editions} earlier editions of a report"
        )


def _number(
    given: Mapping[str, str], variable: str, default: int, least: int, also: str = ""
) -> int:
    text = given.get(variable, "").strip()
    if not text:
        return default
    # Digits of other scripts are digits to Python; here they are a slip.
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not least <= number <= _MOST:
        raise UsageError(
            f"{variable} is {text!r}, which is no limit.",
            f"Give it a whole number from {least} to {_MOST:,}{also}, or unset it.",
        )
    return number
