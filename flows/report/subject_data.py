"""What ``report.json`` says of returns, costs, coverage, stock and settlement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from flows.report.marts.day import LIST_LIMIT
from flows.report.model import Page

_KEYS = ("shop_id", "as_of_on", "order_key")


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in _KEYS} for row in rows[:LIST_LIMIT]]


def _list(frame: pl.DataFrame) -> dict[str, Any]:
    return {"total": frame.height, "rows": _rows(frame.head(LIST_LIMIT).to_dicts())}


def subject_data(page: Page) -> dict[str, Any]:
    """One shop's facts by subject; a mart that the warehouse lacks is null or empty."""
    of = page.day.of
    return {
        "returns_due": {"tally": of.returns.tally, **_list(of.returns.due)},
        "returns_triage": _rows(of.returns.triage),
        "return_rates": _list(of.returns.rates),
        "return_reasons_unmapped": _rows(of.returns.unmapped),
        "return_grades": _rows(of.returns.grades),
        "misrouted_returns": _list(of.costs.misrouted),
        "return_costs": _rows(of.costs.components),
        "unit_economics": {
            "shop": next(iter(_rows([of.costs.economics] if of.costs.economics else [])), None),
            **_list(of.costs.contributions),
        },
        "margin_traps": _list(of.costs.traps),
        "returns_review": _list(of.costs.review),
        "suppliers": _rows(of.costs.suppliers),
        "demand_concentration": next(
            iter(_rows([of.coverage.concentration] if of.coverage.concentration else [])), None
        ),
        "demand_by_state": _rows(of.coverage.demand),
        "network": _rows(of.coverage.options),
        "network_sites": _rows(of.coverage.sites),
        "route_choices": _list(of.coverage.routes),
        "route_deviations": _list(of.coverage.deviations),
        "heroes": _rows(of.stock.heroes),
        "missing_heroes": _rows(of.stock.missing_heroes),
        "content_stock": _list(of.stock.content),
        "fbt_replenishment": _rows(of.stock.replenishment),
        "settlement": {
            "states": of.settlement.states,
            "differs": _list(of.settlement.orders("differs")),
            "missing": _list(of.settlement.orders("missing")),
            "components": _rows(of.settlement.components),
            "residuals": _rows(of.settlement.residuals),
            "fee_checks": _list(of.settlement.fee_checks),
            "unmatched": _list(of.settlement.unmatched),
        },
    }
