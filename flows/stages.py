"""The stages of a run, in the order in which data move: one function each, without Prefect.

Each takes the run, leaves its results in it, and can be called from a test or a notebook. Nothing
that a reader sees changes before `publish`.
"""

from __future__ import annotations

import functools
import logging
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, ParamSpec

from flows import ending
from flows.home.files import cached_json, write_json
from flows.home.fingerprint import of_json
from flows.home.interventions import read_interventions
from flows.running import alerting, changes, publishing, reading, rendering, unchanged, what_if
from flows.running.run import Run
from flows.warehouse import dbt_run, restate
from flows.warehouse import merge as merging
from flows.warehouse.days import stand_at_newest
from flows.warehouse.digest import digests
from flows.warehouse.inputs import renew_interventions
from flows.warehouse.restate import Making

if TYPE_CHECKING:
    from flows.alerts.webhooks import FindBlocks
    from flows.quality import Gate

_Given = ParamSpec("_Given")


def _timed(name: str) -> Callable[[Callable[_Given, None]], Callable[_Given, None]]:
    """Add seconds and peak memory of a stage, whose first argument is the run, to its record.

    A stage does not begin in a program that was told to end.
    """

    def decorate(stage: Callable[_Given, None]) -> Callable[_Given, None]:
        @functools.wraps(stage)
        def timed(*args: _Given.args, **kwargs: _Given.kwargs) -> None:
            run = args[0]
            assert isinstance(run, Run)
            ending.check()
            started = time.perf_counter()
            try:
                stage(*args, **kwargs)
            finally:
                spent = time.perf_counter() - started
                timings = run.record.timings
                timings[name] = round(timings.get(name, 0.0) + spent, 3)
                run.record.peak_memory_mb[name] = _peak_memory_mb()

        return timed

    return decorate


def _peak_memory_mb() -> int:
    """The largest resident set of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


@_timed("ingest")
def read_landing(run: Run) -> None:
    """Read what is new in landing into the lake, and settle days, shops and scope of the run."""
    reading.ingest(run)
    reading.choose(run)
    run.is_published = _is_published(run)
    if not run.request.shops:
        unchanged.remember(run, run.fingerprints)
    if run.is_published:
        run.say("Nothing changed: everything asked for is published")


@_timed("gate 1")
def judge_input(run: Run) -> None:
    """Make the build's inputs and let gate 1 judge them; a blocked shop leaves the build."""
    from flows.contracts import load_contracts
    from flows.quality import gate1

    if _is_built(run):
        run.say("Using the finished build of an earlier run")
        if run.request.command == "backfill" and (done := rendering.finished_days(run)):
            run.say(f"{done} of {len(run.days)} reports were finished before the interruption")
        scope = run.needs_scope
        stand_at_newest(run.build, run.home.work)
        renew_interventions(run.build, scope, reading.decisions(run, scope), run.home.work)
    else:
        reading.prepare_build(run)
    run.say("Gate 1: judging what was read")
    if not _judge(run, gate1(load_contracts())) or not run.needs_scope.shops:
        return
    if _is_published(run):
        run.say("Nothing changed in the other shops: they are published already")
        run.scope = run.needs_scope.only(set())
        return
    reading.prepare_build(run)


@_timed("build")
def build(run: Run) -> None:
    """Build seeds, staging, intermediate and marts for every as-of day at once."""
    scope = run.needs_scope
    if not scope.shops or _is_built(run):
        return
    count = len({day for days in scope.as_of.values() for day in days})
    run.say(f"Building the marts as of {count} day{'s' if count > 1 else ''}")
    dbt_run.build(run.build, run.build.parent / "dbt", run.home.work)
    made_from = {shop: run.fingerprints[shop] for shop in scope.shops}
    write_json(run.built_mark, {"key": _build_key(run), "fingerprints": made_from})


@_timed("gate 2")
def judge_marts(run: Run) -> None:
    """Let gate 2 judge the marts; a blocked shop is not published."""
    from flows.quality import gate2

    if run.needs_scope.shops:
        run.say("Gate 2: judging the marts")
        _judge(run, gate2())


@_timed("warehouse")
def merge(run: Run) -> None:
    """Write the next published warehouse into staging."""
    if not run.needs_scope.shops:
        return
    run.say("Writing the warehouse")
    published, previous = run.home.published, run.published
    changed = restate.write_ledgers(
        run.build,
        previous,
        run.needs_scope,
        Making(run.run_id, publishing.project()),
        run.started_at,
        {shop: Making(s.run_id, s.project) for shop, s in run.state.shops.items()},
        run.home.work,
    )
    if changed:
        run.say(f"{changed:,} numbers that were published differ now: see kpi_restatements")
    merging.write_published(
        run.build, previous, run.publication.path(published), run.needs_scope, run.home.work
    )
    run.publication.replace_file(published)
    if run.request.command == "backfill":
        changes.write(run)
    digest(run)


def digest(run: Run) -> None:
    """Enter into the run's record how many rows it wrote into each mart, and their digest."""
    scope = run.needs_scope
    if scope.shops:
        is_what_if = run.request.policy is not None
        run.record.marts = digests(run.build, scope, run.home.work, is_what_if=is_what_if)


@_timed("what-if")
def compare(run: Run) -> None:
    """Write what the days would have been, and how the publication differs, into staging."""
    what_if.write(run)
    digest(run)


@_timed("report")
def render_daily(run: Run, day: date) -> None:
    """Write the daily report of a day into staging."""
    rendering.render(run, day, "daily")


@_timed("report")
def render_weekly(run: Run, day: date) -> None:
    """Write the review of the week that ends on `day` into staging."""
    rendering.render(run, day, "weekly")


@_timed("alerts")
def write_alerts(run: Run) -> None:
    """Write the alert files of the run's day into staging."""
    alerting.write(run, run.days[-1])


@_timed("publish")
def publish(run: Run) -> None:
    """Publish everything in staging by renames, the run's record last."""
    publishing.publish(run)


@_timed("deliver")
def deliver_alerts(run: Run, find_blocks: FindBlocks | None = None) -> None:
    """Send what there is to say to webhooks; never fails a run that is published.

    find_blocks: what asks for Prefect blocks; None to look at the environment alone.
    """
    alerting.deliver(run, find_blocks)


def _is_published(run: Run) -> bool:
    """Whether every shop of the scope, and its report, was made from what is there now."""
    if run.request.is_beside:
        return False
    wanted = {shop: run.fingerprints[shop] for shop in run.needs_scope.shops}
    return unchanged.is_published(run.home, run.state, run.request.command, run.days, wanted)


def keep_record(run: Run, status: str) -> None:
    """Write the record of a run that publishes nothing."""
    publishing.complete_record(run)
    run.record.close(status)
    run.record.write(run.record_path)


def _judge(run: Run, gate: Gate) -> bool:
    """Run a gate, take the shops that it blocks out of the scope, and say whether it blocks any."""
    from flows.quality import run_gate, warm_up
    from flows.quality.accepted import Judged, acceptances, kind_of, with_accepted
    from flows.quality.model import counted

    warm_up()
    # A module of GX sets its own level, and leaves a folder behind for pages that nobody renders.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    before, tempfile.tempdir = tempfile.tempdir, str(run.home.work)
    try:
        result = run_gate(run.build, gate, run.needs_scope.shops)
    finally:
        tempfile.tempdir = before
    decided = acceptances(read_interventions(run.home))
    policy = run.request.policy
    days = frozenset(day.isoformat() for day in run.days)
    judged = Judged(kind_of(run.request.command, policy), days, policy, run.fingerprints)
    result = with_accepted(result, decided, judged)
    run.gates.append(result)
    for shop in result.shops:
        over = [item for item in result.failures(shop) if item.accepted(shop)]
        if over:
            run.say(f"{result.gate}: {counted(len(over), 'failed checks')} of shop {shop} accepted")
    held = set(result.blocked_shops)
    run.scope = run.needs_scope.only(set(run.needs_scope.shops) - held)
    for shop in sorted(held):
        run.say(f"{result.gate} holds back shop {shop}: its last good publication stands")
    return bool(held)


def _build_key(run: Run) -> str:
    scope = run.needs_scope
    fingerprints = {shop: run.fingerprints[shop] for shop in scope.shops}
    days = sorted(scope.as_of.items())
    # A build's views name lake files by their whole path: a home folder that moved has no build.
    home = str(run.home.root.resolve())
    return of_json([home, fingerprints, days, sorted(scope.whole), run.request.policy])


def _is_built(run: Run) -> bool:
    mark = cached_json(run.built_mark)
    return run.build.exists() and mark is not None and mark["key"] == _build_key(run)
