"""The parts that alerts are made of: since when, how far the data reach, orders, owner, runbook."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flows.alerts.context import AlertContext
from flows.alerts.message import Alert, Bad, build, clean, code, id_of, listed, name_of
from flows.alerts.rules import LEVEL_WORDS, Level, Rule
from flows.alerts.standing import Orders
from flows.report.context import Shop
from flows.report.formats import day_end, format_date, local
from flows.report.sentences.rates import incomplete_sentence
from flows.report.vocabulary import DEFECT_WORDS
from flows.report.worklists.write import worklist_path

RUNBOOK = "docs/runbooks/alerts.md"


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


def order_lines(orders: Orders, shop: Shop) -> str:
    """The first orders of a list, one a line, with deadline, defect and place."""
    lines = []
    for order in orders.first:
        shown = id_of(order["order_id"])
        if shown is None:
            continue
        due = order["due_at"]
        parts = [
            f"due {format_date(local(due, shop.timezone).date())}" if due else "",
            DEFECT_WORDS.get(order["defect"] or "", ""),
            name_of(order["warehouse"]),
            name_of(order["carrier"]),
        ]
        lines.append(f"{shown} {', '.join(part for part in parts if part)}".rstrip())
    return listed(lines, orders.total)


def foot(rule: Rule, shop: Shop, context: AlertContext) -> str:
    """Owner, list and runbook."""
    parts = [f"Owner: {rule.owner}."]
    if rule.worklist and context.report_folder:
        count = context.report_shops or len(context.shops)
        name = worklist_path(shop.shop_id, rule.worklist, count)
        parts.append(f"List: {code(f'{context.report_folder}/{name}')}.")
    parts.append(runbook(rule))
    return " ".join(parts)


def runbook(rule: Rule) -> str:
    """Where the runbook of a rule is."""
    return f"Runbook: {code(f'{RUNBOOK}#{rule.runbook}')}."


def compose(
    rule: Rule, shop: Shop, level: Level, title: str, sections: Sequence[str], bad: Bad
) -> Alert:
    """The alert of a rule and shop; `sections` are escaped, `title` is not."""
    header = f"{LEVEL_WORDS[level]}: {title}, {clean(shop.name, 60)}"
    return Alert(rule.name, shop.shop_id, level, build(header, sections), bad)
