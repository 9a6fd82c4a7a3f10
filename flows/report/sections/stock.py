"""Is stock where content goes live, and are the hero SKUs everywhere?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.report.marts.rules import FOLDED, SHOWN
from flows.report.model import (
    Cell,
    Field,
    Fold,
    Page,
    Section,
    Table,
    code,
    day_cell,
    list_caption,
    moment,
    number,
    rate,
    table_of,
    words,
)
from flows.report.sentences.stock import (
    content_sentence,
    hero_sentence,
    replenishment_sentence,
    scattered_sentence,
    stale_sentence,
)

_SHORT = {True: "Short", False: "Enough", None: "Not judged"}


def stock(page: Page) -> Section | None:
    """Is stock where content goes live? None without stock, heroes or a content calendar."""
    marts = page.day.of.stock
    content, heroes = marts.content, marts.heroes
    if content.is_empty() and marts.hero_stock.is_empty() and not marts.replenishment:
        return None
    section = Section("stock", "Is stock where it will sell?", "Stock")
    if content.height:
        section.answers.append(_content_words(page, content))
        section.tables.append(_content(page, content))
        section.downloads.append(page.download("content_stock.csv", "Content and stock (CSV)"))
    due = [row for row in marts.replenishment if row["is_due"]]
    said_of_fbt = replenishment_sentence(due, len(marts.replenishment))
    if heroes and marts.hero_stock.height and (marts.missing_heroes or content.is_empty()):
        section.answers.append(hero_sentence(len(heroes), marts.missing_heroes))
    if due or (marts.replenishment and not section.answers):
        section.answers.append(said_of_fbt)
    if heroes:
        section.folds.append(_hero_fold(page))
    if marts.hero_stock.height:
        section.downloads.append(page.download("hero_stock.csv", "Heroes and long tail (CSV)"))
    if marts.replenishment:
        section.downloads.append(
            page.download("fbt_replenishment.csv", "Shipments to TikTok's warehouse (CSV)")
        )
        section.folds.append(
            Fold(
                "TikTok's warehouse",
                [_replenishment(marts.replenishment)],
                [] if due else [said_of_fbt],
            )
        )
    return section


def short_content(page: Page) -> list[str]:
    """SKUs that go live in the next 14 days without the stock they need."""
    content = page.day.of.stock.content
    if content.is_empty():
        return []
    return sorted(set(content.filter(pl.col("is_short"))["seller_sku"].to_list()))


def _content_words(page: Page, content: pl.DataFrame) -> str:
    short = content.filter(pl.col("is_short"))
    return content_sentence(
        content["seller_sku"].n_unique(),
        short["seller_sku"].n_unique(),
        min(short["goes_live_at"].drop_nulls().to_list(), default=None),
        page.zone,
    )


def _hero_fold(page: Page) -> Fold:
    marts = page.day.of.stock
    first = marts.heroes[0]
    tables = [_heroes(marts.heroes)]
    if marts.missing_heroes:
        tables.insert(0, _missing(marts.missing_heroes))
    said = [
        stale_sentence(first["list_age_days"], first["is_list_stale"]),
        scattered_sentence(marts.scattered),
    ]
    return Fold("The hero SKUs", tables, [text for text in said if text])


def _content(page: Page, frame: pl.DataFrame) -> Table:
    rows = frame.head(SHOWN).to_dicts()
    return table_of(
        list_caption(
            "SKU and site that go live",
            len(rows),
            frame.height,
            "what is short first",
            "SKUs and sites that go live",
        ),
        [
            Field("Goes live", lambda r: moment(r["goes_live_at"], page.zone)),
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("Campaign", lambda r: words(r["campaign"])),
            Field("Site", lambda r: code(r["warehouse_id"])),
            Field("Expected", lambda r: number(r["expected_units"], 0), is_number=True),
            Field("Needed", lambda r: number(r["needed"], 0), is_number=True),
            Field("Available", lambda r: number(r["available"], 0), is_number=True),
            Field("State", lambda r: Cell(_SHORT[r["is_short"]])),
        ],
        rows,
    )


def _missing(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        list_caption(
            "hero missing at an active site",
            len(rows[:FOLDED]),
            len(rows),
            "by SKU",
            "heroes missing at an active site",
        ),
        [
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("Site", lambda r: code(r["warehouse_id"])),
            Field("Available", lambda r: number(r["available"], 0), is_number=True),
            Field("On its way", lambda r: number(r["inbound"], 0), is_number=True),
        ],
        rows[:FOLDED],
    )


def _heroes(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        list_caption("hero SKU", len(rows[:FOLDED]), len(rows), "the largest revenue first"),
        [
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("Named by", lambda r: Cell(_source(r))),
            Field("Since", lambda r: day_cell(r.get("hero_from_on"))),
            Field("Revenue", lambda r: rate(r["revenue_share"]), is_number=True),
            Field("Up to here", lambda r: rate(r["cumulative_share"]), is_number=True),
        ],
        rows[:FOLDED],
    )


def _source(row: Mapping[str, Any]) -> str:
    if row["hero_source"] == "declared":
        return str(row.get("decided_by") or "The shop")
    return "Its revenue"


def _replenishment(rows: Sequence[Mapping[str, Any]]) -> Table:
    return table_of(
        list_caption(
            "SKU in TikTok's warehouse",
            len(rows[:FOLDED]),
            len(rows),
            "the least cover first",
            "SKUs in TikTok's warehouse",
        ),
        [
            Field("SKU", lambda r: words(r["seller_sku"])),
            Field("Available", lambda r: number(r["fbt_available"], 0), is_number=True),
            Field("A day", lambda r: number(r["average_daily_units"]), is_number=True),
            Field("Days of cover", lambda r: number(r["days_of_cover"]), is_number=True),
            Field("Lead days", lambda r: number(r["lead_days"], 0), is_number=True),
            Field("Send", lambda r: number(r["suggested_units"], 0), is_number=True),
            Field("Due", lambda r: Cell("Now" if r["is_due"] else "")),
        ],
        rows[:FOLDED],
    )
