"""The daily report: are we in the green zone, what hurts next, what to do today."""

from __future__ import annotations

from pathlib import Path

from flows.report.context import ReportContext
from flows.report.formats import format_date, zone_label
from flows.report.model import Page, Section, ShopPage
from flows.report.render import empty_verdict, render_folder
from flows.report.sections.cancellations import cancellations
from flows.report.sections.delivery import coverage, delivery
from flows.report.sections.rates import outlook, rate_rows, tasks
from flows.report.sections.returns import returns
from flows.report.sections.ship_first import ship_first
from flows.report.sections.shipping import dispatch
from flows.report.sections.tracking import tracking
from flows.report.sections.trust import built_sentence, defaults_note, reach_sentence, trust
from flows.report.sentences import verdict


def render_daily(warehouse: Path, out_dir: Path, context: ReportContext) -> list[Path]:
    """Write the daily report as of ``context.as_of_on`` into ``out_dir``.

    ``warehouse``: a DuckDB file with the schema ``marts``, opened read-only. Writes
    ``index.html``, ``report.json`` and the worklists; returns the paths written. Raises
    ``ValueError`` without a shop, ``duckdb.Error`` where a mart is missing.
    """
    return render_folder("daily", warehouse, out_dir, context, _build)


def _build(page: Page) -> ShopPage:
    day, context = page.day, page.context
    rows = rate_rows(page)
    sections: list[Section] = []
    if day.headline:
        sections = [
            dispatch(page),
            ship_first(page),
            tracking(page),
            cancellations(page),
            delivery(page),
        ]
        if day.is_built:
            sections += [returns(page), coverage(page)]
    sections.append(trust(page))
    notes = [reach_sentence(page), built_sentence(page), defaults_note(page), *context.notes]
    return ShopPage(
        page,
        verdict(day.headline) if day.headline else empty_verdict(page),
        "daily.html.j2",
        {
            "eyebrow": [
                day.shop.name,
                format_date(day.as_of_on, year=True),
                zone_label(day.shop.timezone, day.ends_at),
            ],
            "notes": [note for note in notes if note],
            "rates": rows,
            "outlook": outlook(page) if day.headline else [],
            "tasks": tasks(page),
            "sections": sections,
        },
    )
