"""Lays the index of all reports out: newest first, a calendar, a search, what was restated."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from flows.calendar import week_name
from flows.foreign_text import in_json
from flows.report.formats import format_date, plural
from flows.report.index.model import Changes, Index, Report, Restated, made_words
from flows.report.render import html
from flows.report.rule_words import CHANGE_WORDS, words_of
from flows.report.sentences.ahead import joined
from flows.report.sentences.rates import STATUSES

MONTHS_SHOWN = 3
"""Months of the calendar that are open at once; earlier ones are folded by year."""

WEEKS_SHOWN, WEEKS_LISTED = 6, 26
"""Reviews in the open table, and with the folded one; all are in the calendar and the search."""

RESTATED_SHOWN, EDITIONS_LISTED = 60, 120
"""Restated reports with a row, and other editions that are linked; so the page stays small."""

_CODES = {name: str(place) for place, name in enumerate(STATUSES)}


@dataclass(frozen=True)
class Day:
    """A day of the calendar; ``href`` is empty where it has no report.

    ``anchor``: where the page of a restated report leads that has no row; else empty.
    """

    day: date
    status: str
    href: str
    is_restated: bool
    anchor: str = ""

    @property
    def style(self) -> str:
        """The class of its cell."""
        return f"k{_CODES[self.status]}" if self.status else "k"

    @property
    def word(self) -> str:
        """Its status for who does not see the shape."""
        return STATUSES[self.status].word if self.status else "No rate"


@dataclass(frozen=True)
class Week:
    """A row of a month: the ISO week and seven days, None for those of other months."""

    label: str
    name: str
    href: str
    days: tuple[Day | None, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Month:
    """A month of the calendar; ``anchor`` is ``2026-11``."""

    anchor: str
    name: str
    weeks: tuple[Week, ...]


def render_index(index: Index) -> bytes:
    """The page as bytes. Raises ``ValueError`` without a report."""
    if not index.reports:
        raise ValueError("an index needs at least one report")
    daily = [report for report in index.reports if not report.is_weekly]
    weekly = [report for report in index.reports if report.is_weekly]
    lead = (daily or weekly)[0]
    months = _months(index, daily, weekly)
    return html(
        "index.html.j2",
        more="index",
        title=lead.verdict or "Reports",
        eyebrow=["All reports", *_whose(index.shops), f"newest {_when(lead)}"],
        context=index,
        newest=[
            {
                "kind": "Weekly review" if report.is_weekly else "Daily report",
                "when": _when(report),
                "href": _href(report),
                "base": f"{quote(report.name)}/",
                "report": report,
                "shops": index.newest.get(report.name, ()),
            }
            for report in (*daily[:1], *weekly[:1])
        ],
        shown=months[:MONTHS_SHOWN],
        folded=_by_year(months[MONTHS_SHOWN:]),
        legend=[(f"k{_CODES[name]}", status.word) for name, status in STATUSES.items()],
        gap=_gap_sentence(index, daily),
        weeks=[_week_row(report) for report in weekly[:WEEKS_LISTED]],
        weeks_shown=WEEKS_SHOWN,
        week_count=len(weekly),
        restated=list(_restated_rows(index.restated)),
        restated_count=len(index.restated),
        answer=_restated_sentence(index.restated),
        what_ifs=[
            {"href": f"../what_if/{quote(found.policy)}/index.html", "found": found}
            for found in index.what_ifs
        ],
        count=len(daily),
        data=_search_data(index),
    )


def _whose(shops: Sequence[str]) -> list[str]:
    return [shops[0] if len(shops) == 1 else plural(len(shops), "shop")] if shops else []


def _when(report: Report) -> str:
    if not report.is_weekly:
        return format_date(report.as_of_on, year=True)
    return f"week {report.label}, to {format_date(report.as_of_on, weekday=False)}"


def _href(report: Report) -> str:
    return f"{quote(report.name)}/index.html"


def _months(index: Index, daily: Sequence[Report], weekly: Sequence[Report]) -> list[Month]:
    """Every month from the oldest day that is known to the newest, the newest first."""
    links = {report.as_of_on: report for report in daily}
    reviews = {report.label: report for report in weekly}
    changed = {
        found.report.name: "" if place < RESTATED_SHOWN else found.report.label
        for place, found in enumerate(index.restated)
    }
    # How it ended is what its report says; the marts know it of days that have none.
    statuses = {**index.days, **{day: report.status for day, report in links.items()}}
    days = sorted({*statuses, *(report.as_of_on for report in weekly)})
    found = []
    month = days[-1].replace(day=1)
    while month >= days[0].replace(day=1):
        weeks = []
        following = (month + timedelta(days=31)).replace(day=1)
        monday = month - timedelta(days=month.weekday())
        while monday < following:
            row = [_day(monday + timedelta(days=n), statuses, links, changed) for n in range(7)]
            review = reviews.get(week_name(monday))
            kept = tuple(
                day if month <= monday + timedelta(days=n) < following else None
                for n, day in enumerate(row)
            )
            if review or any(kept):
                label = week_name(monday)
                href = _href(review) if review else ""
                # A week of two months is in both: its place is in the month of its Sunday.
                is_here = review is not None and review.as_of_on.month == month.month
                anchor = changed.get(review.name, "") if review and is_here else ""
                weeks.append(Week(label[5:], label, href, kept, anchor))
            monday += timedelta(days=7)
        if weeks:
            found.append(Month(f"{month:%Y-%m}", f"{month:%B %Y}", tuple(weeks)))
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def _day(
    day: date,
    statuses: Mapping[date, str],
    links: Mapping[date, Report],
    changed: Mapping[str, str],
) -> Day | None:
    if day not in statuses:
        return None
    report = links.get(day)
    if report is None:
        return Day(day, statuses[day], "", False)
    name = report.name
    return Day(day, statuses[day], _href(report), name in changed, changed.get(name, ""))


def _by_year(months: Sequence[Month]) -> list[tuple[str, list[Month]]]:
    years: dict[str, list[Month]] = defaultdict(list)
    for month in months:
        years[month.anchor[:4]].append(month)
    return list(years.items())


def _gap_sentence(index: Index, daily: Sequence[Report]) -> str:
    """Which days have numbers and no report, and the command that writes them; else empty."""
    missing = sorted(set(index.days) - {report.as_of_on for report in daily})
    if not missing:
        return ""
    span = f"--from {missing[0]} --to {missing[-1]}"
    verb = "has" if len(missing) == 1 else "have"
    return (
        f"{plural(len(missing), 'day')} without a link {verb} numbers and no report: "
        f"`greenzone backfill {span}` writes them."
    )


def _week_row(report: Report) -> dict[str, Any]:
    return {
        "label": report.label,
        "href": _href(report),
        "to": format_date(report.as_of_on, year=True, weekday=False),
        "status": report.status,
        "verdict": report.verdict,
    }


def _restated_sentence(found: Sequence[Restated]) -> str:
    if not found:
        return "No report was restated: each stands as it was first published."
    written = sum(bool(item.earlier) for item in found)
    back = sum(bool(item.later) for item in found)
    older = sum(bool(item.since.numbers) for item in found)
    linked = sum(len(row["editions"]) for row in _restated_rows(found))
    kept = sum(len(item.earlier) + len(item.later) for item in found)
    said = []
    if written:
        said.append(f"{plural(written, 'report')} {_was(written)} written anew.")
    if back:
        said.append(f"{plural(back, 'report')} {_was(back)} rolled back.")
    if kept > linked:
        said.append(
            f"{linked} of {kept:,} other editions that are kept are linked, those of the newest "
            "reports first."
        )
    elif kept:
        said.append("Each other edition that is kept is linked.")
    if older:
        said.append(f"{plural(older, 'report')} {'is' if older == 1 else 'are'} older than the "
                    "numbers in the warehouse.")  # fmt: skip
    return " ".join(said)


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _restated_rows(found: Sequence[Restated]) -> Iterator[dict[str, Any]]:
    """A row for each of the newest reports; links of its editions as long as they last."""
    left = EDITIONS_LISTED
    for item in found[:RESTATED_SHOWN]:
        report = item.report
        runs = [*item.later, *item.earlier]
        linked = runs[:left]
        left -= len(linked)
        yield {
            "anchor": report.label,
            "when": format_date(report.as_of_on, year=True)
            if not report.is_weekly
            else f"Week {report.label}",
            "href": _href(report),
            "why": _why(item),
            "newest": made_words(report.run_id),
            "editions": [
                {
                    "href": f"{quote(report.name)}/editions/{quote(run)}/index.html",
                    "at": made_words(run),
                    "is_later": run in item.later,
                }
                for run in linked
            ],
            "more": len(runs) - len(linked),
        }


def _why(item: Restated, *, with_mend: bool = True) -> str:
    said = []
    if item.later:
        said.append(
            f"Rolled back: {plural(len(item.later), 'later edition')} "
            f"{'is' if len(item.later) == 1 else 'are'} kept."
        )
    if item.earlier:
        said.append(
            f"{_changed(item.changes)}."
            if item.changes.numbers
            else "Written anew; no judged number changed."
        )
    if item.since.numbers:
        report = item.report
        mend = (
            f"greenzone weekly --week {report.label}"
            if report.is_weekly
            else f"greenzone backfill --from {report.label} --to {report.label}"
        )
        said.append(
            f"{_changed(item.since)} since it was written" + (f": `{mend}`." if with_mend else ".")
        )
    return " ".join(said)


def _changed(found: Changes) -> str:
    """``2 judged numbers changed (new files)``."""
    causes = joined([words_of(CHANGE_WORDS, cause).lower() for cause in found.causes])
    return f"{plural(found.numbers, 'judged number')} changed ({causes})"


def _search_data(index: Index) -> Markup:
    """What the script searches: by report the code of its status, its verdict, its bad shops.

    What hundreds of reports share is written once: how verdicts begin, and why they changed.
    """
    why = {item.report.name: _why(item, with_mend=False) for item in index.restated}
    reasons = sorted(set(why.values()))
    starts = sorted({_parts(report.verdict)[0] for report in index.reports})
    rows: dict[bool, list[list[Any]]] = {True: [], False: []}
    for report in index.reports:
        start, rest = _parts(report.verdict)
        bad = "; ".join(f"{name}: {STATUSES[status].word}" for name, status in report.worst)
        row: list[Any] = [report.label, _CODES.get(report.status, ""), starts.index(start), rest]
        if report.name in why:
            row += [bad, reasons.index(why[report.name])]
        elif bad:
            row.append(bad)
        rows[report.is_weekly].append(row)
    content = {
        "days": rows[False],
        "weeks": rows[True],
        "words": [status.word for status in STATUSES.values()],
        "starts": starts,
        "reasons": reasons,
    }
    text = in_json(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    # Within a script element nothing but its end tag is markup.
    return Markup(text.replace("<", "\\u003c"))


def _parts(verdict: str) -> tuple[str, str]:
    """A verdict up to its colon, and the rest."""
    start, colon, rest = verdict.partition(": ")
    return (f"{start}{colon}", rest) if colon else ("", verdict)
