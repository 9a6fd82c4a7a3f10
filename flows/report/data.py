"""``report.json``: the numbers of the page for machines, straight from the marts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from flows.foreign_text import in_json
from flows.report.context import ReportContext
from flows.report.marts.day import LIST_LIMIT
from flows.report.model import ShopPage
from flows.report.rule_data import rule_data
from flows.report.sections.drivers import Change, changes, is_compared
from flows.report.sections.trust import defaults_note, reach_sentence
from flows.report.sentences.drivers import parts_of
from flows.report.sentences.rates import HEADLINE_BASIS, not_judged_sentence, row_sentence
from flows.report.subject_data import subject_data

FORMAT = 1
"""Goes up when a key of the JSON changes its meaning or goes away."""

_KEYS = ("shop_id", "as_of_on")


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in _KEYS} for row in rows]


def _list(frame: pl.DataFrame) -> dict[str, Any]:
    return {"total": frame.height, "rows": _rows(frame.head(LIST_LIMIT).to_dicts())}


def _rate(row: dict[str, Any]) -> dict[str, Any]:
    has_words = row["is_judged"] or row["basis"] == HEADLINE_BASIS
    return {**row, "sentence": row_sentence(row) if has_words else None}


def shop_data(made: ShopPage, worklists: Sequence[str]) -> dict[str, Any]:
    """One shop's numbers; ``worklists``: paths of its files, seen from the JSON."""
    page = made.page
    day, shop = page.day, page.day.shop
    return {
        "shop_id": shop.shop_id,
        "name": shop.name,
        "market": shop.market,
        "timezone": shop.timezone,
        "currency": shop.currency,
        "is_declared": shop.is_declared,
        "verdict": made.verdict,
        "notes": [text for text in (reach_sentence(page), defaults_note(page)) if text],
        "rates": _rows([_rate(row) for row in day.rates.to_dicts()]),
        "outlook": list(made.variables["outlook"]),
        "tasks": [
            {"act": task.act, "deadline": task.deadline, "list": task.csv}
            for task in made.variables["tasks"]
        ],
        "open_orders": (
            {name: bucket["orders"] for name, bucket in day.buckets.items()}
            if day.has_lists
            else None
        ),
        "dispatch_by_warehouse": _rows(day.warehouses),
        "tracking_defects": _rows(day.tracking_defects),
        "cancellations_weekly": _rows(day.cancellation_weeks.to_dicts()),
        "cancellation_reasons": _rows(day.cancellation_reasons[:LIST_LIMIT]),
        "delivery_by_carrier": _rows(day.carriers),
        "returns_by_sku": _list(day.returns("sku")),
        "returns_by_creator": _list(day.returns("creator")),
        "zone_coverage": _rows(day.coverage.to_dicts()),
        "feeds": _rows(day.feeds),
        "freshness": _rows(day.freshness),
        "refused_files": day.refused_files,
        "not_judged": [
            {
                **row,
                "sentence": not_judged_sentence(row["subject"], row["reason"], row["mend_feed"]),
            }
            for row in _rows(day.not_judged)
        ],
        "data_quality_issues": _rows(day.issues[:LIST_LIMIT]),
        **rule_data(page),
        **subject_data(page),
        "sentences": {
            section.anchor: list(section.answers) for section in made.variables["sections"]
        },
        "gates": [dict(gate) for gate in page.context.gates_of(shop.shop_id)],
        "worklists": list(worklists),
    }


def week_data(made: ShopPage) -> dict[str, Any]:
    """What a weekly review adds: the five weeks, what moved them, and the decisions asked."""
    page = made.page
    weeks, of = page.day.weeks().to_dicts(), page.day.of.weekly
    return {
        "weeks": [{k: v for k, v in row.items() if k != "shop_id"} for row in weeks],
        "rate_drivers": [_change(driven) for driven in changes(page)],
        "promises": _rows(of.promises),
        "coverage_before": {"as_of_on": of.slope_from_on, "states": _rows(of.earlier_coverage)},
        "decisions": [vars(decision) for decision in made.variables["decisions"]],
    }


def _change(driven: Change) -> dict[str, Any]:
    return {
        "metric": driven.metric,
        "sentence": driven.sentence,
        "explained_by": [name for name in driven.dimensions if driven.is_explained],
        "dimensions": {
            name: {
                "parts": [vars(part) for part in parts_of(rows)] if is_compared(rows) else [],
                **_list(pl.DataFrame(rows).drop("metric", "dimension", "basis", strict=False)),
            }
            for name, rows in driven.rows.items()
        },
    }


def report_json(kind: str, context: ReportContext, shops: Sequence[Mapping[str, Any]]) -> bytes:
    """The whole file: dates ISO, moments UTC with ``Z``, money as text with its cents."""
    content = {
        "format": FORMAT,
        "kind": kind,
        "run_id": context.run_id,
        "as_of_on": context.as_of_on,
        "generated": context.generated,
        "notes": list(context.notes),
        "shops": list(shops),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False, default=_plain)
    return (in_json(text) + "\n").encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='seconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
