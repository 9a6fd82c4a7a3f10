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
    context = AlertContext(
        run_id=run.run_id,
        as_of_on=day,
        shops=report_shops(run, own | blocked),
        gates=run.gates,
        ingest_records=run.files,
        report_folder=f"reports/{edition_name('daily', day)}" if run.reports else "",
    )
    alerts = [gate_blocked_alert(context, shop) for shop in report_shops(run, blocked)]
    if run.request.command == "daily" and own:
        with warehouse_of(run, day, []) as warehouse:
            fired = build_alerts(warehouse, context)
        alerts += [alert for alert in fired if alert.shop_id in own]
    if alerts:
        folder = run.home.alerts / day.isoformat()
        write_alerts(alerts, run.publication.folder(folder))
    run.say(f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}")
