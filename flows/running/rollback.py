"""Back to an earlier publication: warehouse, state, newest reports and alerts as they were then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from flows.errors import UsageError
from flows.home.files import files_under
from flows.home.fingerprint import commit, of_project, versions
from flows.home.interventions import (
    add_intervention,
    numbered,
    read_interventions,
    stated,
)
from flows.home.layout import Home
from flows.home.publications import (
    EDITIONS,
    Kept,
    kept_publication,
    kept_publications,
    link_or_copy,
    present_alerts,
)
from flows.home.publish import Publication
from flows.home.state import PublicationState
from flows.running.revoking import resting_on
from flows.running.run import Request, Run
from flows.running.session import session

PUBLISHES_ANEW = "The next daily run publishes anew: withdraw or mend what was wrong before then."


def rollback(home: Home, run: str | None, reason: str) -> dict[str, Any]:
    """Make an earlier publication the present one, and say what came of it.

    run: the id of the run that made it, or the end or beginning of it; None for the one that the
    present one came after. reason: recorded with the decision, which also ends what was accepted of
    failed checks for the publications that it leaves. The publication that was present is kept, so
    that a roll-back to it goes forward again. Raises `UsageError` for a publication that is not
    kept or not whole, and `Locked` while another run works.
    """
    stated(reason)
    target_of(home, run)
    with session(Request("rollback", home)) as made:
        # The session may have finished a publication that was interrupted.
        target = target_of(home, run)
        present = str(made.state.run_id)
        if target.run_id == present:
            made.say(f"The publication of run {present} is the present one: nothing to do")
            return _outcome(made, target, present, "unchanged", [])
        _check(home, target, made.state)
        made.say(f"Going back from the publication of run {present} to that of {target.run_id}")
        over = resting_on(home, made.state, target.state())
        _stage(made, target, reason, over)
        made.publication.commit()
        made.say("Rolled back")
        return _outcome(made, target, present, "rolled_back", over)


def target_of(home: Home, run: str | None) -> Kept:
    """The kept publication that `run` names; for None the one before the present.

    Raises `UsageError`, which lists those that there are.
    """
    state = PublicationState.load(home)
    present = state.run_id
    kept = {item.run_id: item for item in kept_publications(home)}
    if present is None or not kept:
        raise UsageError(
            "There is no earlier publication to go back to.",
            "Publications are kept from the first daily run on: see `greenzone status`.",
        )
    known = f"Kept: {', '.join(kept)}; the present one is {present}."
    if run is None:
        if state.before is None or state.before not in kept:
            raise UsageError("No publication before the present one is kept.", known)
        return kept[state.before]
    found = [run] if run in kept else [name for name in kept if run and run in name]
    if len(found) != 1:
        what = "Several publications are" if found else "No publication is"
        raise UsageError(f"{what} kept under {run!r}.", known)
    return kept[found[0]]


def _check(home: Home, target: Kept, present: PublicationState) -> None:
    """Raise `UsageError` unless everything of the publication is there and can be read."""
    missing = []
    try:
        with duckdb.connect(str(target.warehouse), read_only=True) as connection:
            connection.execute("select count(*) from marts.kpi_daily")
    except duckdb.Error:
        missing.append("its warehouse")
    state = target.state()
    if state.run_id is None:
        missing.append("its state")
    try:
        target.alerts()
    except (OSError, ValueError):
        missing.append("its alerts")
    for name, edition in state.editions.items():
        run_id = edition["run_id"]
        folder = home.reports / name / EDITIONS / run_id
        if present.edition_run(name) != run_id and not folder.is_dir():
            missing.append(f"reports/{name} as run {run_id} wrote it")
    if missing:
        shown = ", ".join(missing[:5]) + (" and more" if len(missing) > 5 else "")
        raise UsageError(
            f"The publication of run {target.run_id} is not whole: {shown} cannot be read.",
            "Go back to another one, or rebuild the days with `greenzone backfill`.",
        )


def _stage(run: Run, target: Kept, reason: str, over: list[str]) -> None:
    """Stage every file of the earlier publication, the decision and the record.

    over: by id the acceptances that it ends.
    """
    present = str(run.state.run_id)
    home, publication = run.home, run.publication
    state = target.state()
    for source, place in (
        (target.warehouse, home.published),
        (target.state_file, PublicationState.path(home)),
    ):
        link_or_copy(source, publication.path(place))
        publication.replace_file(place)
    _stage_reports(run, state)
    _stage_alerts(run, target)
    if not kept_publication(home, present).folder.exists():
        publication.keep_before(present)
    details = {"from": present, "to": target.run_id, "ended": over}
    _stage_decision(publication, details, reason)
    record = run.record
    record.arguments = {"to": target.run_id, "from": present, "reason": stated(reason)}
    record.days = sorted({shop.newest for shop in state.shops.values() if shop.newest})
    record.fingerprints, record.versions, record.commit = of_project(), versions(), commit()
    record.published = [step["path"] for step in publication.steps if step["do"] == "replace"]
    record.not_reproducible_because = f"A roll-back makes no marts: run {target.run_id} did."
    record.close("rolled_back")
    record.write(publication.path(run.record_path))


def _stage_reports(run: Run, state: PublicationState) -> None:
    """The editions that were newest then; what was published later moves among the editions."""
    for name in sorted({*run.state.editions, *state.editions}):
        is_shown, was_shown = run.state.edition_run(name), state.edition_run(name)
        if is_shown == was_shown:
            continue
        report = run.home.reports / name
        staged = run.publication.folder(report)
        if was_shown is not None:
            edition = report / EDITIONS / was_shown
            for path in files_under(edition):
                place = staged / path.relative_to(edition)
                place.parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(path, place)
            run.reports.append(report / "index.html")
        run.publication.replace_edition(report, is_shown)


def _stage_alerts(run: Run, target: Kept) -> None:
    """The alerts that stood then, and none that came later; what was sent stays sent."""
    from flows.alerts.history import HISTORY, write_history
    from flows.alerts.open import read_state

    home, publication = run.home, run.publication
    alerts, now = target.alerts(), present_alerts(home)
    if target.open_alerts_file.exists():
        link_or_copy(target.open_alerts_file, publication.path(home.alert_state))
        publication.replace_file(home.alert_state)
        if (home.alerts / HISTORY).exists():
            shops = read_state(target.open_alerts_file)
            write_history(publication.path(home.alerts / HISTORY), shops)
            publication.replace_file(home.alerts / HISTORY)
    for name, text in alerts.items():
        if now.get(name) != text:
            publication.path(home.alerts / name).write_text(text, encoding="utf-8")
            publication.replace_file(home.alerts / name)
    for name in sorted(now.keys() - alerts.keys()):
        publication.remove_file(home.alerts / name)


def _stage_decision(publication: Publication, details: dict[str, Any], reason: str) -> None:
    """The list of decisions with this one, published with what it speaks of or not at all."""
    home = publication.home
    staged = publication.path(home.interventions)
    if home.interventions.exists():
        link_or_copy(home.interventions, staged)
    add_intervention(
        Home(publication.staged),
        "rollback",
        "",
        f"the publication of run {details['from']}",
        reason,
        run_id=details["to"],
        details=details,
    )
    publication.replace_file(home.interventions)


def _outcome(run: Run, target: Kept, present: str, status: str, over: list[str]) -> dict[str, Any]:
    decisions = dict(numbered(read_interventions(run.home)))
    state = target.state()
    newest = {shop: known.newest for shop, known in sorted(state.shops.items())}
    record: Path | None = run.record_path if run.record_path.exists() else None
    return {
        "command": "rollback",
        "run_id": run.run_id,
        "status": status,
        "from": present,
        "to": target.run_id,
        "shops": newest,
        "ended": [
            {"shop_id": item.shop_id, "checks": item.subject, "at": item.at, "by": item.by}
            for item in (decisions[number] for number in over)
        ],
        "reports": [str(path) for path in run.reports],
        "warehouse": str(run.home.published),
        "record": str(record) if record else None,
        "note": PUBLISHES_ANEW,
    }
