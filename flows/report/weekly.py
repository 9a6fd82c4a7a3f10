"""The weekly review: did we hold the line, what stands behind it, what must be decided."""

from __future__ import annotations

from pathlib import Path

from flows.report.context import ReportContext
from flows.report.formats import zone_label
from flows.report.model import Page, Section, ShopPage
from flows.report.render import empty_verdict, period, render_folder
from flows.report.sections.delivery import coverage, delivery
from flows.report.sections.rates import rate_rows
from flows.report.sections.returns import returns
from flows.report.sections.review import decisions, drivers, held_the_line
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
    sections: list[Section] = []
    if day.headline:
        sections = [held_the_line(page)]
        if day.is_built:
            sections += [
                drivers(page),
                delivery(page),
                returns(page, closed_only=True),
                coverage(page),
            ]
    sections.append(trust(page))
    notes = [reach_sentence(page), built_sentence(page), defaults_note(page), *context.notes]
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
