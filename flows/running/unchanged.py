"""Finds out that a run would publish what is published already.

The sure way is to read landing and compare fingerprints, which every run does. A quick look comes
before it: if no file in landing was touched since the last run read it, and the project is the
same, then so are the fingerprints that the last run computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.calendar import days_between, last_full_week, newest_ended_day, week_name
from flows.errors import GreenzoneError
from flows.home import fingerprint
from flows.home.files import cached_json, write_json
from flows.home.interventions import read_interventions, withdrawals
from flows.home.layout import Home
from flows.home.state import PublicationState
from flows.masking import is_webhook_given
from flows.running.run import Request, Run

BACKFILL_DAYS = 28
WHAT_IF_WEEKS = 4


def edition_name(command: str, day: date) -> str:
    """The report folder, under `reports/`, that a command writes for a day."""
    return f"weekly/{week_name(day)}" if command == "weekly" else f"daily/{day}"


def default_days(command: str, zones: Iterable[str]) -> tuple[date, ...]:
    """The days that a command means when it is given none."""
    now = datetime.now(UTC)
    if command == "weekly":
        return (last_full_week(zones, now),)
    last = newest_ended_day(zones, now)
    if command == "backfill":
        return days_between(last - timedelta(days=BACKFILL_DAYS - 1), last)
    return (last,)


def default_what_if_days(zones: Iterable[str]) -> tuple[date, ...]:
    """The days of a what-if that is given none: the last full weeks, whose judgement is known."""
    last = last_full_week(zones, datetime.now(UTC))
    return days_between(last - timedelta(days=7 * WHAT_IF_WEEKS - 1), last)


def is_published(
    home: Home,
    state: PublicationState,
    command: str,
    days: Iterable[date],
    fingerprints: dict[str, str],
) -> bool:
    """Whether the days and their reports are there, made from exactly these fingerprints."""
    return home.published.exists() and all(
        state.is_current(edition_name(command, day), day, fingerprints)
        and (home.reports / edition_name(command, day) / "index.html").exists()
        for day in days
    )


def unchanged_outcome(
    home: Home, state: PublicationState, command: str, days: tuple[date, ...], shops: Iterable[str]
) -> dict[str, Any]:
    """What a command says when it has nothing to do: where everything is."""
    newest = edition_name(command, days[-1])
    alerts = home.alerts / days[-1].isoformat()
    run_id = state.edition_run(newest)
    return {
        "command": command,
        "run_id": run_id,
        "status": "unchanged",
        "days": [day.isoformat() for day in days],
        "shops": sorted(shops),
        "blocked": {},
        "reports": [str(home.reports / edition_name(command, day) / "index.html") for day in days],
        "alerts": [str(path) for path in sorted(alerts.glob("*.json"))],
        "warehouse": str(home.published),
        "record": str(home.runs / f"{run_id}.json"),
        "timings": {},
        "delivery": {},
    }


def published_outcome(request: Request) -> dict[str, Any] | None:
    """The outcome of a request that has nothing to do, by a quick look; None if it must run."""
    home = request.home
    if request.is_beside or (request.command == "daily" and _is_to_be_sent(home)):
        return None
    seen = cached_json(_path(home))
    if seen is None or any(home.staging.glob("*")):
        return None
    if seen["project"] != _project() or seen["landing"] != fingerprint.of_landing(home)[0]:
        return None
    if seen.get("withdrawn") != _withdrawn(home):
        return None
    shops = {
        shop: known
        for shop, known in seen["shops"].items()
        if not request.shops or shop in request.shops
    }
    if not shops or len(shops) < len(request.shops):
        return None
    zones = [known["timezone"] for known in shops.values()]
    days = request.days or default_days(request.command, zones)
    state = PublicationState.load(home)
    wanted = {shop: str(known["fingerprint"]) for shop, known in shops.items()}
    if not is_published(home, state, request.command, days, wanted):
        return None
    return unchanged_outcome(home, state, request.command, days, wanted)


def _is_to_be_sent(home: Home) -> bool:
    """Whether a message waits for a webhook: that of the environment, or one that was used."""
    if not (home.outbox.exists() or is_webhook_given()) or not home.alert_state.exists():
        return False
    from flows.alerts.delivery import pending

    try:
        return bool(pending(home))
    except GreenzoneError:  # the run says so when it would send
        return True


def remember(run: Run, fingerprints: dict[str, str]) -> None:
    """Keep what the run found in landing for the quick look of the next one.

    fingerprints: of every shop of the home folder. Nothing is kept when a file of landing changed
    since the run began, or so recently that another change might leave the same time stamp.
    """
    landing, newest = fingerprint.of_landing(run.home)
    path = _path(run.home)
    if landing != run.landing or not fingerprint.is_settled(newest):
        path.unlink(missing_ok=True)
        return
    content = {
        "landing": landing,
        "project": _project(),
        "withdrawn": _withdrawn(run.home),
        "shops": {
            shop: {"timezone": run.shops[shop].timezone, "fingerprint": found}
            for shop, found in fingerprints.items()
        },
    }
    if cached_json(path) != content:
        write_json(path, content)


def _withdrawn(home: Home) -> list[list[str]]:
    """What is withdrawn now: shop and SHA-256."""
    return sorted(list(key) for key in withdrawals(read_interventions(home)))


def _project() -> str:
    return fingerprint.of_json([fingerprint.of_project(), fingerprint.versions()])


def _path(home: Home) -> Path:
    return home.root / ".seen.json"
