"""Lays out pages: the Jinja environment, the page shell, and the files of a report folder."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from flows.foreign_text import in_markup
from flows.report.context import ReportContext, Shop
from flows.report.data import report_json, shop_data, week_data
from flows.report.formats import format_date
from flows.report.marts.day import ShopDay
from flows.report.model import Page, ShopPage
from flows.report.overview import overview_title, page_name
from flows.report.sentences.rates import STATUSES
from flows.report.terms import Glossary
from flows.report.tokens import css_variables
from flows.report.worklists.write import worklist_path, write_worklists

_TEMPLATES = Path(__file__).parent / "templates"
_CODE = re.compile(r"`([^`]+)`")


Builder = Callable[[Page], ShopPage]


def ticks(text: str) -> Markup:
    """Plain text as HTML: escaped, then what stands in back ticks becomes code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates with autoescape on; an undefined variable is an error."""
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["ticks"] = ticks
    env.filters["quote"] = quote
    env.globals["statuses"] = STATUSES
    return env


@lru_cache(maxsize=2)
def _shell(more: str = "") -> dict[str, Any]:
    """Style, script and policy; ``more``: a template whose own style and script are added."""

    def text(suffix: str, shared: str) -> str:
        names = [shared, *([f"{more}.{suffix}"] if more else [])]
        return "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in names)

    style = css_variables() + text("css", "style.css")
    script = text("js", "page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # Nothing but the page's own style and this one script may load or run.
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}


def period(kind: str, as_of_on: date) -> str:
    """What a report covers: ``Mon Nov 23, 2026`` or ``Week 2026-W47, to Nov 22, 2026``."""
    if kind == "daily":
        return format_date(as_of_on, year=True)
    year, week, _ = as_of_on.isocalendar()
    return f"Week {year}-W{week:02d}, to {format_date(as_of_on, year=True, weekday=False)}"


def html(template: str, more: str = "", **variables: Any) -> bytes:
    """One page as bytes; ``more``: also with the style and script of this name."""
    shell = {**_shell(more), "terms": Glossary()}
    text = environment().get_template(template).render(**shell, **variables)
    return (in_markup(text.rstrip()) + "\n").encode()


def empty_verdict(page: Page) -> str:
    """Why a day has no rates: no order was ever read, or none is known by then."""
    if page.day.last_day_on is None:
        return "No order export of this shop has been read yet."
    return f"No order is known by {format_date(page.day.as_of_on, year=True)}."


def render_folder(
    kind: str, warehouse: Path, out_dir: Path, context: ReportContext, build: Builder
) -> list[Path]:
    """Write a report folder for every shop of the context; returns the paths written.

    One shop: ``index.html`` is its report. Several: an overview that links ``<shop_id>.html``,
    and worklists in a folder a shop. Raises ``ValueError`` without a shop, ``duckdb.Error``
    where a mart is missing.
    """
    if not context.shops:
        raise ValueError("a report needs at least one shop")
    out_dir.mkdir(parents=True, exist_ok=True)
    several = len(context.shops) > 1
    written: list[Path] = []
    shops: list[tuple[Shop, ShopPage]] = []
    data: list[dict[str, Any]] = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for shop in sorted(context.shops, key=lambda shop: shop.shop_id):
            folder = worklist_path(shop.shop_id, "", len(context.shops))
            day = ShopDay(connection, shop, context.as_of_on, context.has_order_lists)
            lists = write_worklists(day, out_dir / folder, with_orders=kind == "daily")
            made = build(Page(day, context, folder))
            name = page_name(shop.shop_id) if several else "index.html"
            path = out_dir / name
            path.write_bytes(
                html(
                    made.template,
                    overview="index.html" if several else "",
                    title=made.verdict,
                    context=context,
                    shop=shop,
                    **made.variables,
                )
            )
            written += [*lists, path]
            shops.append((shop, made))
            numbers = shop_data(made, [f"{folder}{item.name}" for item in lists])
            data.append({**numbers, **(week_data(made) if kind == "weekly" else {})})
    if several:
        overview = out_dir / "index.html"
        overview.write_bytes(_overview(kind, context, shops))
        written.append(overview)
    report = out_dir / "report.json"
    report.write_bytes(report_json(kind, context, data))
    return [*written, report]


def _overview(kind: str, context: ReportContext, shops: Sequence[tuple[Shop, ShopPage]]) -> bytes:
    def worst(made: ShopPage) -> int:
        return min((STATUSES[r["status"]].severity for r in made.page.day.headline), default=9)

    ordered = sorted(shops, key=lambda pair: (worst(pair[1]), pair[0].shop_id))
    return html(
        "overview.html.j2",
        title=overview_title([worst(made) for _, made in ordered]),
        kind=kind,
        when=period(kind, context.as_of_on),
        context=context,
        shops=[
            {
                "shop": shop,
                "href": quote(page_name(shop.shop_id)),
                "verdict": made.verdict,
                **made.variables,
            }
            for shop, made in ordered
        ],
    )
