"""`greenzone alerts`: what the rules in force find in what is published; writes and sends nothing.

It is how a rule is tried before a run has to.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from flows.commands.console import Console, command
from flows.commands.root import cli
from flows.errors import UsageError
from flows.home.layout import Home

if TYPE_CHECKING:
    from flows.alerts import Judgement
    from flows.alerts.rules import RuleBook

_FINDS = {True: "fires", False: "quiet"}


@command("alerts", cli)
@click.option("--rule", metavar="NAME", help="One rule alone, with its whole message.")
def alerts(home: Home, console: Console, debug: bool, rule: str | None) -> None:
    """Judge the alert rules by what is published now, without writing or sending anything.

    Reads rules.yaml and the home folder's own alert_rules.yaml: the way to try a rule. Rules about
    gates and files need a run and are left out.
    """
    from flows.alerts.checking import check_rules
    from flows.alerts.rules import load_book

    del debug
    book = load_book(home)
    chosen = [item for item in book.rules if rule in (None, item.name) and not item.is_of_run]
    if not chosen:
        names = [item.name for item in book.rules if not item.is_of_run]
        near = difflib.get_close_matches(str(rule), names, 3, 0.4) or names
        raise UsageError(f"There is no rule {rule} on a mart.", f"There is {', '.join(near)}.")
    check_rules(chosen)
    found = _found(home, replace(book, rules=tuple(chosen)))
    console.show({"rules": found}, lambda shown: console.lines(_lines(shown, rule is not None)))


def _found(home: Home, book: RuleBook) -> list[dict[str, Any]]:
    from flows.alerts import AlertContext, judge
    from flows.alerts.links import report_url
    from flows.alerts.open import read_open
    from flows.report.context import Shop
    from flows.running.unchanged import edition_name

    shops = read_open(home)
    if not home.published.exists() or not shops:
        raise UsageError(
            "Nothing is published yet, so there is nothing to judge.",
            "Run `greenzone daily` first.",
        )
    shown = []
    for shop_id, known in sorted(shops.items()):
        shop = Shop(shop_id, known.name, "", known.timezone, "", True)
        context = AlertContext(
            run_id="",
            as_of_on=known.day,
            shops=(shop,),
            report_folder=f"reports/{edition_name('daily', known.day)}",
            report_shops=len(shops),
            book=book,
            report_url=report_url(),
        )
        shown += [_shown(item, known.as_of_on) for item in judge(home.published, context)]
    return shown


def _shown(found: Judgement, day: str) -> dict[str, Any]:
    finds = "not judged" if not found.is_judged else _FINDS[found.alert is not None]
    return {
        "rule": found.rule,
        "shop_id": found.shop_id,
        "day": day,
        "finds": finds,
        "severity": found.alert.level if found.alert else None,
        "text": found.alert.text if found.alert else "",
        "problem": found.problem,
        "message": found.alert.message if found.alert else None,
    }


def _lines(shown: dict[str, Any], is_whole: bool) -> list[str]:
    lines = []
    for item in shown["rules"]:
        more = item["problem"] or item["text"]
        lines.append(f"{item['shop_id']}/{item['rule']}: {item['finds']}{more and '. '}{more}")
        if is_whole and item["message"]:
            parts = [block["text"]["text"] for block in item["message"]["blocks"]]
            lines += [f"  {line}" for part in parts for line in part.splitlines()]
    return lines
