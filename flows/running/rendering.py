"""Renders the reports of a run, each from the warehouse as it stood at its day."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from flows.home.files import cached_json, sync_tree
from flows.home.fingerprint import of_json, of_project, versions
from flows.running.reading import decisions
from flows.running.run import Run
from flows.running.unchanged import edition_name
from flows.warehouse.days import write_day
from flows.warehouse.digest import day_digest

if TYPE_CHECKING:
    from flows.report.context import ReportContext, Shop

Kind = Literal["daily", "weekly"]
_CONTENT = ".content"
# How long the finished reports of an interrupted backfill wait for it to go on.
_WAITS_DAYS = 7


def render(run: Run, day: date, kind: Kind) -> None:
    """Write one report into staging, or take it over from a backfill that was interrupted.

    A day of a backfill whose numbers are those of its newest edition keeps that: nothing is staged.
    """
    own = run.needs_scope.shops
    if not own:
        return
    name = edition_name(run.request.command, day)
    target = run.home.reports / name
    kept = _kept_day(run, day, name)
    is_backfill = run.request.command == "backfill"
    if is_backfill and (kept / _CONTENT).exists():
        run.say(f"The report of {day} was finished before the interruption")
        run.contents[name] = (kept / _CONTENT).read_text(encoding="ascii")
    else:
        run.say(f"Looking at {day}" if is_backfill else f"Writing the {kind} report of {day}")
        shutil.rmtree(unfinished := kept.with_name(f".{kept.name}.tmp"), ignore_errors=True)
        unfinished.mkdir(parents=True)
        others = _others(run, day)
        with warehouse_of(run, day, others) as warehouse:
            told = _context(run, day, others, name)
            if kind == "daily":
                run.contents[name] = _content(run, warehouse, told)
                if is_backfill and _stays(run, name):
                    run.say(f"{day} has the numbers of its report: that stays")
                    run.kept_days.append(day)
                    run.reports.append(target / "index.html")
                    return
            _renderer(kind)(warehouse, unfinished, told)
        if kept.exists():
            shutil.rmtree(kept)
        if is_backfill:
            # A later run takes it for finished by this file alone.
            (unfinished / _CONTENT).write_text(run.contents[name], encoding="ascii")
            sync_tree(unfinished)
        os.rename(unfinished, kept)
    staged = run.publication.folder(target)
    shutil.copytree(
        kept,
        staged,
        dirs_exist_ok=True,
        copy_function=_named_after(run, kept),
        ignore=shutil.ignore_patterns(_CONTENT),
    )
    run.publication.replace_edition(target, run.state.edition_run(name))
    run.reports.append(target / "index.html")


def _named_after(run: Run, kept: Path) -> Callable[[str, str], None]:
    """Links a report's files; a page that an interrupted run wrote is copied with this run's id.

    The other run left no record, and a reader who looks up what a page names has to find one.
    """
    made_by = str((cached_json(kept / "report.json") or {}).get("run_id"))
    names = {
        ".html": (f"Run <code>{made_by}</code>", f"Run <code>{run.run_id}</code>"),
        ".json": (f'"run_id": "{made_by}"', f'"run_id": "{run.run_id}"'),
    }

    def copy(source: str, target: str) -> None:
        name = names.get(Path(source).suffix)
        if name is None or made_by == run.run_id:
            os.link(source, target)
            return
        # The first alone: a file that the other run read stays read by it.
        text = Path(source).read_text(encoding="utf-8").replace(*name, 1)
        Path(target).write_text(text, encoding="utf-8")

    return copy


def finished_days(run: Run) -> int:
    """How many reports of this backfill were finished before an interruption."""
    return sum(
        (_kept_day(run, day, edition_name(run.request.command, day)) / _CONTENT).exists()
        for day in run.days
    )


def _content(run: Run, warehouse: Path, told: ReportContext) -> str:
    """What a daily report is made of, but for what it tells of files, runs and checks."""
    shops = [vars(shop) for shop in told.shops]
    digest = day_digest(warehouse, told.as_of_on, run.home.work)
    return of_json([digest, shops, list(told.notes), of_project(), versions()])


def _stays(run: Run, name: str) -> bool:
    """Whether the newest edition of a report shows the content that a new one would."""
    made = run.state.editions.get(name, {})
    is_whole = set(made.get("shops", {})) >= set(run.needs_scope.shops)
    page = run.home.reports / name / "index.html"
    return is_whole and made.get("content") == run.contents[name] and page.exists()


def clear(run: Run) -> None:
    """Throw away the reports that were kept for this run, and those of others that nobody resumed.

    Another run's may be those of a backfill that was interrupted and is to go on.
    """
    shutil.rmtree(_kept(run), ignore_errors=True)
    old = time.time() - _WAITS_DAYS * 86_400
    waiting = _kept(run).parent
    for folder in waiting.glob("*"):
        if folder.stat().st_mtime < old:
            shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        waiting.rmdir()


def _kept(run: Run) -> Path:
    """Where finished reports wait for the publication: one folder for each thing to publish."""
    scope = run.needs_scope
    made_from = {shop: run.fingerprints[shop] for shop in scope.shops}
    wanted = [made_from, run.request.command, decisions(run, scope)]
    return run.home.private / "rendered" / of_json(wanted)[:16]


def _kept_day(run: Run, day: date, name: str) -> Path:
    """Where the report of a day waits, as long as what it stands beside is not published anew."""
    others = {
        shop: [run.state.shops[shop].days[day.isoformat()], run.state.shops[shop].run_id]
        for shop in _others(run, day)
    }
    return _kept(run) / f"{day}.{of_json([run.state.edition_run(name), others])[:8]}"


def _renderer(kind: Kind) -> Callable[[Path, Path, ReportContext], Any]:
    if kind == "weekly":
        from flows.report.weekly import render_weekly

        return render_weekly
    from flows.report.daily import render_daily

    return render_daily


def _others(run: Run, day: date) -> list[str]:
    """Shops outside the run of which the day is published: the report shows them too."""
    return sorted(
        shop
        for shop, state in run.state.shops.items()
        if shop not in run.needs_scope.as_of and day.isoformat() in state.days
    )


@contextmanager
def warehouse_of(run: Run, day: date, others: list[str]) -> Iterator[Path]:
    """The marts as of a day: the build itself where it stands at the day, else a file for it.

    others: shops outside the run that the file holds too, as they are published.
    """
    scope = run.needs_scope
    is_built_for = all(scope.current(shop) == day for shop in scope.shops)
    if is_built_for and not others:
        yield run.build
        return
    target = run.home.work / f"{day}.duckdb"
    target.unlink(missing_ok=True)
    write_day(
        run.build,
        run.published if others else None,
        target,
        day,
        scope.shops,
        others,
        run.home.work,
        is_built_for=is_built_for,
    )
    try:
        yield target
    finally:
        target.unlink()


def report_shops(run: Run, shop_ids: Collection[str]) -> list[Shop]:
    """The shops as reports and alerts know them, by id."""
    from flows.report.context import Shop

    return [
        Shop(s.shop_id, s.shop_id, s.market, s.timezone, s.currency, s.is_declared)
        for s in run.known_shops.values()
        if s.shop_id in shop_ids
    ]


def _context(run: Run, day: date, others: list[str], name: str) -> ReportContext:
    from flows.report.context import ReportContext

    notes = [
        f"Shop {shop} is held back by {' and '.join(gates)}: "
        + ("its page is the last good one." if shop in others else "it has no page of this day.")
        for shop, gates in sorted(run.blocked.items())
    ]
    notes += [
        f"Shop {shop} is published over {over} failed check{'' if over == 1 else 's'}: see whether "
        "its numbers can be trusted."
        for shop in run.needs_scope.shops
        if (over := run.accepted(shop))
    ]
    return ReportContext(
        run_id=run.run_id,
        as_of_on=day,
        shops=report_shops(run, {*run.needs_scope.shops, *others}),
        gate_results=[
            {
                "shop_id": shop,
                "gate": result.gate,
                "expectation": result.name,
                "severity": result.severity,
                "passed": (found := result.finding(shop)) is None,
                "observed": found.observed if found else result.observed,
                "accepted": found.accepted.in_words() if found and found.accepted else "",
            }
            for gate in run.gates
            for result in gate.results
            for shop in gate.shops
        ],
        generated=run.record.started_at,
        notes=notes,
        published_run={
            shop: known.run_id for shop, known in run.state.shops.items() if known.run_id
        },
        index="../../index.html",
        report=name,
        earlier=_earlier(run, name),
    )


def _earlier(run: Run, name: str) -> list[str]:
    """The runs whose editions of a report lie beside it once this run is published, newest first.

    What is beyond the limit by then is not among them: no page speaks of what is gone.
    """
    replaced = run.state.edition_run(name)
    report = run.home.reports / name
    if replaced is None or not (report / "index.html").exists():
        return []
    return run.remaining.editions(report, replaced)[0]
