"""Builds the alerts of a day: which rules fire for which shop, and what each message says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from flows.alerts.context import AlertContext
from flows.alerts.finding import Finder
from flows.alerts.message import (
    Alert,
    Bad,
    Judgement,
    MessageTooLarge,
    clean,
    code,
    escape,
    id_of,
    listed,
)
from flows.alerts.parts import compose, foot, reach, runbook, since
from flows.alerts.relations import create_of_run
from flows.alerts.rules import Rule
from flows.alerts.sentences import Told, say
from flows.alerts.wording import fill, fill_parts, shown
from flows.report.context import Shop
from flows.warehouse.database import connect

_GATE_BLOCKED = "gate_blocked"
_MISFITS = (ValueError, TypeError, ArithmeticError, AttributeError, LookupError)


def build_alerts(warehouse: Path | None, context: AlertContext) -> list[Alert]:
    """One alert for each rule and shop that it fires for, by rule, then by shop.

    The arguments are those of `judge`.
    """
    return [found.alert for found in judge(warehouse, context) if found.alert is not None]


def judge(warehouse: Path | None, context: AlertContext) -> list[Judgement]:
    """What each rule finds at each shop, by rule, then by shop.

    Args:
        warehouse: a DuckDB file with the marts, opened read-only; None when there is none yet, and
            then only the rules that need no mart can be judged.
        context: the day, the shops, the rules, the gates' results and the files seen.

    A rule that breaks on the rows, or whose message would pass Slack's limits, has a `problem`.
    """
    return _judge(warehouse, context, context.book.rules)


def gate_blocked_alert(context: AlertContext, shop: Shop) -> Alert | None:
    """The alert of a shop that a gate holds back; it needs no warehouse.

    None where no gate does, or where the rule is switched off.
    """
    rule = context.book.named(_GATE_BLOCKED)
    found = _judge(None, context, [rule] if rule else [])
    return next((item.alert for item in found if item.shop_id == shop.shop_id), None)


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


def _judge(warehouse: Path | None, context: AlertContext, rules: Iterable[Rule]) -> list[Judgement]:
    shops = sorted(context.shops, key=lambda shop: shop.shop_id)
    scratch = warehouse.parent if warehouse is not None else Path()
    with connect(warehouse, scratch, read_only=warehouse is not None) as connection:
        create_of_run(connection, context)
        finders = {
            shop.shop_id: Finder(connection, shop.shop_id, context.as_of_on) for shop in shops
        }
        return [
            _judged(rule, shop, context, finders[shop.shop_id]) for rule in rules for shop in shops
        ]


def _judged(rule: Rule, shop: Shop, context: AlertContext, finder: Finder) -> Judgement:
    if not rule.is_of_run and _is_silenced(rule, shop.shop_id, context):
        return Judgement(rule.name, shop.shop_id, None, is_judged=False)
    try:
        return _found(rule, shop, context, finder)
    except duckdb.Error as error:
        problem = str(error).splitlines()[0]
    except MessageTooLarge as error:
        problem = f"its message is too long: {error}"
    except _MISFITS as error:
        # What the error says may hold a value of the data.
        problem = f"a value does not fit what its sentences make of it ({type(error).__name__})"
    return Judgement(rule.name, shop.shop_id, None, is_judged=False, problem=problem)


def _found(rule: Rule, shop: Shop, context: AlertContext, finder: Finder) -> Judgement:
    found = finder.find(rule)
    if found is None:
        return Judgement(rule.name, shop.shop_id, None, is_judged=False)
    told = Told(rule, shop, context, found, found.row, finder)
    if found.fires:
        return Judgement(rule.name, shop.shop_id, _alert(told))
    stands = _filled(rule.stands, told) if rule.stands and found.row else ""
    return Judgement(rule.name, shop.shop_id, None, sentence=stands)


def _is_silenced(rule: Rule, shop_id: str, context: AlertContext) -> bool:
    return context.is_blocked(shop_id) or bool(
        context.stale_feeds(shop_id).intersection(rule.silenced_by)
    )


def _alert(told: Told) -> Alert:
    rule, found = told.rule, told.found
    sections = [_filled(template, told) for template in rule.message]
    bad = Bad(_filled(rule.measure, told), found.count, found.grade, found.since_on)
    title = fill(rule.title, partial(_value, told), literal=str)
    return compose(rule, told.shop, found.level, title, sections, bad)


def _filled(template: str, told: Told) -> str:
    """A template about a rule, escaped; empty where the list that it shows is."""
    if "{list}" in template and not _list(told):
        return ""
    return fill(template, partial(_value, told))


def _value(told: Told, name: str, form: str) -> str:
    rule, found, context = told.rule, told.found, told.context
    if name == "sentence":
        return say(form, told)
    if name in _PARTS:
        return _PARTS[name](told)
    known = {
        **told.row,
        **found.values,
        **rule.parameters,
        "count": found.count,
        "day": context.as_of_on,
        "shop": told.shop.name,
    }
    return shown(name, form, known, told.shop, rule.unit)


def _history(told: Told) -> str:
    """Since when, what the count was, and how far the data reach; empty for a mart without days."""
    found, row, context = told.found, told.row, told.context
    if found.since_on is None:
        return ""
    parts = [since(found.since_on, context)]
    if found.was is not None and found.count > found.was:
        parts.append(f"Worse: {_filled('{count}', told)}, was {found.was:,} the day before.")
    if "known_through_at" in row and "is_complete" in row:
        parts.append(reach(row, told.shop, context))
    return escape(" ".join(filter(None, parts)))


def _list(told: Told) -> str:
    """The first rows of the list, one a line, and how many are left out."""
    rule = told.rule.list
    if rule is None:
        return ""
    lines = []
    for row in told.found.lines:
        of_row = replace(told, row=row)
        said = ", ".join(fill_parts(rule.say, row, partial(_value, of_row)))
        item = str(row[rule.item]) if rule.item is not None else ""
        shown_item = (id_of(item) or code(clean(item, 60))) if item else ""
        lines.append(f"{shown_item} {said}".strip())
    return listed(lines, told.found.total)


_PARTS: Mapping[str, Callable[[Told], str]] = {
    "says": lambda told: _filled(told.rule.says, told),
    "history": _history,
    "list": _list,
    "act": lambda told: f"Do now: {_filled(told.rule.act, told)}",
    "foot": lambda told: foot(told.rule, told.shop, told.context),
    "owner": lambda told: f"Owner: {escape(told.rule.owner)}.",
    "runbook": lambda told: runbook(told.rule.runbook),
    "record": lambda told: f"Record: {code(f'runs/{told.context.run_id}.json')}.",
}
