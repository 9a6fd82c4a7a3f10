"""What the doctor says of what runs by itself: lock, publication, messages, server, schedule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from flows.commands.findings import Finding
from flows.errors import GreenzoneError
from flows.home import lock
from flows.home.layout import Home
from flows.home.state import PublicationState
from flows.orchestration.deployed import deployed
from flows.orchestration.prefect_home import server_of, without_user

_LONG = timedelta(hours=24)
_BEHIND = timedelta(days=3)


def looks() -> list[Callable[[Home], Finding]]:
    """What is looked at, in the order in which it is said."""
    return [_zones, _lock, _publication, _delivery, _server, _worker, _schedule]


def _zones(home: Home) -> Finding:
    """Whether the machine knows the time zones of the shops."""
    from flows.ingest import resolve_shops

    subject = "time zone data"
    mend = "Install the operating system's time zone data (package tzdata)."
    if not available_timezones():
        return Finding(subject, False, "this machine knows no time zone", mend)
    try:
        zones = {shop.timezone for shop in resolve_shops(home)} if home.ledger.exists() else set()
    except GreenzoneError as error:
        return Finding(subject, False, error.message.removesuffix("."), error.mend)
    unknown = []
    for zone in sorted(zones):
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            unknown.append(zone)
    if unknown:
        return Finding(subject, False, f"{', '.join(unknown)} is unknown here", mend)
    return Finding(subject, True, ", ".join(sorted(zones)) or "no shop yet")


def _lock(home: Home) -> Finding:
    who = lock.holder(home)
    if who is None:
        return Finding("lock", True, "free")
    observed = f"held by run {who.run_id} ({who.command}), process {who.pid}, since {who.since}"
    try:
        is_long = datetime.now(UTC) - datetime.fromisoformat(who.since) > _LONG
    except (ValueError, TypeError):
        is_long = False
    mend = (
        f"It holds it for more than a day: look at process {who.pid}, and end it with "
        f"`kill {who.pid}` if it hangs; the lock then frees itself."
    )
    return Finding("lock", not is_long, observed, mend, is_warning=True)


def _publication(home: Home) -> Finding:
    """Whether a publication is under way, and whether the newest one is behind the clock."""
    subject = "publication"
    if lock.holder(home) is None and (home.staging / "journal.json").exists():
        mend = "The next run finishes it: `greenzone daily`."
        return Finding(subject, False, "one was interrupted", mend, is_warning=True)
    shops = PublicationState.load(home).shops
    newest = {shop: known.newest for shop, known in sorted(shops.items()) if known.newest}
    if not newest:
        return Finding(subject, True, "none yet")
    today = datetime.now(UTC).date()
    behind = [
        f"{shop} to {last}"
        for shop, last in newest.items()
        if today - date.fromisoformat(last) > _BEHIND
    ]
    mend = "Run `greenzone daily`; `make up` keeps it daily."
    observed = ", ".join(behind) or f"to {max(newest.values())}"
    return Finding(subject, not behind, observed, mend, is_warning=True)


def _delivery(home: Home) -> Finding:
    """Whether messages wait that could not be delivered."""
    from flows.alerts.outbox import Outbox

    subject = "messages"
    try:
        outbox = Outbox(home)
    except GreenzoneError as error:
        return Finding(subject, False, error.message.removesuffix("."), error.mend)
    waiting, unknown = len(outbox.undelivered), len(outbox.unknown)
    if waiting:
        mend = "See `greenzone status`, mend the webhook, then run `greenzone deliver`."
        return Finding(subject, False, f"{waiting} not delivered", mend, is_warning=True)
    observed = f"{unknown} may have arrived or not" if unknown else "nothing waits"
    return Finding(subject, True, observed)


def _server(home: Home) -> Finding:
    url = server_of(home)
    if not url:
        observed = "no server: runs start a temporary one (`make up` for one)"
        return Finding("Prefect", True, observed)
    shown = without_user(url).rpartition("://")[2].partition("/")[0]
    found = deployed(url)
    if found["error"] is None:
        return Finding("Prefect", True, f"server at {shown}")
    return Finding(
        "Prefect",
        False,
        f"{shown}: {found['error']}",
        "Start it (`make up`), or unset PREFECT_API_URL, in the profile too, to run without one.",
    )


def _worker(home: Home) -> Finding:
    url = server_of(home)
    found = deployed(url) if url else None
    if found is None or found["error"] is not None:
        return Finding("worker", True, "not asked: no server")
    if not found["deployments"]:
        mend = "Apply them: `make up`, or as the first lines of prefect.yaml say."
        return Finding("worker", False, "no deployments at the server", mend, is_warning=True)
    mend = "Run `make up`: it starts what is missing."
    is_alive = bool(found["is_worker_alive"])
    observed = "alive" if is_alive else "no worker is alive: nothing scheduled will run"
    return Finding("worker", is_alive, observed, mend, is_warning=True)


def _schedule(home: Home) -> Finding:
    subject = "schedule"
    url = server_of(home)
    found = deployed(url) if url else None
    if found is None or found["error"] is not None or not found["deployments"]:
        return Finding(subject, True, "none: no server")
    bad = [
        f"{item['name']} ended as {item['last_bad_state']} at {item['last_bad_at']}"
        for item in found["deployments"]
        if (item["last_bad_at"] or "") > (item["last_done_at"] or "")
    ]
    bad += [f"{item['name']} is paused" for item in found["deployments"] if item["is_paused"]]
    bad += [f"{item['name']} is late" for item in found["deployments"] if item["late"]]
    if not found["automations"]:
        bad.append("no automation tells of a failed run")
    names = ", ".join(item["name"] for item in found["deployments"])
    mend = (
        "See why in the run's log at the server or with `greenzone status`, mend it and start the "
        "deployment again; `make up` applies deployments and automations again."
    )
    return Finding(subject, not bad, "; ".join(bad) or names, mend, is_warning=True)
