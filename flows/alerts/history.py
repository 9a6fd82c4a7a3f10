"""The history of alerts as a CSV: what is open and what is over, for people's own reports."""

from __future__ import annotations

import csv
import html
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from flows.alerts.open import ShopAlerts
from flows.foreign_text import in_cell

HISTORY = "history.csv"
"""Its name in the folder of the alerts."""

COLUMNS = (
    "shop_id",
    "rule",
    "severity",
    "state",
    "opened_on",
    "resolved_on",
    "days_open",
    "last_measure",
)
"""Its columns; `days_open` counts the days on which it was open, up to the newest one."""


def rows(shops: Mapping[str, ShopAlerts]) -> Iterator[tuple[str, ...]]:
    """The alerts of each shop: those that are open, then those that are over, the newest first."""
    for shop_id, known in sorted(shops.items()):
        for rule, item in sorted(known.open.items()):
            days = (known.day - date.fromisoformat(item.opened_on)).days + 1
            shown = ("open", item.opened_on, "", str(days), _plain(item.measure))
            yield (in_cell(shop_id), rule, item.level, *shown)
        for past in reversed(known.past):
            lasted = date.fromisoformat(past.resolved_on) - date.fromisoformat(past.opened_on)
            days = max(lasted.days, 1)
            shown = ("resolved", past.opened_on, past.resolved_on, str(days), _plain(past.measure))
            yield (in_cell(shop_id), past.rule, past.level, *shown)


def write_history(path: Path, shops: Mapping[str, ShopAlerts]) -> None:
    """Write the history of all shops."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows(shops))


def _plain(measure: str) -> str:
    """A measure, which is kept as Slack takes it."""
    return in_cell(html.unescape(measure))
