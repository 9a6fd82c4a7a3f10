"""Is the account healthy? Points, zone, milestones, what moved them, promotions at risk."""

from __future__ import annotations

from typing import Any

from flows.report.charts.steps import Step, waterfall
from flows.report.charts.svg import Figure
from flows.report.formats import format_date, plural
from flows.report.marts.rules import SHOWN
from flows.report.model import Cell, Column, Page, Row, Section, Table, count, list_caption, words
from flows.report.rule_words import LEDGER_WORDS, PROMOTION_WORDS, words_of
from flows.report.sections.ahead import compound_words
from flows.report.sentences.health import (
    difference_sentence,
    health_sentence,
    milestone_sentence,
    promotion_sentence,
    reached_sentence,
    recovery_sentence,
)
from flows.report.sentences.rates import not_judged_sentence

_RISK = {True: "At risk", False: "Safe", None: "Not judged"}
FEED = "reference/account_health"
_STEPS = 6
"""Steps of the picture between opening and closing; smaller ones are drawn as one."""


def health(page: Page) -> Section | None:
    """Is the account healthy? None where the warehouse is older than the question."""
    rules = page.day.rules
    if not rules.has("account_health_daily"):
        return None
    section = Section("health", "Is the account healthy?", "Health")
    row = rules.health
    if row is None:
        section.answers += page.not_judged(FEED)[:1] or [
            not_judged_sentence("account health", "no record of points", FEED)
        ]
        return section
    section.answers.append(" ".join(filter(None, [health_words(page), milestone_sentence(row)])))
    reached = reached_sentence(row["milestone"], row["milestone_consequence"])
    section.answers += filter(
        None,
        [
            " ".join(filter(None, [reached, recovery_sentence(row)])),
            compound_words(page),
            _promotion_words(rules.promotions),
        ],
    )
    section.notes += filter(None, [difference_sentence(row)])
    if rules.waterfall:
        section.figures.append(_waterfall(page, rules.waterfall))
        section.tables.append(_waterfall_table(rules.waterfall))
    if rules.promotions:
        section.tables.append(_promotions(rules.promotions))
    section.downloads = [page.download("account_health.csv", "Account health by day (CSV)")]
    return section


def health_words(page: Page) -> str:
    """Score and zone, and whether the zone changed; empty without a ledger."""
    row = page.day.rules.health
    return health_sentence(row) if row else ""


def _promotion_words(promotions: list[dict[str, Any]]) -> str:
    judged = [p for p in promotions if p["is_at_risk"] is not None]
    risky = sorted((p for p in judged if p["is_at_risk"]), key=lambda p: p["starts_on"])
    return promotion_sentence(
        [p["promotion_name"] or p["promotion_id"] for p in risky],
        len(judged),
        risky[0]["starts_on"] if risky else None,
    )


def _label(row: dict[str, Any]) -> str:
    kind = words_of(LEDGER_WORDS, row["kind"])
    if row["kind"] in ("opening", "closing", "clamped") or not row["reason"]:
        return kind
    # The sign tells a violation from a gain; what undoes one is named.
    if row["kind"] in ("violation", "gain"):
        return str(row["reason"])
    return f"{kind}: {row['reason']}"


def _signed(points: int) -> str:
    return f"+{points:,}" if points > 0 else f"−{-points:,}" if points < 0 else "0"


def _waterfall(page: Page, rows: list[dict[str, Any]]) -> Figure:
    health_row = page.day.rules.health or {}
    are_violations = health_row.get("points_kind") == "violation_points"
    changes = [row for row in rows if row["kind"] not in ("opening", "closing")]
    small = changes[_STEPS:] if len(changes) > _STEPS + 1 else []
    shown = [(_label(row), int(row["points"])) for row in changes[: len(changes) - len(small)]]
    if small:
        shown.append((f"{len(small)} smaller steps", sum(int(row["points"]) for row in small)))
    steps, level = [], 0
    for row in rows:
        if row["kind"] == "opening":
            level = int(row["points"])
            steps.append(Step(_label(row), 0, level, f"{level:,}", "axis"))
    for label, points in shown:
        is_good = points < 0 if are_violations else points > 0
        steps.append(
            Step(label, level, level + points, _signed(points), "ok" if is_good else "breach")
        )
        level += points
    closing = [row for row in rows if row["kind"] == "closing"]
    steps += [Step(_label(row), 0, int(row["points"]), f"{row['points']:,}") for row in closing]
    return waterfall(
        page.ids,
        "Account health points by reason, last 30 days",
        steps,
        "From the opening points to the points now, the largest step first.",
    )


def _waterfall_table(rows: list[dict[str, Any]]) -> Table:
    shown = [r for r in rows if r["kind"] not in ("opening", "closing")]
    lines = [
        Row(
            [
                words(r["reason"]),
                Cell(words_of(LEDGER_WORDS, r["kind"])),
                count(r["events"]),
                Cell(_signed(int(r["points"])), sort=str(r["points"])),
            ]
        )
        for r in shown[:SHOWN]
    ]
    return Table(
        list_caption(
            "reason of the last 30 days",
            len(lines),
            len(shown),
            "the largest step first",
            "reasons of the last 30 days",
        ),
        [Column("Reason"), Column("What"), Column("Events", True), Column("Points", True)],
        lines,
    )


def _promotions(promotions: list[dict[str, Any]]) -> Table:
    rows = [
        Row(
            [
                words(p["promotion_name"] or p["promotion_id"]),
                Cell(format_date(p["starts_on"]), sort=p["starts_on"].isoformat()),
                Cell(format_date(p["ends_on"])),
                count(p["min_score"]),
                Cell(_RISK[p["is_at_risk"]]),
                Cell(words_of(PROMOTION_WORDS, p["reason"])),
            ]
        )
        for p in promotions[:SHOWN]
    ]
    return Table(
        f"{plural(len(promotions), 'promotion')} of the next 30 days, those at risk first.",
        [
            Column("Promotion"),
            Column("From"),
            Column("To"),
            Column("Score needed", True),
            Column("State"),
            Column("Why"),
        ],
        rows,
    )
