"""The page of a what-if: its sentences, and that it is as safe as the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest
from markupsafe import escape

from flows.calendar import days_between
from flows.report.context import ReportContext, Shop
from flows.report.sentences.rates import VERDICT_LENGTH
from flows.report.vocabulary import METRICS
from flows.report.what_if import RuleChange, render_what_if
from tests.report.marts_fixture import FORMULA, HOSTILE
from tests.report.pages import Page

DAYS = days_between(date(2026, 3, 30), date(2026, 4, 14))
Side = tuple[str | None, int | None, int | None]
OK: Side = ("ok", 1, 100)


def _row(shop: str, day: date, metric: str, published: Side, what_if: Side) -> dict[str, Any]:
    row: dict[str, Any] = {
        "shop_id": shop,
        "as_of_on": day,
        "metric": metric,
        "basis": "platform",
        "window_name": "week",
        "is_evaluated": True,
        "is_changed": None if published[0] is None else published != what_if,
    }
    for side, (status, numerator, denominator) in (("published", published), ("what_if", what_if)):
        value = numerator / denominator if numerator is not None and denominator else None
        row |= {
            f"{side}_status": status,
            f"{side}_numerator": numerator,
            f"{side}_denominator": denominator,
            f"{side}_value": value,
            f"{side}_target": 0.04,
            f"{side}_enforcement": 0.1,
        }
    return row


def _page(
    rows: list[dict[str, Any]],
    *shops: str,
    changes: Mapping[str, list[RuleChange]] | None = None,
    notes: tuple[str, ...] = (),
) -> tuple[str, Page]:
    known = [Shop(shop, shop, "US", "America/Los_Angeles", "USD", True) for shop in shops]
    context = ReportContext("run", DAYS[-1], known, notes=notes)
    kinds = {"is_changed": pl.Boolean, "published_value": pl.Float64, "what_if_value": pl.Float64}
    frame = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=kinds)
    text = render_what_if("US-2020", DAYS, frame, changes or {}, context).decode()
    return text, Page(text)


def _weeks(
    published: Side, what_if: Side, metric: str = "late_dispatch_rate"
) -> list[dict[str, Any]]:
    return [_row("us", day, metric, published, what_if) for day in DAYS]


def example() -> bytes:
    """A page with a rate that would have been judged differently, and one changed rule."""
    changes = {"US-2019": [RuleChange("target of late dispatch", "0.04", "0.02")]}
    text, _ = _page(_weeks(OK, ("breach", 5, 100)), "us", changes=changes)
    return text.encode()


def test_only_the_ends_of_weeks_and_of_the_range_are_shown() -> None:
    text, page = _page(_weeks(OK, ("breach", 5, 100)), "us")
    assert text.count("<tr>") == 1 + 3, "two Sundays, the last day, the head"
    assert "Under US-2020, 3 of 3 judgements would have been different." in text
    assert (
        "Late dispatch would have been in breach at 5.0% (5 of 100) instead of on target at 1.0% "
        "(1 of 100) in the week to Tue Apr 14; "
    ) in " ".join(page.text)


@pytest.mark.parametrize(
    ("published", "what_if", "verdict", "sentence"),
    [
        (
            (None, None, None),
            OK,
            "Nothing is published to compare US-2020 with.",
            "never published",
        ),
        (OK, OK, "Under US-2020, no rate would have changed.", "The same: late dispatch."),
        (
            OK,
            ("ok", 2, 100),
            "Under US-2020, no judgement would have been different, 3 counts would.",
            "the same status and other counts in 3 of 3 weeks: 2.0% (2 of 100) instead of 1.0% (1 ",
        ),
        (
            ("no_data", 0, 0),
            ("insufficient_volume", 1, 3),
            "Under US-2020, 3 of 3 judgements would have been different.",
            "too few to judge (1 of 3) instead of without a value in the week to Sun Apr 12",
        ),
    ],
)
def test_the_verdict_and_its_ground(
    published: Side, what_if: Side, verdict: str, sentence: str
) -> None:
    text, page = _page(_weeks(published, what_if), "us")
    assert f"<h1>{verdict}</h1>" in text and len(verdict) <= VERDICT_LENGTH
    assert sentence in " ".join(page.text)


def test_the_four_newest_weeks_are_named_and_the_others_counted() -> None:
    days = days_between(date(2026, 2, 2), date(2026, 3, 15))
    rows = [_row("us", day, "late_dispatch_rate", OK, ("breach", 5, 100)) for day in days]
    context = ReportContext("run", days[-1], [Shop("us", "us", "US", "UTC", "USD", True)])
    text = render_what_if("US-2020", days, pl.DataFrame(rows), {}, context).decode()
    assert text.count("in the week to") == 4
    assert "; and 2 earlier weeks." in text


def test_text_from_outside_stays_text() -> None:
    shops = (HOSTILE, FORMULA, "<b>'\"&")
    rows = [_row(shop, DAYS[-1], metric, OK, OK) for shop in shops for metric in METRICS]
    changes = {"US-<b>": [RuleChange("rule <i>", "<script>1</script>", "&amp;")]}
    text, page = _page(rows, *shops, changes=changes, notes=("<img src=x>",))
    assert page.count("script") == 1 and not page.count("img") + page.count("b") + page.count("i")
    assert len(page.ids) == len(set(page.ids))
    assert "&lt;script&gt;1&lt;/script&gt;" in text and str(escape(HOSTILE)) in text


def test_a_shop_without_orders_and_rules_that_are_the_same() -> None:
    text, _ = _page(_weeks(OK, OK), "us", "void", changes={"US-2026-04-01": [], "US-2020": []})
    assert "No order of these days is known." in text
    assert "have the same rules" in text
