"""Writes the alerts of a run's day into staging."""

from __future__ import annotations

from datetime import date

from flows.running.rendering import report_shops, warehouse_of
from flows.running.run import Run
from flows.running.unchanged import edition_name


def write(run: Run, day: date) -> None:
    """Write one file for each alert that fires: of a daily run all, else what the gates block."""
    from flows.alerts import AlertContext, build_alerts, gate_blocked_alert, write_alerts

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
    )
    if run.request.command != "daily":
        alerts = [gate_blocked_alert(context, shop) for shop in report_shops(run, blocked)]
    elif own:
        with warehouse_of(run, day, []) as warehouse:
            alerts = build_alerts(warehouse, context)
    else:
        alerts = build_alerts(None, context)
    if alerts:
        folder = run.home.alerts / day.isoformat()
        write_alerts(alerts, run.publication.folder(folder))
    run.say(f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}")
