"""Builds the alerts of a day: which rules fire for which shop, and what each message says."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.alerts.ahead import compound_risk, due_soon, health_zone
from flows.alerts.context import AlertContext
from flows.alerts.message import (
    Alert,
    Bad,
    Judgement,
    clean,
    code,
    escape,
    id_of,
    listed,
    name_of,
    words,
)
from flows.alerts.parts import compose, foot, order_lines, reach, runbook, since
from flows.alerts.rules import Condition, Level, Rule, load_rules
from flows.alerts.standing import BAD_STATUSES, Standing
from flows.quality.model import ExpectationResult
from flows.report.context import Shop
from flows.report.formats import format_date, format_rate, plural
from flows.report.sentences.rates import (
    overdue_sentence,
    projected_sentence,
    row_sentence,
)
from flows.report.vocabulary import METRICS
from flows.warehouse.database import connect


def build_alerts(warehouse: Path | None, context: AlertContext) -> list[Alert]:
    """One alert for each rule and shop that it fires for, by rule, then by shop.

    The arguments and errors are those of `judge`.
    """
    return [found.alert for found in judge(warehouse, context) if found.alert is not None]


def judge(warehouse: Path | None, context: AlertContext) -> list[Judgement]:
    """What each rule finds at each shop, by rule, then by shop.

    Args:
        warehouse: a DuckDB file with the marts, opened read-only; None when there is none yet, and
            then only the rules that need no number can be judged.
        context: the day, the shops, the gates' results and the files seen.

    Raises:
        MessageTooLarge: when a message would pass Slack's limits.
        UsageError: when a rule is not one.
    """
    shops = sorted(context.shops, key=lambda shop: shop.shop_id)
    if warehouse is None:
        return [found for rule in load_rules() for found in _judged(rule, shops, context, {})]
    with connect(warehouse, warehouse.parent, read_only=True) as connection:
        standings = {
            shop.shop_id: Standing(connection, shop.shop_id, context.as_of_on) for shop in shops
        }
        return [
            found for rule in load_rules() for found in _judged(rule, shops, context, standings)
        ]


def gate_blocked_alert(context: AlertContext, shop: Shop) -> Alert:
    """The alert of a shop that a gate holds back; it needs no warehouse."""
    rule = next(rule for rule in load_rules() if rule.condition == "gate_blocked")
    failed = [
        item
        for item in context.failures(shop.shop_id, "critical")
        if item.accepted(shop.shop_id) is None
    ]
    silenced = [rule.name for rule in load_rules() if rule.condition in _OF_NUMBERS]
    before = context.published_on.get(shop.shop_id)
    stands = f"The publication of {format_date(before)}" if before else "What was published before"
    sections = [
        f"Nothing new is published: {plural(len(failed), 'critical check')} failed. "
        f"{stands} stands.",
        _failures(failed, shop.shop_id),
        f"Not judged until this is mended: {_words(silenced)}.",
        f"Do now: {rule.act}",
        _way_out(failed, context),
        f"Owner: {rule.owner}. Record: {code(f'runs/{context.run_id}.json')}. {runbook(rule)}",
    ]
    bad = Bad(plural(len(failed), "failed check"), len(failed))
    return compose(rule, shop, rule.severity, rule.title, sections, bad)


def write_alerts(alerts: Sequence[Alert], out_dir: Path) -> list[Path]:
    """Write each alert to `<rule>.<shop_id>.json` in the folder; returns the paths in order."""
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    for alert in alerts:
        path = out_dir / alert.file_name
        if path.parent != out_dir:
            raise ValueError("a shop id that is not a folder name")
        path.write_text(alert.to_json(), encoding="utf-8")
        written.append(path)
    return sorted(written)


def _judged(
    rule: Rule, shops: Sequence[Shop], context: AlertContext, standings: Mapping[str, Standing]
) -> list[Judgement]:
    found: list[Judgement] = []
    for shop in shops:
        standing = standings.get(shop.shop_id)
        if rule.condition not in _OF_NUMBERS:
            alert = _OF_FILES[rule.condition](rule, shop, context)
            found.append(Judgement(rule.name, shop.shop_id, alert))
        elif standing is None or _is_silenced(rule, shop.shop_id, context):
            found.append(Judgement(rule.name, shop.shop_id, None, is_judged=False))
        else:
            alert = _OF_NUMBERS[rule.condition](rule, shop, context, standing)
            is_judged = alert is not None or standing.is_clear(rule.condition, rule.name)
            is_good_rate = rule.condition == "rate" and alert is None and is_judged
            stands = escape(row_sentence(standing.rates()[rule.name])) if is_good_rate else ""
            found.append(Judgement(rule.name, shop.shop_id, alert, is_judged, stands))
    return found


def _is_silenced(rule: Rule, shop_id: str, context: AlertContext) -> bool:
    return context.is_blocked(shop_id) or bool(
        context.stale_feeds(shop_id).intersection(rule.silenced_by)
    )


def _rate(rule: Rule, shop: Shop, context: AlertContext, standing: Standing) -> Alert | None:
    row = standing.rates().get(rule.name)
    if row is None or row["status"] not in BAD_STATUSES:
        return None
    level: Level = rule.severity if row["status"] == "approaching" else "act_now"
    shown = format_rate(row["value"], (row["target"], row["enforcement"]))
    orders = standing.orders(rule.name, row["window_start_on"])
    sections = [
        " ".join(filter(None, [escape(row_sentence(row)), _with_overdue(rule, standing, row)])),
        _history(rule, shop, context, standing, row),
        order_lines(orders, shop),
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    words = METRICS[rule.name]
    defects = _defects(row, words.is_ceiling)
    bad = Bad(
        f"{shown}, {plural(defects, words.defect, words.defects)}",
        defects,
        BAD_STATUSES.index(row["status"]) + 1,
        standing.since().get(rule.name),
    )
    return compose(rule, shop, level, f"{rule.title} {shown}", sections, bad)


def _with_overdue(rule: Rule, standing: Standing, row: Mapping[str, Any]) -> str:
    if rule.name != "late_dispatch_rate":
        return ""
    overdue, projected = standing.overdue(), standing.projected()
    if overdue is None or projected is None:
        return ""
    said = projected_sentence(
        overdue.today, row["value"], projected["value"], row["target"], row["enforcement"]
    )
    verb = "is" if overdue.today == 1 else "are"
    return escape(f"{plural(overdue.today, 'more order')} {verb} overdue. {said}")


def _history(
    rule: Rule, shop: Shop, context: AlertContext, standing: Standing, row: Mapping[str, Any]
) -> str:
    words = METRICS[rule.name]
    defects = _defects(row, words.is_ceiling)
    before = standing.day_before().get(rule.name)
    parts = [since(standing.since().get(rule.name, context.as_of_on), context)]
    # A new window starts from nothing: only within one does a count get worse.
    if before is not None and before["window_start_on"] == row["window_start_on"]:
        was = _defects(before, words.is_ceiling)
        if defects > was:
            noun = words.defect if defects == 1 else words.defects
            parts.append(f"Worse: {defects:,} {noun}, was {was:,} the day before.")
    parts.append(reach(row, shop, context))
    return escape(" ".join(filter(None, parts)))


def _defects(row: Mapping[str, Any], is_ceiling: bool) -> int:
    return int(row["numerator"] if is_ceiling else row["denominator"] - row["numerator"])


def _overdue(rule: Rule, shop: Shop, context: AlertContext, standing: Standing) -> Alert | None:
    overdue = standing.overdue()
    row = standing.rates().get("late_dispatch_rate")
    if overdue is None or row is None:
        return None
    place, at_place = standing.most_overdue() or (None, 0)
    projected = standing.projected()
    said = [overdue_sentence(overdue.today, context.as_of_on, name_of(place) or None, at_place)]
    if projected is not None:
        value, target, line = row["value"], row["target"], row["enforcement"]
        said.append(projected_sentence(overdue.today, value, projected["value"], target, line))
    history = [since(overdue.since_on, context)]
    if overdue.today > overdue.day_before and overdue.since_on < context.as_of_on:
        history.append(f"Worse: {overdue.today:,}, was {overdue.day_before:,} the day before.")
    history.append(reach(row, shop, context))
    sections = [
        " ".join(filter(None, said)),
        escape(" ".join(filter(None, history))),
        order_lines(standing.orders(rule.name), shop),
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    counted = plural(overdue.today, "order")
    bad = Bad(counted, overdue.today, since_on=overdue.since_on)
    return compose(rule, shop, rule.severity, rule.title.format(count=counted), sections, bad)


def _blocked(rule: Rule, shop: Shop, context: AlertContext) -> Alert | None:
    del rule
    return gate_blocked_alert(context, shop) if context.is_blocked(shop.shop_id) else None


def _warnings(rule: Rule, shop: Shop, context: AlertContext) -> Alert | None:
    failed = [
        item
        for item in context.failures(shop.shop_id, "warning")
        if item.topic not in ("freshness", "refusals")
    ]
    over = [
        item
        for item in context.failures(shop.shop_id, "critical")
        if item.accepted(shop.shop_id) is not None and not context.is_blocked(shop.shop_id)
    ]
    if not failed and not over:
        return None
    counted = plural(len(failed), "data warning")
    if over:
        counted = f"published over {plural(len(over), 'failed check')}"
    sections = [
        f"{counted[0].upper()}{counted[1:]}; the numbers are published all the same.",
        _failures([*over, *failed], shop.shop_id),
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    bad = Bad(counted, len(failed))
    return compose(rule, shop, rule.severity, rule.title.format(count=counted), sections, bad)


def _stale(rule: Rule, shop: Shop, context: AlertContext) -> Alert | None:
    failed = context.stale(shop.shop_id)
    if not failed:
        return None
    feeds = context.stale_feeds(shop.shop_id)
    silenced = [item.name for item in load_rules() if feeds.intersection(item.silenced_by)]
    lines = []
    for item in failed:
        found = item.finding(shop.shop_id)
        label = code(item.feed) if item.feed else "Orders and tracking together"
        lines.append(f"{label}: {words(found.observed, 200) if found else ''}.")
    counted = plural(len(failed), "feed")
    verb = "is" if len(failed) == 1 else "are"
    sections = [
        f"{counted} {verb} stale as of {format_date(context.as_of_on)}.",
        listed(lines),
        f"Not judged until then: {_words(silenced)}." if silenced else "",
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    bad = Bad(counted, len(failed))
    return compose(rule, shop, rule.severity, rule.title.format(count=counted), sections, bad)


def _refused(rule: Rule, shop: Shop, context: AlertContext) -> Alert | None:
    # A file directly under landing belongs to no shop, so every shop is told.
    refused = sorted(
        (
            record
            for record in context.ingest_records
            if record["status"] == "refused"
            and record["is_present"]
            and (record["shop_id"] or shop.shop_id) == shop.shop_id
        ),
        key=lambda record: str(record["file"]),
    )
    if not refused:
        return None
    lines = [
        f"{code(clean(str(record['file'])))}: "
        + words(f"{record.get('reason') or ''} {record.get('mend') or ''}", 240)
        for record in refused
    ]
    counted = plural(len(refused), "file")
    verb = "was" if len(refused) == 1 else "were"
    sections = [
        f"{counted} in landing {verb} refused.",
        listed(lines),
        f"Do now: {rule.act}",
        foot(rule, shop, context),
    ]
    bad = Bad(counted, len(refused))
    return compose(rule, shop, rule.severity, rule.title.format(count=counted), sections, bad)


_OF_NUMBERS: dict[Condition, Callable[[Rule, Shop, AlertContext, Standing], Alert | None]] = {
    "rate": _rate,
    "overdue": _overdue,
    "due_soon": due_soon,
    "compound_risk": compound_risk,
    "health_zone": health_zone,
}

_OF_FILES: dict[Condition, Callable[[Rule, Shop, AlertContext], Alert | None]] = {
    "gate_blocked": _blocked,
    "gate_warning": _warnings,
    "stale_feed": _stale,
    "refused_files": _refused,
}


def _failures(failed: Sequence[ExpectationResult], shop_id: str) -> str:
    lines = []
    for item in failed:
        found = item.finding(shop_id)
        if found is None:
            continue
        ids = ", ".join(filter(None, (id_of(example) for example in found.examples[:3])))
        files = " and ".join(code(clean(name, 60)) for name in found.files[:2])
        said = f"{code(item.table)}: {words(item.description, 160).rstrip('.')}. "
        said += words(found.observed, 120)
        said += f", as {ids}" if ids else ""
        said += f", in {files}" if files else ""
        if found.accepted is not None:
            said += f"; {words(found.accepted.in_words(), 240)}"
        lines.append(f"{said}.")
    return listed(lines)


def _way_out(failed: Sequence[ExpectationResult], context: AlertContext) -> str:
    """How to publish over failed checks; empty where one was not judged, which nobody can."""
    if not failed or any(item.is_errored for item in failed):
        return ""
    one = f"{failed[0].table}.{failed[0].name}"
    named = one if len(failed) == 1 else failed[0].gate.replace(" ", "-")
    asked = code(f"greenzone accept {context.run_id} {named} --reason TEXT")
    return f"If the data are right all the same: {asked}."


def _words(rules: Sequence[str]) -> str:
    return ", ".join(
        METRICS[name].lower if name in METRICS else name.replace("_", " ") for name in rules
    )
