"""The weekly review: did we hold the line, what stands behind it, what must be decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.report.context import ReportContext
from flows.report.formats import zone_label
from flows.report.model import Page, Section, ShopPage
from flows.report.render import empty_verdict, period, render_folder
from flows.report.sections.coverage import coverage, network
from flows.report.sections.coverage_change import with_change
from flows.report.sections.delivery import delivery
from flows.report.sections.drivers import what_drove_it
from flows.report.sections.promises import promises
from flows.report.sections.rates import rate_rows
from flows.report.sections.restated import restated_note
from flows.report.sections.returns import returns
from flows.report.sections.returns_cost import returns_cost, routes_of_grades
from flows.report.sections.review import decisions, held_the_line
from flows.report.sections.routes import routes
from flows.report.sections.settlement import settlement
from flows.report.sections.stock import stock
from flows.report.sections.traps import suppliers, traps
from flows.report.sections.trust import built_sentence, defaults_note, reach_sentence, trust
from flows.report.sentences.rates import verdict


def render_weekly(warehouse: Path, out_dir: Path, context: ReportContext) -> list[Path]:
    """Write the review of the ISO week that ends on ``context.as_of_on`` into ``out_dir``.

    ``warehouse``: a DuckDB file with the schema ``marts``, opened read-only. Writes
    ``index.html``, ``report.json`` and the CSV files; returns the paths written. Raises
    ``ValueError`` where the day is no Sunday or there is no shop, ``duckdb.Error`` where a
    mart is missing.
    """
    if context.as_of_on.isoweekday() != 7:
        raise ValueError(f"a weekly review stands at a Sunday, not at {context.as_of_on}")
    return render_folder("weekly", warehouse, out_dir, context, _build)


def _build(page: Page) -> ShopPage:
    day, context = page.day, page.context
    asked = [*(_judged(page) if day.headline else ()), trust(page)]
    sections = [section for section in asked if section is not None]
    notes = [
        restated_note(page),
        reach_sentence(page),
        built_sentence(page),
        defaults_note(page),
        *context.notes,
    ]
    return ShopPage(
        page,
        verdict(day.headline) if day.headline else empty_verdict(page),
        "weekly.html.j2",
        {
            "eyebrow": [
                day.shop.name,
                period("weekly", day.as_of_on),
                zone_label(day.shop.timezone, day.ends_at),
            ],
            "notes": [note for note in notes if note],
            "rates": rate_rows(page, "line"),
            "outlook": [],
            "tasks": [],
            "decisions": decisions(page) if day.headline else [],
            "sections": sections,
        },
    )


def _judged(page: Page) -> Iterator[Section | None]:
    """The sections of a week with rates; None for what an older warehouse cannot answer."""
    yield held_the_line(page)
    if not page.day.is_built:
        return
    yield what_drove_it(page)
    yield promises(page)
    yield delivery(page)
    yield returns(page, closed_only=True)
    yield traps(page, is_review=True)
    yield returns_cost(page)
    yield routes_of_grades(page)
    yield suppliers(page)
    yield with_change(page, coverage(page))
    yield network(page)
    yield stock(page)
    yield routes(page)
    yield settlement(page, is_review=True)
