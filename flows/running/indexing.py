"""Writes `reports/index.html` into the staging of whatever changes the published reports.

One line on each report is kept in `warehouse/private/index.json`, by the run that wrote the newest
edition, so that no page is read twice: what is not there is read from the report's own
`report.json`. The file may be lost at any time; the next publication makes it again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.home.files import read_json, write_json
from flows.home.layout import Home
from flows.home.publications import EDITIONS, editions_of
from flows.home.publish import Publication
from flows.home.state import PublicationState
from flows.warehouse.published import readable

if TYPE_CHECKING:
    from flows.report.index.model import Report, Restated, ShopVerdict, WhatIf
    from flows.report.index.numbers import Changed

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_HEAD = 4096


def stage(publication: Publication, state: PublicationState, generated: str) -> None:
    """Stage the index of all reports as they will be once the publication's steps are done.

    state: as it will be then. To be called after every other step but the run's record is known.
    Stages nothing where there is no report.
    """
    from flows.report.index.model import Index
    from flows.report.index.numbers import read_numbers
    from flows.report.index.page import render_index

    home = publication.home
    reports, newest = _reports(publication, state)
    if not reports:
        return
    warehouse = readable(_at(publication, home.published), home.work)
    statuses, changed = read_numbers(warehouse, state.shops) if warehouse else ({}, {})
    index = Index(
        run_id=publication.run_id,
        generated=generated,
        shops=_names(newest.values()),
        reports=reports,
        newest=newest,
        days=statuses,
        restated=tuple(_restated(publication, reports, changed)),
        what_ifs=tuple(_what_ifs(home)),
    )
    page = home.reports / "index.html"
    publication.path(page).write_bytes(render_index(index))
    publication.replace_file(page)


class Editions:
    """Which editions of the reports there are after a publication, whose steps are known by now."""

    def __init__(self, publication: Publication) -> None:
        self._home = publication.home
        self._dropped = {step["path"] for step in publication.steps if step["do"] == "drop"}
        self._archived = dict(publication.archived)

    def of(self, name: str, newest: str) -> list[str]:
        """The runs whose other editions of a report are there, newest first.

        newest: the run of the edition that the report's folder itself will hold.
        """
        report = self._home.reports / name
        where = report.relative_to(self._home.root).as_posix()
        found = editions_of(report, self._archived.get(report))
        return [
            run
            for run in sorted(found - {newest}, reverse=True)
            if f"{where}/{EDITIONS}/{run}" not in self._dropped
        ]


def _cache(home: Home) -> Path:
    return home.private / "index.json"


def _at(publication: Publication, target: Path) -> Path:
    """What will lie at `target`: what is staged for it, else what is there."""
    staged = publication.staged / target.relative_to(publication.home.root)
    return staged if staged.exists() else target


def _reports(
    publication: Publication, state: PublicationState
) -> tuple[tuple[Report, ...], dict[str, list[ShopVerdict]]]:
    """Every report, newest first, and every shop's verdict in the newest day and week."""
    from flows.report.index.model import Report, summary, verdicts_of

    home = publication.home
    known = _known(home)
    found = []
    for name, edition in state.editions.items():
        run_id = str(edition["run_id"])
        line = known.get(name)
        if line is None or line.run_id != run_id:
            content = _content(publication, name)
            line = Report(name, run_id, "", "")
            if content is not None:
                line = summary(name, run_id, content)
        found.append(line)
    found.sort(key=lambda report: (report.as_of_on, report.name), reverse=True)
    if found and {report.name: report for report in found} != known:
        path = _cache(home)
        write_json(publication.path(path), [asdict(report) for report in found])
        publication.replace_file(path)
    newest = {}
    for kind in ("daily/", "weekly/"):
        first = next((report for report in found if report.name.startswith(kind)), None)
        content = _content(publication, first.name) if first else None
        if first and content is not None:
            newest[first.name] = verdicts_of(content)
    return tuple(found), newest


def _known(home: Home) -> dict[str, Report]:
    from flows.report.index.model import Report

    try:
        listed = read_json(_cache(home)) or []
        lines = [
            Report(**{**line, "worst": tuple((name, status) for name, status in line["worst"])})
            for line in listed
        ]
    except (ValueError, TypeError, KeyError):
        return {}
    return {line.name: line for line in lines}


def _content(publication: Publication, name: str) -> dict[str, Any] | None:
    """A report's numbers, None where they cannot be read or are of an older form."""
    path = _at(publication, publication.home.reports / name / "report.json")
    try:
        content = read_json(path)
        return content if content and all("rates" in shop for shop in content["shops"]) else None
    except (ValueError, KeyError, TypeError):
        return None


def _names(newest: Iterable[list[ShopVerdict]]) -> tuple[str, ...]:
    return tuple(sorted({shop.name for shops in newest for shop in shops}))


def _restated(
    publication: Publication, reports: Iterable[Report], changed: Changed
) -> Iterable[Restated]:
    from flows.report.index.model import Restated
    from flows.report.index.numbers import changes

    editions = Editions(publication)
    for report in reports:
        others = editions.of(report.name, report.run_id)
        # Where people went back, editions that came later lie beside the one that is shown.
        earlier = tuple(run for run in others if run < report.run_id)
        later = tuple(run for run in others if run > report.run_id)
        found = changed.get(report.as_of_on, [])
        item = Restated(
            report,
            earlier,
            changes(found, min(earlier), report.run_id) if earlier else changes((), ""),
            changes(found, report.run_id),
            later,
        )
        if others or item.since.numbers:
            yield item


def _what_ifs(home: Home) -> Iterable[WhatIf]:
    from flows.report.index.model import WhatIf

    for page in sorted((home.root / "what_if").glob("*/index.html")):
        with page.open(encoding="utf-8", errors="replace") as handle:
            title = _TITLE.search(handle.read(_HEAD))
        yield WhatIf(page.parent.name, html.unescape(title.group(1)) if title else "")
