"""The daily report: are we in the green zone, what hurts next, what to do today."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.report.context import ReportContext
from flows.report.formats import format_date, zone_label
from flows.report.model import Page, Section, ShopPage
from flows.report.render import empty_verdict, render_folder
from flows.report.sections.ahead import ahead
from flows.report.sections.cancellations import cancellations
from flows.report.sections.causes import causes
from flows.report.sections.coverage import coverage
from flows.report.sections.delivery import delivery
from flows.report.sections.health import health
from flows.report.sections.indicators import indicators
from flows.report.sections.rates import judged_window, other_window, policy_words, rate_rows
from flows.report.sections.restated import restated_note
from flows.report.sections.returns import returns
from flows.report.sections.returns_due import returns_due
from flows.report.sections.settlement import settlement
from flows.report.sections.ship_first import ship_first
from flows.report.sections.shipping import dispatch
from flows.report.sections.stock import stock
from flows.report.sections.today import outlook, tasks
from flows.report.sections.tracking import tracking
from flows.report.sections.traps import traps
from flows.report.sections.trust import built_sentence, defaults_note, reach_sentence, trust
from flows.report.sentences.rates import verdict, window_words


def render_daily(warehouse: Path, out_dir: Path, context: ReportContext) -> list[Path]:
    """Write the daily report as of ``context.as_of_on`` into ``out_dir``.

    ``warehouse``: a DuckDB file with the schema ``marts``, opened read-only. Writes
    ``index.html``, ``report.json`` and the worklists; returns the paths written. Raises
    ``ValueError`` without a shop, ``duckdb.Error`` where a mart is missing.
    """
    return render_folder("daily", warehouse, out_dir, context, _build)


def _build(page: Page) -> ShopPage:
    day, context = page.day, page.context
    notes = [
        restated_note(page),
        reach_sentence(page),
        built_sentence(page),
        defaults_note(page),
        *context.notes,
    ]
    rows = rate_rows(page)
    asked = [*(_judged(page) if day.headline else ()), trust(page)]
    sections = [section for section in asked if section is not None]
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
            "window": window_words(judged_window(page)),
            "other_window": "30 days" if other_window(page) == "rolling_30d" else "7 days",
            "rule_notes": policy_words(page),
            "outlook": outlook(page) if day.headline else [],
            "tasks": tasks(page),
            "sections": sections,
        },
    )


def _judged(page: Page) -> Iterator[Section | None]:
    """The sections of a day with rates; None for what an older warehouse cannot answer."""
    yield ahead(page)
    yield indicators(page)
    yield health(page)
    yield dispatch(page)
    yield ship_first(page)
    yield causes(page)
    yield tracking(page)
    yield cancellations(page)
    yield delivery(page)
    if page.day.is_built:
        yield returns(page)
        yield returns_due(page)
        yield traps(page)
        yield stock(page)
        yield coverage(page)
        yield settlement(page)
