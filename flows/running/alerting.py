"""The alerts of a run's day: written into staging with the run, sent after it is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from flows.errors import describe
from flows.running.rendering import report_shops, warehouse_of
from flows.running.run import Run
from flows.running.unchanged import edition_name

if TYPE_CHECKING:
    from flows.alerts import Alert, AlertContext, Judgement
    from flows.alerts.open import ShopAlerts
    from flows.alerts.rules import RuleBook
    from flows.alerts.webhooks import FindBlocks


def write(run: Run, day: date) -> None:
    """Write one file for each alert that fires: of a daily run all, else what the gates block.

    A daily run also writes which alerts are open now, and a message for each that is over.
    """
    from flows.alerts import AlertContext, gate_blocked_alert, load_book, write_alerts
    from flows.alerts.links import report_url

    own = set(run.needs_scope.shops)
    blocked = set(run.blocked)
    newest = {s: state.newest_day for s, state in run.state.shops.items() if s in blocked}
    context = AlertContext(
        run_id=run.run_id,
        as_of_on=day,
        shops=report_shops(run, own | blocked),
        gates=run.gates,
        ingest_records=run.files,
        report_folder=f"reports/{edition_name('daily', day)}" if run.reports else "",
        report_shops=len(own),
        published_on={shop: on for shop, on in newest.items() if on is not None},
        book=load_book(run.home),
        report_url=report_url(),
    )
    if run.request.command == "daily":
        found = _judge(run, day, context)
        for problem in sorted({(item.rule, item.problem) for item in found if item.problem}):
            run.warn(f"Alert rule {problem[0]} could not be judged: {problem[1]}")
        alerts = [judged.alert for judged in found if judged.alert is not None]
        _write_open(run, day, context, found)
    else:
        stopped = [gate_blocked_alert(context, shop) for shop in report_shops(run, blocked)]
        alerts = [alert for alert in stopped if alert is not None]
    if alerts:
        folder = run.home.alerts / day.isoformat()
        write_alerts(alerts, run.publication.folder(folder))
    run.say(f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}")


def deliver(run: Run, find_blocks: FindBlocks | None) -> None:
    """Send what there is to say; whatever goes wrong is a warning, since the run is published."""
    try:
        from flows.alerts import delivery
        from flows.alerts.webhooks import resolve

        delivery.forget_over(run.home)
        if not delivery.pending(run.home):
            return
        webhooks = resolve(delivery.channels(run.home), find_blocks)
        if not webhooks:
            return
        run.say("Sending alerts")
        result = delivery.deliver(run.home, webhooks, run.run_id)
    except Exception as error:  # a bug in here must not turn a published run into a failed one
        run.warn(f"Alerts were not sent: {describe(error)}")
        return
    run.delivery = result.to_json()
    for warning in result.warnings:
        run.warn(warning)
    run.say(f"{len(result.sent)} of {result.due} messages sent")


def _judge(run: Run, day: date, context: AlertContext) -> list[Judgement]:
    from flows.alerts import judge

    if not run.needs_scope.shops:
        return judge(None, context)
    with warehouse_of(run, day, []) as warehouse:
        return judge(warehouse, context)


def _write_open(run: Run, day: date, context: AlertContext, found: Iterable[Judgement]) -> None:
    from flows.alerts import write_alerts
    from flows.alerts.history import HISTORY, write_history
    from flows.alerts.open import RESOLVED, advance, read_open, write_open

    shops = read_open(run.home)
    judged = list(found)
    over: list[Alert] = []
    for shop in context.shops:
        mine = [item for item in judged if item.shop_id == shop.shop_id]
        rules = [rule.name for rule in context.book.rules]
        known = advance(shops.get(shop.shop_id), mine, day, shop.timezone, shop.name, rules)
        shops[shop.shop_id] = known
        stands = {item.rule: item.sentence for item in mine}
        over += _resolved(day, known, shop.shop_id, context.book, stands)
    if over:
        folder = run.home.alerts / day.isoformat() / RESOLVED
        write_alerts(over, run.publication.folder(folder))
    write_open(run.publication.path(run.home.alert_state), shops)
    run.publication.replace_file(run.home.alert_state)
    write_history(run.publication.path(run.home.alerts / HISTORY), shops)


def _resolved(
    day: date, known: ShopAlerts, shop_id: str, book: RuleBook, sentences: Mapping[str, str]
) -> Iterator[Alert]:
    """The message of each alert of a shop that is over since this day."""
    from flows.alerts import Alert
    from flows.alerts.notices import resolved_message

    for rule in book.rules:
        over = known.resolved.get(rule.name)
        if over is not None and over.as_of_on == day.isoformat() and rule.has_end:
            message = resolved_message(rule, known.name, over, sentences.get(rule.name, ""))
            yield Alert(rule.name, shop_id, "check", message)
