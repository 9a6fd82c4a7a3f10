"""The end of a run: its state and its record join what is staged, and all of it is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from flows.errors import describe
from flows.home import retention
from flows.home.files import files_under
from flows.home.fingerprint import commit, of_json, of_project, versions
from flows.home.layout import Home
from flows.home.publications import kept_publication
from flows.home.state import PublicationState
from flows.running import indexing, rendering, what_if
from flows.running.run import Run
from flows.running.unchanged import edition_name
from flows.warehouse.policies import PolicyBook

# A duplicate's rows are its original's; withdrawn rows are in nothing that is published.
_UNCOUNTED = frozenset({"duplicate", "withdrawn"})
_COUNTS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_skipped")


def publish(run: Run) -> None:
    """Publish what is staged; of a run whose shops are all held back, the alerts and the record.

    What a what-if staged gets its place beside the publication, whose state does not move.
    """
    scope = run.needs_scope
    publication = run.publication
    is_new = bool(scope.shops) and not run.request.is_beside
    before = run.state.run_id
    if is_new:
        _advance(run)
        path = PublicationState.path(run.home)
        run.state.write(publication.path(path))
        publication.replace_file(path)
    _replace_alerts(run)
    if is_new:
        keep(run, before)
        indexing.stage(publication, run.state, run.record.started_at)
    complete_record(run)
    if run.record.changes:
        run.record.changes["kept_editions"] = [day.isoformat() for day in run.kept_days]
    run.record.close(status_of(run))
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
    if scope.shops:
        apply_limits(run)


def apply_limits(run: Run) -> None:
    """Remove what was kept long enough; the run is published, whatever the disk says to that."""
    try:
        retention.apply_limits(run.home, run.limits, lambda: exports_read(run.home), run.say)
    except OSError as error:
        run.warn(f"Not everything that was kept long enough could be removed: {describe(error)}")


def status_of(run: Run) -> str:
    """The last status of a run that its gates have judged: `published`, `built`, `blocked` …"""
    if not run.needs_scope.shops:
        return "blocked"
    if run.blocked:
        return "partly_blocked"
    return "built" if run.request.is_beside else "published"


def exports_read(home: Home) -> Iterator[Path]:
    """The exports in landing whose rows are in the lake, as they lie there now.

    Not among them: what is refused, as a whole or in single rows, which are whole nowhere else, and
    declarations, which people keep up to date where they lie.
    """
    from flows.ingest.discover import Stamp, discover
    from flows.ingest.ledger import FileRecord, read_ledger
    from flows.ingest.one_file import contract_of

    records: dict[tuple[str, str], list[FileRecord]] = defaultdict(list)
    for record in read_ledger(home).records:
        if record.is_present:
            records[record.shop_id, record.container].append(record)
    for found in discover(home.landing).files:
        read = records.get((found.shop_id, found.file), [])
        contracts = [contract_of(record.feed) for record in read]
        if (
            read
            and not any(record.status == "refused" or record.rows_quarantined for record in read)
            and all(record.stamp == found.stamp for record in read)
            and not any(contract is None or contract.is_declaration for contract in contracts)
            and Stamp.of(found.path) == found.stamp
        ):
            yield found.path


def keep(run: Run, before: str | None) -> None:
    """Keep what is published now and what will be, and drop the oldest beyond the limit."""
    remaining = run.remaining
    publication = run.publication
    if (
        before is not None
        and run.limits.publications
        and not kept_publication(run.home, before).folder.exists()
    ):
        # Of a publication that was made before publications were kept.
        publication.keep_before(before)
    publication.keep_after(run.run_id)
    for kept in remaining.dropped:
        publication.drop_folder(kept.folder)
    for report, edition in publication.archived:
        for folder in remaining.editions(report, edition)[1]:
            publication.drop_folder(folder)


def complete_record(run: Run) -> None:
    """Fill the run's record with what the run knows by now."""
    record = run.record
    record.days = [day.isoformat() for day in run.days]
    record.shops = [asdict(shop) for shop in run.known_shops.values()]
    record.blocked = run.blocked
    record.inputs = _inputs(run)
    record.row_accounting = {
        key: sum(file[key] or 0 for file in run.files if file["status"] not in _UNCOUNTED)
        for key in _COUNTS
    }
    record.gates = [gate.to_json() for gate in run.gates]
    record.fingerprints = {**of_project(), **{f"shop {s}": f for s, f in run.fingerprints.items()}}
    record.versions = versions()
    record.commit = commit()
    if run.scope is not None:
        record.scope = run.scope.to_json()
        record.policy_versions = _policies(run)
    if record.marts:
        record.reproducible, record.not_reproducible_because = True, None


def _policies(run: Run) -> list[str]:
    """The policy versions that were in force on the run's as-of days, oldest first."""
    if run.request.policy:
        return [run.request.policy]
    days_of: dict[str, set[date]] = defaultdict(set)
    for shop, days in run.needs_scope.as_of.items():
        days_of[run.shops[shop].market].update(days)
    return PolicyBook.load().in_force_on(days_of)


def _inputs(run: Run) -> list[dict[str, Any]]:
    """Every file of the ledger: what the build is told of it, and where its rows are."""
    return [
        {
            **row,
            "newest_at": row["newest_at"].isoformat() if row["newest_at"] else None,
            "lake_paths": list(record.lake_paths),
            "contract": record.key.contract,
            "reader": record.key.reader,
        }
        for row, record in zip(run.files, run.ledger.records, strict=True)
    ]


def project() -> dict[str, str]:
    """What of the project a publication is made with, by part: code, rules, libraries …"""
    return {**of_project(), "libraries": of_json(versions())}


def _advance(run: Run) -> None:
    """Bring the publication's state to what it will be when the journal is done."""
    scope = run.needs_scope
    run.state.advance(run.run_id)
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
        # A report that stays is as good as made from what there is now.
        by = run.state.edition_run(name) if day in run.kept_days else run.run_id
        run.state.editions[name] = {"run_id": by, "shops": {**before, **mine}}
        if name in run.contents:
            run.state.editions[name]["content"] = run.contents[name]


def _replace_alerts(run: Run) -> None:
    """Publish the staged alerts, and take away those of the same day that no longer hold."""
    staged = run.publication.staged / run.home.alerts.relative_to(run.home.root)
    new = [path.relative_to(staged) for path in files_under(staged)]
    for path in new:
        run.publication.replace_file(run.home.alerts / path)
    day = run.days[-1]
    folder = run.home.alerts / day.isoformat()
    kept = {run.home.alerts / path for path in new}
    run.alerts = [path for path in sorted(kept) if path.parent == folder]
    if run.request.command != "daily":
        # Its only alerts are those of gates, and the gates let these shops through.
        for shop in () if run.request.is_beside else run.needs_scope.shops:
            path = folder / f"gate_blocked.{shop}.json"
            if path.exists():
                run.publication.remove_file(path)
        return
    for path in files_under(folder):
        _, _, shop = path.stem.partition(".")
        if shop not in run.needs_scope.as_of or path in kept:
            continue
        newest = run.state.shop(shop).newest_day
        if path.parent == folder or newest is None or newest <= day:
            run.publication.remove_file(path)
