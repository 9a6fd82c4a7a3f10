"""The rules that are in force, in words: a rule a line, its source as a numbered note."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flows.warehouse.policies import shown

_LABEL = 12

Rule = dict[str, Any]


def print_policies(line: Callable[[str], None], result: dict[str, Any]) -> None:
    """Print what is in force for people, market by market."""
    for place, found in enumerate(result["markets"]):
        if place:
            line("")
        for text in _market(found):
            line(text)


class _Sources:
    """The sources of one market's rules, each listed once with the day it was looked at."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def note(self, text: str, rule: Rule) -> str:
        """A rule with the number of its source, and whether it is a stand-in."""
        when = f"verified {rule['verified_on']}" if rule["verified_on"] else "never verified"
        again = ": verify again" if rule["is_stale"] else ""
        source = f"{rule['source'] or 'no source.'} ({when}{again})"
        number = self._known.setdefault(source, len(self._known) + 1)
        return f"{text}{' (assumed)' if rule['is_assumed'] else ''} [{number}]"

    def lines(self) -> list[str]:
        """`[1] US seller policy … (verified 2026-11-21)`."""
        return [f"[{number}] {source}" for source, number in self._known.items()]


def _market(found: Rule) -> list[str]:
    sources = _Sources()
    shops = f"; shops: {', '.join(found['shops'])}" if found["shops"] else ""
    until = f" to {found['effective_to']}" if found["effective_to"] else ""
    held = f"{found['policy_version']}, from {found['effective_from']}{until}"
    cutoff, product = found["order_cutoff"], found["product_rule"]
    after, points = found["after_sales"], found["points"]
    fields: dict[str, Iterable[str]] = {
        "in force": [sources.note(held, found)],
        "calendar": [f"{found['calendar_id']}, days of {found['timezone']}"],
        "cut-off": [
            f"{cutoff}: before it, on a business day, orders are due a business day earlier"
            if cutoff
            else "none"
        ],
        "dispatch": [_words(found["dispatch_event"])],
        "judged": [
            f"late dispatch on the {found['late_dispatch_basis']} basis, "
            f"every rate by {_words(found['evaluation_window'])}"
        ],
        "clocks": [sources.note(_clock(rule), rule) for rule in found["clocks"]],
        "tracking": [
            f"a scan by {_count(found['scan_business_days'], 'business day')} after ready to ship, "
            f"the number uploaded within {found['upload_hours']} h of the first scan"
        ],
        "cancelling": [f"free for the buyer for {found['free_cancellation_minutes']} minutes"],
        "lines": [sources.note(_line(rule), rule) for rule in found["lines"]],
        "exclusions": _exclusions(found["exclusions"], sources),
        "products": [
            f"down at {_percent(product['product_line'])} in a shop at "
            f"{_percent(product['product_shop_line'])} seller-fault cancellations"
            if product
            else "no rule"
        ],
        "points": [
            f"{_words(points['kind'])}: opens at {shown(points['opening'])}, "
            f"{shown(points['lowest'])} to {shown(points['highest'])}, "
            f"rolling off after {points['roll_off_days']} days",
            *(sources.note(_milestone(rule), rule) for rule in found["milestones"]),
        ],
        "after sales": [
            f"returns for {after['return_window_days']} days, answered within "
            f"{after['return_response_hours']} h, refunded within "
            f"{_count(after['refund_business_days'], 'business day')}",
            *(
                [f"shipped back by the buyer within {_count(after['buyer_ship_days'], 'day')}"]
                if after["buyer_ship_days"] is not None
                else []
            ),
        ],
        "carriers": _carriers(found["supported_carriers"], sources),
        "single days": [
            f"{day['day_on']} {'counts' if day['is_business_day'] else 'does not count'}: "
            f"{day['reason']}"
            for day in found["calendar_overrides"]
        ],
        "past": _changes(found["past_changes"]),
        "upcoming": _changes(found["upcoming_changes"]) or ["no change is known"],
        "sources": sources.lines(),
    }
    head = f"{found['market']} on {found['on']}{shops}"
    return [head, *(text for label, texts in fields.items() for text in _field(label, texts))]


def _field(label: str, texts: Iterable[str]) -> list[str]:
    return [f"  {label if place == 0 else '':{_LABEL}}{text}" for place, text in enumerate(texts)]


def _clock(rule: Rule) -> str:
    starts = {"order": "the order", "handling": "the handling time", "closing": "the closing day"}
    cancel = {"order": "the order", "dispatch_due": "the dispatch due day"}
    days = _count(rule["dispatch_business_days"], "business day")
    parts = [f"dispatch {days} after {starts[rule['clock_starts']]}"]
    if rule["auto_cancel_business_days"] is not None:
        after = cancel[rule["auto_cancel_from"]]
        parts.append(f"auto-cancel {rule['auto_cancel_business_days']} after {after}")
    if rule["collect_business_days"] is not None:
        parts.append(f"collected by {rule['collect_business_days']}")
    if rule["deliver_business_days"] is not None:
        parts.append(f"deliver-by {rule['deliver_business_days']}")
    return f"{_words(rule['order_type'])}: {', '.join(parts)}"


def _line(rule: Rule) -> str:
    enforced = "not enforced"
    if rule["enforcement"] is not None:
        enforced = f"enforced {rule['enforcement_comparison']} {_percent(rule['enforcement'])}"
    return (
        f"{_words(rule['metric'])} {rule['target_comparison']} {_percent(rule['target'])}, "
        f"{enforced}, approaching at {_percent(rule['approaching'])}, "
        f"judged from {rule['min_denominator']} on"
    )


def _exclusions(rules: list[Rule], sources: _Sources) -> list[str]:
    """Rates that the same orders are out of for the same reason, together."""
    metrics: dict[tuple[str, str], list[str]] = {}
    for rule in rules:
        out_of = "the numerator" if rule["excluded_from"] == "numerator" else "the rate"
        kind = f"{_words(rule['order_kind'])} orders are out of {out_of} of"
        name = _words(rule["metric"]).removesuffix(" rate")
        metrics.setdefault((kind, sources.note("", rule)), []).append(name)
    return [f"{kind} {', '.join(names)}{note}" for (kind, note), names in metrics.items()]


def _carriers(rules: list[Rule], sources: _Sources) -> list[str]:
    """The supported carriers, those of one source together."""
    names: dict[str, list[str]] = {}
    for rule in rules:
        names.setdefault(sources.note("", rule), []).append(rule["carrier"])
    return [f"{', '.join(mine)}{note}" for note, mine in names.items()]


def _milestone(rule: Rule) -> str:
    name = "" if rule["name"] == str(rule["points"]) else f" {rule['name']}"
    warn = f", warned {rule['warn_before']} before" if rule["warn_before"] is not None else ""
    return f"{rule['kind']}{name} at {rule['points']}{warn}: {rule['consequence']}"


def _changes(changes: list[Rule]) -> list[str]:
    return [
        f"{change['effective_from']} {change['policy_version']}: "
        + ("; ".join(change["sentences"]) or "nothing that is listed here")
        for change in changes
    ]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _count(number: int | None, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _percent(rate: float | None) -> str:
    return "none" if rate is None else f"{rate * 100:g} %"
