"""Alerts on what is coming: orders likely late, rates that worsen together, the account's zone."""

from flows.alerts.context import AlertContext
from flows.alerts.message import Alert, Bad, clean, code, escape, listed
from flows.alerts.parts import compose, foot, order_lines, since
from flows.alerts.rules import Level, Rule
from flows.alerts.standing import Standing
from flows.report.context import Shop
from flows.report.formats import plural
from flows.report.rule_words import WAITING_WORDS, ZONE_WORDS, words_of
from flows.report.sentences.ahead import compound_sentence, joined, likely_late_sentence
from flows.report.sentences.health import (
    health_sentence,
    milestone_sentence,
    recovery_sentence,
)
from flows.report.sentences.rates import row_sentence

_ZONES = ("green", "orange", "red")
"""Best first."""
_TOP = 5


def due_soon(rule: Rule, shop: Shop, context: AlertContext, standing: Standing) -> Alert | None:
    """Orders that are due next and likely to be late, by the rule's own chance."""
    chance = rule.chance or 0.0
    found = standing.due_soon(chance)
    if found is None:
        return None
    waits = joined(
        [
            f"{words_of(WAITING_WORDS, name).lower()} ({orders:,})"
            for name, orders in found.waiting_for.items()
        ]
    )
    it = "It waits" if found.likely_late == 1 else "They wait"
    sections = [
        escape(
            likely_late_sentence(
                found.likely_late, found.orders, found.due_at, shop.timezone, chance
            )
        ),
        escape(f"{it} for {waits}."),
        order_lines(standing.orders(rule.name, chance=chance), shop),
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    counted = plural(found.likely_late, "order")
    bad = Bad(counted, found.likely_late)
    return compose(rule, shop, rule.severity, rule.title.format(count=counted), sections, bad)


def compound_risk(
    rule: Rule, shop: Shop, context: AlertContext, standing: Standing
) -> Alert | None:
    """Two or more rates that got worse within 48 hours."""
    found = standing.compound()
    if found is None:
        return None
    rates = standing.rates()
    lines = [escape(row_sentence(rates[name])) for name in found.metrics if name in rates]
    sections = [
        compound_sentence(found.metrics),
        since(found.since_on, context),
        listed(lines),
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    counted = plural(len(found.metrics), "rate")
    bad = Bad(counted, len(found.metrics), since_on=found.since_on)
    return compose(rule, shop, rule.severity, rule.title.format(count=counted), sections, bad)


def health_zone(rule: Rule, shop: Shop, context: AlertContext, standing: Standing) -> Alert | None:
    """The account's zone is another one than 48 hours ago; a better one is only to be checked."""
    row = standing.health()
    if row is None or not row["is_zone_changed"]:
        return None
    zone, before = row["zone"], row["zone_48h_ago"]
    if zone not in _ZONES or before not in _ZONES:
        return None
    is_better = _ZONES.index(zone) < _ZONES.index(before)
    level: Level = "check" if is_better else rule.severity
    lost = [
        f"{code(clean(loss['reason'] or 'no reason given', 80))}: "
        f"{plural(abs(loss['points']), 'point')}, {plural(loss['events'], 'event')}"
        for loss in standing.losses()
    ]
    sections = [
        health_sentence(row),
        " ".join(filter(None, [milestone_sentence(row), recovery_sentence(row)])),
        f"Violations of the last 30 days:\n{listed(lost[:_TOP], len(lost))}" if lost else "",
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    bad = Bad(f"the {ZONE_WORDS[zone]} zone", grade=_ZONES.index(zone))
    return compose(rule, shop, level, rule.title.format(zone=ZONE_WORDS[zone]), sections, bad)
