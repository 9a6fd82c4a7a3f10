"""Which reports are published, and the files of one of them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.calendar import parse_week, week_name
from flows.errors import Locked, UsageError
from flows.home.layout import Home
from flows.home.publications import EDITIONS, editions_of
from flows.report.overview import page_name
from flows.report.reading.buyers import numbered
from flows.report.reading.model import PublishedPage
from flows.report.reading.reader import read_page

_NEAR = 4
_NAMES = {"daily": re.compile(r"\d{4}-\d\d-\d\d"), "weekly": re.compile(r"\d{4}-W\d\d")}
# A publication replaces the files of a report within moments.
_TRIES, _WAIT_SECONDS = 5, 0.5


@dataclass(frozen=True)
class PublishedReport:
    """A report's newest edition, or an earlier one.

    ``name``: the day (``2026-11-23``) or the week (``2026-W47``); ``facts``: its ``report.json``.
    """

    kind: str
    name: str
    folder: Path
    facts: dict[str, Any]

    @property
    def run_id(self) -> str:
        """The run that made it."""
        return str(self.facts["run_id"])

    @property
    def generated(self) -> str:
        """When that was, as the report says it; empty where it does not."""
        return str(self.facts.get("generated") or "")

    @property
    def shop_ids(self) -> list[str]:
        """Its shops, in their order."""
        return [str(shop["shop_id"]) for shop in self.facts["shops"]]

    @property
    def others(self) -> list[str]:
        """The runs of the other editions that are kept beside it, oldest first.

        Where people went back to it, its own is among the files there, and so are later ones.
        """
        return sorted(editions_of(self.folder) - {self.run_id})

    @property
    def earlier(self) -> list[str]:
        """Those of the others that were made before it."""
        return [run for run in self.others if run < self.run_id]

    @property
    def later(self) -> list[str]:
        """Those of the others that were made after it: people went back to this one."""
        return [run for run in self.others if run > self.run_id]

    def page_names(self, shop: str | None = None) -> list[str]:
        """The files of its pages: of one shop, or all with the overview first."""
        several = len(self.shop_ids) > 1
        if shop is not None and shop not in self.shop_ids:
            raise UsageError(
                f"Shop {shop} is not in the {self.kind} report of {self.name}.",
                f"It has {_listed(self.shop_ids)}; name one of them with --shop.",
            )
        if not several:
            return ["index.html"]
        if shop is not None:
            return [page_name(shop)]
        return ["index.html", *(page_name(each) for each in self.shop_ids)]

    def verdicts(self, shop: str | None = None) -> dict[str, str]:
        """What each shop's page says first."""
        return {
            str(known["shop_id"]): str(known["verdict"])
            for known in self.facts["shops"]
            if shop in (None, known["shop_id"])
        }


def find_report(
    home: Home, day: date | None = None, week: date | None = None, run: str | None = None
) -> PublishedReport:
    """The report of a day or of the week that ends on a Sunday; without either the newest daily.

    run: an earlier edition, by the run that made it. Raises ``UsageError`` where it is not there,
    with those that are nearest.
    """
    if day is not None and week is not None:
        raise UsageError("A report is of a day or of a week.", "Give --date or --week, not both.")
    kind = "weekly" if week else "daily"
    names = report_names(home, kind)
    if not names:
        raise UsageError(
            f"No {kind} report is published in {home.root} yet.",
            f"Run `greenzone {kind}` first, or name the home folder with --home or GREENZONE_HOME.",
        )
    wanted = _name(day, week) or names[-1]
    if wanted not in names:
        option = "--week" if week else "--date"
        raise UsageError(
            f"No {kind} report of {wanted} is published.",
            f"Near it: {_listed(_nearest(names, wanted))}; name one with {option}.",
        )
    folder = home.reports / kind / wanted
    newest = _read(kind, wanted, folder)
    if run is None or run == newest.run_id:
        return newest
    if run not in newest.others:
        raise UsageError(
            f"The {kind} report of {wanted} has no edition of the run {run}.",
            f"It has {_listed([*newest.others, newest.run_id])}; name one of them with --run.",
        )
    return _read(kind, wanted, folder / EDITIONS / run)


def report_names(home: Home, kind: str) -> list[str]:
    """The days or weeks that a report of this kind is published of, oldest first."""
    found = (path.parent.name for path in (home.reports / kind).glob("*/report.json"))
    return sorted(name for name in found if _NAMES[kind].fullmatch(name))


def with_pages(
    report: PublishedReport, shop: str | None = None
) -> tuple[PublishedReport, list[PublishedPage]]:
    """A report and what its pages say, all of one edition: the one that is there by now.

    What is made of them leaves the home folder, so buyers are numbered in place of their hashes.
    Raises ``UsageError`` for a shop that it has not, ``Locked`` while it is being replaced.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_WAIT_SECONDS)
            report = _read(report.kind, report.name, report.folder)
        names = report.page_names(shop)
        try:
            texts = [(report.folder / name).read_text(encoding="utf-8") for name in names]
        except FileNotFoundError:
            continue
        pages = [read_page(name, text) for name, text in zip(names, numbered(texts), strict=True)]
        if all(report.run_id in page.foot for page in pages):
            return report, pages
    raise Locked(
        f"The {report.kind} report of {report.name} is being replaced.", "Run the command again."
    )


def _name(day: date | None, week: date | None) -> str:
    if week is not None:
        return week_name(week)
    return day.isoformat() if day else ""


def _read(kind: str, name: str, folder: Path) -> PublishedReport:
    path = folder / "report.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        report = PublishedReport(kind, name, folder, facts)
        _ = report.run_id, report.shop_ids
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} cannot be read.", f"Write the report anew with `greenzone {kind}`."
        ) from error
    return report


def _nearest(names: Sequence[str], wanted: str) -> list[str]:
    """The reports nearest in time, oldest first."""
    at = _day(wanted)
    return sorted(sorted(names, key=lambda name: abs((_day(name) - at).days))[:_NEAR])


def _day(name: str) -> date:
    return parse_week(name) if "W" in name else date.fromisoformat(name)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
