"""The end of a run: its state and its record join what is staged, and all of it is published."""

from __future__ import annotations

from dataclasses import asdict

from flows.home.files import files_under
from flows.home.fingerprint import of_json, of_project, versions
from flows.home.state import PublicationState
from flows.running import rendering, what_if
from flows.running.run import Run
from flows.running.unchanged import edition_name

RECORDED_INPUTS = ("file", "feed", "shop_id", "sha256", "archive_sha256", "status", "run_id")
# A duplicate's rows are its original's; withdrawn rows are in nothing that is published.
_UNCOUNTED = frozenset({"duplicate", "withdrawn"})
_COUNTS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_skipped")


def publish(run: Run) -> None:
    """Publish what is staged; of a run whose shops are all held back, the alerts and the record.

    What a what-if staged gets its place beside the publication, whose state does not move.
    """
    scope = run.needs_scope
    publication = run.publication
    if scope.shops and not run.request.is_beside:
        _advance(run)
        path = PublicationState.path(run.home)
        run.state.write(publication.path(path))
        publication.replace_file(path)
    _replace_alerts(run)
    complete_record(run)
    if not scope.shops:
        run.record.close("blocked")
    elif run.request.is_beside:
        run.record.close("built")
    else:
        run.record.close("partly_blocked" if run.blocked else "published")
    record = publication.path(run.record_path)
    run.record.published = [step["path"] for step in publication.steps if step["do"] == "replace"]
    run.record.write(record)
    publication.commit()
    if run.request.is_beside:
        what_if.clear(run)
        run.say("The publication stands as it was")
        return
    rendering.clear(run)
    run.say("Published" if scope.shops else "Nothing is published")


def complete_record(run: Run) -> None:
    """Fill the run's record with what the run knows by now."""
    record = run.record
    record.days = [day.isoformat() for day in run.days]
    record.shops = [asdict(shop) for shop in run.known_shops.values()]
    record.blocked = run.blocked
    record.inputs = [{key: file[key] for key in RECORDED_INPUTS} for file in run.files]
    record.row_accounting = {
        key: sum(file[key] or 0 for file in run.files if file["status"] not in _UNCOUNTED)
        for key in _COUNTS
    }
    record.gates = [gate.to_json() for gate in run.gates]
    record.fingerprints = {**of_project(), **{f"shop {s}": f for s, f in run.fingerprints.items()}}
    record.versions = versions()


def project() -> dict[str, str]:
    """What of the project a publication is made with, by part: code, rules, libraries …"""
    return {**of_project(), "libraries": of_json(versions())}


def _advance(run: Run) -> None:
    """Bring the publication's state to what it will be when the journal is done."""
    scope = run.needs_scope
    for shop in scope.shops:
        state = run.state.shop(shop)
        for day in scope.as_of[shop]:
            state.days[day.isoformat()] = run.fingerprints[shop]
        if shop in scope.whole:
            state.newest = scope.current(shop).isoformat()
            state.run_id = run.run_id
            state.project = project()
    if not run.reports:
        return
    for day in run.days:
        name = edition_name(run.request.command, day)
        before = run.state.editions.get(name, {}).get("shops", {})
        mine = {shop: run.fingerprints[shop] for shop in scope.shops}
        run.state.editions[name] = {"run_id": run.run_id, "shops": {**before, **mine}}


def _replace_alerts(run: Run) -> None:
    """Publish the staged alerts, and take away those of the same day that no longer hold."""
    staged = run.publication.staged / run.home.alerts.relative_to(run.home.root)
    new = [path.relative_to(staged) for path in files_under(staged)]
    for path in new:
        run.publication.replace_file(run.home.alerts / path)
    run.alerts = [run.home.alerts / path for path in new]
    if run.request.command != "daily":
        return
    folder = run.home.alerts / run.days[-1].isoformat()
    kept = {path.name for path in new}
    for path in files_under(folder):
        _, _, shop = path.stem.partition(".")
        if shop in run.needs_scope.as_of and path.name not in kept:
            run.publication.remove_file(path)
