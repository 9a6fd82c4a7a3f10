"""What ``report.json`` says of the rule book: the same facts and sentences as the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.report.marts.day import LIST_LIMIT
from flows.report.model import Page
from flows.report.policy import assumed_metrics
from flows.report.sections.ahead import rate_sentences
from flows.report.sections.rates import policy_words
from flows.report.sections.restated import restated, restated_words, rule_words
from flows.report.sentences.indicators import diagnosis_sentence, fulfillment_sentence

_KEYS = ("shop_id", "as_of_on")


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in _KEYS} for row in rows]


def _list(frame: pl.DataFrame, keep_day: bool = False) -> dict[str, Any]:
    rows = frame.head(LIST_LIMIT).to_dicts()
    dropped = ("shop_id",) if keep_day else _KEYS
    return {
        "total": frame.height,
        "rows": [{k: v for k, v in row.items() if k not in dropped} for row in rows],
    }


def _policy(page: Page) -> dict[str, Any] | None:
    if not page.day.headline:
        return None
    version = str(page.day.headline[0]["policy_version"])
    return {
        "policy_version": version,
        "assumed": assumed_metrics(version),
        "sentences": [said for said in (*policy_words(page), *rule_words(page)) if said],
    }


def rule_data(page: Page) -> dict[str, Any]:
    """One shop's facts of the rule book; a mart that the warehouse lacks is null or empty."""
    rules = page.day.rules
    return {
        "policy": _policy(page),
        "rate_outlook": _rows(rules.outlook),
        "rate_outlook_sentences": rate_sentences(page),
        "handling_capacity": _rows(rules.capacity),
        "open_orders_waiting": _rows(rules.waiting),
        "open_orders_by_age": rules.ages,
        "prepared_unscanned": _list(rules.prepared_unscanned),
        "late_causes": rules.causes,
        "late_segments": _rows(rules.segments[:LIST_LIMIT]),
        "late_appeals": rules.appeals,
        "tracking_by": rules.tracking_by,
        "fulfillment": [
            {**row, "sentence": fulfillment_sentence(row)} for row in _rows(rules.fulfillment)
        ],
        "product_cancellations": _list(rules.product_cancellations),
        "account_health": next(iter(_rows([rules.health] if rules.health else [])), None),
        "account_health_waterfall": _rows(rules.waterfall),
        "compound_risk": next(iter(_rows([rules.compound] if rules.compound else [])), None),
        "promotions": _rows(rules.promotions),
        "seven_indicators": _rows(rules.indicators),
        "diagnoses": [
            {**row, "sentence": diagnosis_sentence(row, has_tickets=rules.has_tickets)}
            for row in _rows(rules.diagnoses)
        ],
        "restated_sentence": restated_words(page),
        "restatements": _list(restated(page), keep_day=True),
    }
