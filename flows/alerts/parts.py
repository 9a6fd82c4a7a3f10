"""The parts that alerts are made of: since when, how far the data reach, owner, links, runbook."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from flows.alerts.context import AlertContext
from flows.alerts.message import Alert, Bad, build, clean, code, escape
from flows.alerts.rules import LEVEL_WORDS, Level, Rule
from flows.report.context import Shop
from flows.report.formats import day_end, format_date
from flows.report.sentences.rates import incomplete_sentence
from flows.report.worklists.write import worklist_path

RUNBOOK = "docs/runbooks/alerts.md"

_HEADING = re.compile(r"[a-z][a-z-]*")


def since(first: date, context: AlertContext) -> str:
    """`New.`, or the first day and how many days it has been."""
    days = (context.as_of_on - first).days + 1
    return "New." if days == 1 else f"Since {format_date(first)}, day {days}."


def reach(row: Mapping[str, Any], shop: Shop, context: AlertContext) -> str:
    """How far the data of a rate reach, where they are short of the day."""
    if row["is_complete"]:
        return ""
    ends_at = day_end(context.as_of_on, shop.timezone)
    return incomplete_sentence(row["known_through_at"], ends_at, shop.timezone)


def foot(rule: Rule, shop: Shop, context: AlertContext) -> str:
    """Owner, list, section of the report and runbook."""
    parts = [f"Owner: {escape(rule.owner)}."]
    count = context.report_shops or len(context.shops)
    if rule.worklist and context.report_folder:
        name = worklist_path(shop.shop_id, rule.worklist, count)
        parts.append(f"List: {_place(f'{context.report_folder}/{name}', context)}.")
    if rule.section and context.report_folder:
        page = "index.html" if count == 1 else f"{shop.shop_id}.html"
        place = f"{context.report_folder}/{page}#{rule.section}"
        parts.append(f"Report: {_place(place, context)}.")
    parts.append(runbook(rule.runbook))
    return " ".join(filter(None, parts))


def _place(path: str, context: AlertContext) -> str:
    """A path under the home folder: a link where the reports are served, else in back ticks."""
    if not context.report_url:
        return code(path)
    served = quote(path.removeprefix("reports/"), safe="/#")
    return f"<{context.report_url}/{served}|{escape(path.rpartition('/')[2])}>"


def runbook(named: str) -> str:
    """Where the runbook of a rule is: a heading of ours, or whatever a shop's own rule names."""
    if not named:
        return ""
    is_ours = _HEADING.fullmatch(named) is not None
    return f"Runbook: {code(f'{RUNBOOK}#{named}' if is_ours else named)}."


def compose(
    rule: Rule, shop: Shop, level: Level, title: str, sections: Sequence[str], bad: Bad
) -> Alert:
    """The alert of a rule and shop; `sections` are escaped, `title` is not."""
    header = f"{LEVEL_WORDS[level]}: {title}, {clean(shop.name, 60)}"
    return Alert(rule.name, shop.shop_id, level, build(header, sections), bad)
