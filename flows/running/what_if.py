"""What days would have been under another policy version, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.home.files import remove_file
from flows.running.rendering import report_shops
from flows.running.run import Run
from flows.warehouse.merge import write_own_rows
from flows.warehouse.policies import PolicyBook, shown
from flows.warehouse.what_if import compare

if TYPE_CHECKING:
    from flows.report.what_if import RuleChange


def write(run: Run) -> None:
    """Write marts, comparison and page of the run's policy version into staging.

    Nothing is written where a gate holds every shop back.
    """
    from flows.report.context import ReportContext
    from flows.report.what_if import render_what_if
    from flows.report.worklists.write import csv_frame

    scope = run.needs_scope
    policy = run.request.policy
    if not scope.shops or policy is None:
        return
    run.say(f"Comparing {policy} with the publication")
    for warning in _of_the_publication(run):
        run.warn(warning)
    folder = run.home.what_if(policy)
    marts, page, numbers = (
        run.publication.path(folder / name)
        for name in ("greenzone.duckdb", "index.html", "comparison.csv")
    )
    write_own_rows(run.build, marts, scope, run.home.work, is_what_if=True)
    frame = compare(marts, run.published, run.home.work)
    csv_frame(frame, ["shop_id:id", *frame.columns[1:]], "UTC").write_csv(numbers)
    context = ReportContext(
        run_id=run.run_id,
        as_of_on=scope.days[-1],
        shops=report_shops(run, scope.shops),
        generated=run.record.started_at,
        notes=[
            "A what-if: nothing of it is published, and no report or alert speaks of it.",
            *run.warnings,
        ],
    )
    changes = _rule_changes(policy, _in_force(run))
    page.write_bytes(render_what_if(policy, scope.days, frame, changes, context))
    for path in (marts, numbers, page):
        run.publication.replace_file(folder / path.name)
    run.reports.append(folder / page.name)


def clear(run: Run) -> None:
    """Throw the build of a what-if away: it is done, and as large as the one of the publication."""
    remove_file(run.built_mark)
    run.build.unlink(missing_ok=True)


def _of_the_publication(run: Run) -> list[str]:
    """What keeps a difference from being the rules' alone."""
    scope = run.needs_scope
    other = []
    for shop in scope.shops:
        state = run.state.shops.get(shop)
        if state is None or state.newest is None:
            continue
        made_from = {state.days.get(d.isoformat(), state.days[state.newest]) for d in scope.days}
        if made_from != {run.fingerprints[shop]}:
            other.append(shop)
    if not other:
        return []
    return [
        f"What is published of {', '.join(other)} was made from other files or by other code: "
        "`greenzone daily` first, and the difference is the rules' alone."
    ]


def _in_force(run: Run) -> list[str]:
    """The versions that were in force for the run's shops on its days, oldest first."""
    markets = {run.shops[shop].market for shop in run.needs_scope.shops}
    return PolicyBook.load().in_force_on(dict.fromkeys(markets, run.needs_scope.days))


def _rule_changes(policy: str, versions: Iterable[str]) -> dict[str, list[RuleChange]]:
    from flows.report.what_if import RuleChange

    book = PolicyBook.load()
    return {
        version: [
            RuleChange(change.name, shown(change.was), shown(change.now))
            for change in book.changes(version, policy)
        ]
        for version in versions
    }
