"""Sentences on the seven indicators, on diagnoses, and on the daily fulfillment rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flows.report.formats import format_date, format_line, format_rate, plural
from flows.report.rule_words import (
    FULFILLMENT_WORDS,
    HYPOTHESIS_WORDS,
    INDICATOR_WORDS,
    SYMPTOM_WORDS,
    WITHOUT_TICKETS,
    words_of,
)
from flows.report.sentences.ahead import joined
from flows.report.sentences.rates import window_words
from flows.report.vocabulary import DEFECT_WORDS

_NUMBERS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven")


def indicators_sentence(rows: Sequence[Mapping[str, Any]]) -> str:
    """``Two of seven indicators got worse in a week: late dispatch and refunds.``

    ``rows``: those of ``seven_indicators``. Indicators without a value are counted apart.
    """
    worse = [row for row in rows if row["is_worse"]]
    blind = sum(row["value"] is None for row in rows)
    names = joined([_lower(row["indicator"]) for row in worse])
    verb = "got worse in a week"
    said = f"{_NUMBERS[len(worse)]} of seven indicators {verb}{': ' + names if names else ''}"
    if not blind:
        return f"{said}."
    return f"{said}; {blind} {'has' if blind == 1 else 'have'} no value."


def evidence_words(dimension: str | None, reason: str | None, count: int | None) -> str:
    """What is behind most of an indicator: ``No carrier scan: 29``; empty where nothing is known.

    ``reason`` is foreign text where it is a reason for a cancellation or return.
    """
    if not reason or not count:
        return ""
    if dimension == "tracking_defect":
        reason = DEFECT_WORDS.get(reason, reason)
    elif dimension == "topic":
        reason = reason.replace("_", " ").capitalize()
    place = "Warehouse " if dimension == "warehouse" else ""
    return f"{place}{reason}: {count:,}"


def tickets_sentence(through_on: date | None, as_of_on: date) -> str:
    """``Tickets are known to Fri Nov 20.``; empty where they reach the day or there are none."""
    if through_on is None or through_on >= as_of_on:
        return ""
    return f"Tickets are known to {format_date(through_on)}."


def _lower(indicator: str) -> str:
    text = INDICATOR_WORDS.get(indicator, indicator.replace("_", " "))
    return text[:1].lower() + text[1:]


def diagnosis_sentence(row: Mapping[str, Any], *, has_tickets: bool = True) -> str:
    """``Late dispatch rises: 80 of 155 orders (51.6%) point to stock readiness, 15 to ….``

    ``row``: a triggered row of ``diagnoses``; the orders are those with the symptom. Without
    ``has_tickets`` nobody complained: the rate of valid tracking stands in for it.
    """
    words = SYMPTOM_WORDS if has_tickets else SYMPTOM_WORDS | WITHOUT_TICKETS
    start = words_of(words, row["symptom"])
    orders, total = row["evidence_orders"], row["symptom_orders"]
    if not orders or not row["hypothesis"]:
        return f"{start}; what its orders have in common is not known."
    verb = "points" if orders == 1 else "point"
    said = (
        f"{start}: {orders:,} of {plural(total, 'order')} ({format_rate(row['evidence_share'])}) "
        f"{verb} to {_hypothesis(row['hypothesis'])}"
    )
    if not row["other_hypothesis"]:
        return f"{said}."
    return f"{said}, {row['other_orders']:,} to {_hypothesis(row['other_hypothesis'])}."


def _hypothesis(name: str) -> str:
    return HYPOTHESIS_WORDS.get(name, name.replace("_", " "))


def fulfillment_sentence(row: Mapping[str, Any]) -> str:
    """``Out-of-stock cancellation is 0.8% (8 of 1,000) in the last 30 days.``"""
    label, when = FULFILLMENT_WORDS[row["metric"]], window_words(row["window_name"])
    verb = "are" if row["metric"] == "unshipped_order_rate" else "is"
    if row["value"] is None:
        return f"{label} {'have' if verb == 'are' else 'has'} no value {when}."
    return (
        f"{label} {verb} {format_rate(row['value'])} "
        f"({row['numerator']:,} of {row['denominator']:,}) {when}."
    )


def product_sentence(
    skus: Sequence[str], shop_line: float | None, product_line: float | None, in_force: bool
) -> str:
    """Which SKUs a product-level rule would deactivate, and whether the market has that rule."""
    if shop_line is None or product_line is None or not (skus or in_force):
        return ""
    lines = f"{format_line(product_line)} of its orders, {format_line(shop_line)} of the shop's"
    if not skus:
        return f"No SKU has reached the lines of the product-level rule ({lines})."
    count = plural(len(skus), "SKU")
    verb = "has" if len(skus) == 1 else "have"
    listed = joined(list(skus[:3])) + (" and others" if len(skus) > 3 else "")
    if in_force:
        return f"{count} can be deactivated by the product-level rule ({lines}): {listed}."
    return (
        f"{count} {verb} reached the lines of a product-level rule ({lines}), which this market "
        f"does not have: {listed}."
    )
