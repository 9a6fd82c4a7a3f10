"""The tested sentences that a rule may name: those of the report, and a few about the run's files.

Each takes what is told, and gives escaped text, empty where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.alerts.context import AlertContext
from flows.alerts.finding import Finder, Found
from flows.alerts.message import clean, code, escape, id_of, name_of, words
from flows.alerts.rules import Rule
from flows.report.context import Shop
from flows.report.formats import format_date, plural
from flows.report.rule_words import WAITING_WORDS, words_of
from flows.report.sentences.ahead import (
    capacity_sentence,
    compound_sentence,
    joined,
    likely_late_sentence,
)
from flows.report.sentences.health import health_sentence, milestone_sentence, recovery_sentence
from flows.report.sentences.rates import (
    HEADLINE_BASIS,
    overdue_sentence,
    projected_sentence,
    row_sentence,
)
from flows.report.vocabulary import METRICS

_MOST_RULES = 10
"""Rules that a message names; of more it gives the number."""

_LATE_DISPATCH = """
select basis, window_name, numerator, value, target, enforcement, is_evaluated from {kpi_daily}
where shop_id = $shop and as_of_on = $day and metric = 'late_dispatch_rate'
    and (is_evaluated or basis = 'projected')
"""


@dataclass(frozen=True)
class Told:
    """What a message is about. ``row``: the rule's first row, or that of a line of its list.

    ``finder``: None for a rule on what the run itself found.
    """

    rule: Rule
    shop: Shop
    context: AlertContext
    found: Found
    row: Mapping[str, Any]
    finder: Finder | None


def say(name: str, told: Told) -> str:
    """The sentence of a name."""
    return SENTENCES[name](told)


def _rate(told: Told) -> str:
    return escape(row_sentence(told.row))


def _with_overdue(told: Told) -> str:
    """What the open overdue orders will make of late dispatch."""
    judged, projected = _late_dispatch(told)
    if judged is None or projected is None:
        return ""
    overdue = max(0, projected["numerator"] - judged["numerator"])
    if not overdue:
        return ""
    said = projected_sentence(
        overdue, judged["value"], projected["value"], judged["target"], judged["enforcement"]
    )
    verb = "is" if overdue == 1 else "are"
    return escape(f"{plural(overdue, 'more order')} {verb} overdue. {said}")


def _overdue(told: Told) -> str:
    count = told.found.count
    places = told.finder.each(told.rule, "warehouse_name", of_list=True) if told.finder else {}
    named = {name: orders for name, orders in places.items() if name}
    place, at_place = next(iter(named.items()), (None, 0))
    said = [overdue_sentence(count, told.context.as_of_on, name_of(place) or None, at_place)]
    judged, projected = _late_dispatch(told)
    if judged is not None and projected is not None:
        value, target, line = judged["value"], judged["target"], judged["enforcement"]
        said.append(escape(projected_sentence(count, value, projected["value"], target, line)))
    return " ".join(filter(None, said))


def _late_dispatch(told: Told) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Late dispatch as it is judged, and with the open overdue orders where it leaves them out."""
    rows = told.finder.rows(_LATE_DISPATCH) if told.finder else []
    judged = next((row for row in rows if row["is_evaluated"]), None)
    if judged is None or judged["basis"] != HEADLINE_BASIS:
        return judged, None
    same = (
        row
        for row in rows
        if row["basis"] == "projected" and row["window_name"] == judged["window_name"]
    )
    return judged, next(same, None)


def _likely_late(told: Told) -> str:
    values, chance = told.found.values, float(told.rule.parameters["chance"])
    zone = told.shop.timezone
    return escape(
        likely_late_sentence(told.found.count, values["orders"], values["due_at"], zone, chance)
    )


def _waiting(told: Told) -> str:
    waits = told.finder.each(told.rule, "waiting_for") if told.finder else {}
    shown = joined(
        [
            f"{words_of(WAITING_WORDS, name or 'unknown').lower()} ({orders:,})"
            for name, orders in waits.items()
        ]
    )
    return escape(f"{'It waits' if told.found.count == 1 else 'They wait'} for {shown}.")


def _compound(told: Told) -> str:
    metrics = [name.strip() for name in (told.row["metrics"] or "").split(",")]
    return escape(compound_sentence(metrics))


def _loss(told: Told) -> str:
    reason = code(clean(told.row["reason"] or "no reason given", 80))
    points, events = abs(told.row["points"]), told.row["events"]
    return f"{reason}: {plural(points, 'point')}, {plural(events, 'event')}"


def _stands(told: Told) -> str:
    before = told.context.published_on.get(told.shop.shop_id)
    what = f"The publication of {format_date(before)}" if before else "What was published before"
    return f"{what} stands."


def _check(told: Told) -> str:
    """A failed check: what it asks, what it found, an id or a file, and who accepted it."""
    row = told.row
    ids = ", ".join(filter(None, (id_of(example) for example in (row["examples"] or [])[:3])))
    files = " and ".join(code(clean(name, 60)) for name in (row["files"] or [])[:2])
    said = f"{code(row['table_name'])}: {words(row['description'], 160).rstrip('.')}. "
    said += words(row["observed"], 120)
    said += f", as {ids}" if ids else ""
    said += f", in {files}" if files else ""
    if row["accepted"]:
        said += f"; {words(row['accepted'], 240)}"
    return f"{said}."


def _stale(told: Told) -> str:
    feed = told.row["feed"]
    label = code(feed) if feed else "Orders and tracking together"
    return f"{label}: {words(told.row['observed'] or '', 200)}."


def _warnings(told: Told) -> str:
    accepted = sum(row["rows"] for row in _severities(told) if row["severity"] == "critical")
    if accepted:
        return f"published over {plural(accepted, 'failed check')}"
    return plural(told.found.count, "data warning")


def _severities(told: Told) -> list[dict[str, Any]]:
    found = told.finder.each(told.rule, "severity") if told.finder else {}
    return [{"severity": name, "rows": rows} for name, rows in found.items()]


def _warnings_capital(told: Told) -> str:
    said = _warnings(told)
    return f"{said[0].upper()}{said[1:]}"


def _silent_while_blocked(told: Told) -> str:
    names = [rule.name for rule in told.context.book.rules if not rule.is_of_run]
    return f"Not judged until this is mended: {_names(names)}." if names else ""


def _silent_while_stale(told: Told) -> str:
    feeds = told.context.stale_feeds(told.shop.shop_id)
    names = [rule.name for rule in told.context.book.rules if feeds.intersection(rule.silenced_by)]
    return f"Not judged until then: {_names(names)}." if names else ""


def _way_out(told: Told) -> str:
    """How to publish over failed checks; empty where one was not judged, which nobody can."""
    failed = [
        item
        for item in told.context.failures(told.shop.shop_id, "critical")
        if item.accepted(told.shop.shop_id) is None
    ]
    if not failed or any(item.is_errored for item in failed):
        return ""
    one = f"{failed[0].table}.{failed[0].name}"
    named = one if len(failed) == 1 else failed[0].gate.replace(" ", "-")
    asked = code(f"greenzone accept {told.context.run_id} {named} --reason TEXT")
    return f"If the data are right all the same: {asked}."


def _names(rules: Sequence[str]) -> str:
    shown = [METRICS[name].lower if name in METRICS else name.replace("_", " ") for name in rules]
    more = len(shown) - _MOST_RULES
    return ", ".join(shown[:_MOST_RULES]) + (f" and {more:,} more" if more > 0 else "")


SENTENCES: dict[str, Callable[[Told], str]] = {
    "rate": _rate,
    "with_overdue": _with_overdue,
    "overdue": _overdue,
    "likely_late": _likely_late,
    "waiting": _waiting,
    "capacity": lambda told: escape(capacity_sentence([told.row])),
    "compound": _compound,
    "health": lambda told: escape(health_sentence(told.row)),
    "milestone": lambda told: escape(milestone_sentence(told.row)),
    "recovery": lambda told: escape(recovery_sentence(told.row)),
    "loss": _loss,
    "stands": _stands,
    "check": _check,
    "stale": _stale,
    "warnings": _warnings,
    "Warnings": _warnings_capital,
    "silent_while_blocked": _silent_while_blocked,
    "silent_while_stale": _silent_while_stale,
    "way_out": _way_out,
}
"""The names that may follow `sentence:`."""

NEEDS: dict[str, tuple[str, ...]] = {
    "rate": ("metric", "numerator", "denominator", "value", "target", "status", "headroom"),
    "capacity": ("rate_line", "open_orders", "needed_per_day", "allowed_late_left", "due_on"),
    "compound": ("metrics",),
    "health": ("score", "zone", "zone_48h_ago"),
    "milestone": ("next_milestone", "points_to_next_milestone"),
    "recovery": ("days_to_recover",),
    "loss": ("reason", "points", "events"),
    "check": ("table_name", "description", "observed", "examples", "files", "accepted"),
    "stale": ("feed", "observed"),
    "waiting": ("waiting_for",),
}
"""The columns that a sentence needs of its row."""
