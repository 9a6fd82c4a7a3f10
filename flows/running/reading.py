"""From landing to the inputs of a build: which files, for which shops and days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.calendar import check_days
from flows.errors import UsageError
from flows.home.files import remove_file
from flows.home.fingerprint import of_json, of_project, versions
from flows.home.interventions import ledger_rows, read_interventions
from flows.home.layout import Home
from flows.home.limits import Limits
from flows.progress import at_most
from flows.running.run import Request, Run
from flows.running.unchanged import default_days, default_what_if_days
from flows.warehouse.inputs import BuildShop, LakeTable, prepare
from flows.warehouse.policies import PolicyBook, known_version
from flows.warehouse.scope import Scope, plan, snapshot_scope, what_if_scope

if TYPE_CHECKING:
    from flows.ingest import FileRecord, Shop

# The lake files of each feed, by the contract and the reader that they were read with.
LiveFiles = defaultdict[str, defaultdict[tuple[str, int], set[Path]]]


def ingest(run: Run) -> None:
    """Read what is new in landing into the lake; then the run knows files and shops.

    Raises `UsageError` when there is nothing to work on, or a shop that is asked for is unknown.
    """
    from flows.ingest import ingest as read
    from flows.ingest import read_ledger, resolve_shops

    home = run.home
    check_request(run.request)
    run.say(f"Reading {home.landing}")
    result = read(
        home, run.run_id, only_shops=run.request.shops or None, progress=at_most(run.say, 1.0)
    )
    run.say(
        f"Read {result.rows_read:,} rows of {len(result.read)} new files "
        f"({result.rows_quarantined:,} rows and {len(result.refused_files)} files refused)"
    )
    out = [record.file for record in result.files if record.status == "withdrawn"]
    if out:
        are = "file in landing is" if len(out) == 1 else "files in landing are"
        run.say(f"{len(out)} {are} withdrawn and left out, as `greenzone status` lists")
    run.ledger = read_ledger(home)
    run.known_shops = {shop.shop_id: shop for shop in resolve_shops(home)}
    for shop in result.shops:
        # Of a run for some shops the others' folders were not looked at.
        if shop.shop_id not in run.known_shops and not run.request.shops:
            run.say(f"Warning: {home.landing / shop.shop_id} holds no file: it is left out")
    run.shops = {
        shop_id: shop
        for shop_id, shop in run.known_shops.items()
        if not run.request.shops or shop_id in run.request.shops
    }
    if not run.shops:
        raise UsageError(_nothing(home), _mend(home))
    run.files = [_file_row(record) for record in run.ledger.records]
    run.fingerprints = fingerprints(run.shops.values(), run.ledger.records)


def choose(run: Run) -> None:
    """Settle the run's days and its scope. Raises `UsageError` for days that cannot be meant."""
    zones = [shop.timezone for shop in run.shops.values()]
    policy = run.request.policy
    run.days = run.request.days or (
        default_what_if_days(zones) if policy else default_days(run.request.command, zones)
    )
    warning = check_days(run.days, zones, datetime.now(UTC))
    if warning:
        run.say(warning)
    shops = sorted(run.shops)
    if run.request.command == "snapshot":
        run.scope = snapshot_scope(run.days[0], shops)
    elif policy:
        run.scope = what_if_scope(run.days, shops)
        for warning in _foreign(policy, run.shops.values()):
            run.warn(warning)
    else:
        run.scope = plan(run.days, shops, run.state)


def prepare_build(run: Run) -> None:
    """Make the build's database anew for the shops of the scope."""
    # Before the file changes that it vouches for.
    remove_file(run.built_mark)
    prepare_database(run, run.build, run.needs_scope)


def prepare_database(run: Run, database: Path, scope: Scope) -> None:
    """Make a database with the inputs of a build, of all files that the run knows."""
    from flows.contracts import lake_schema, load_contracts

    live: LiveFiles = defaultdict(lambda: defaultdict(set))
    for record in run.ledger.records:
        if record.status == "loaded" and record.feed and record.shop_id in scope.as_of:
            paths = (run.home.lake / path for path in record.lake_paths)
            live[record.feed][record.key.contract, record.key.reader].update(paths)
    lake = {
        contract.table: LakeTable(lake_schema(contract), live[contract.feed].values())
        for contract in load_contracts()
    }
    shops = [
        BuildShop(s.shop_id, s.market, s.timezone, s.currency, s.opened_on, s.is_declared)
        for s in run.shops.values()
    ]
    prepare(
        database,
        lake,
        shops,
        scope,
        run.files,
        run.home.work,
        run.request.policy,
        decisions(run, scope),
    )


def decisions(run: Run, scope: Scope) -> list[dict[str, Any]]:
    """What people decided about the shops of a build: rows of `inputs.interventions`."""
    return ledger_rows(read_interventions(run.home), scope.shops)


def fingerprints(shops: Iterable[Shop], records: Iterable[FileRecord]) -> dict[str, str]:
    """Of each shop what its publication is made from: files, settings, code, libraries."""
    project = of_json([of_project(), versions()])
    files: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        # What was refused and is gone is said no more; rows outlive the file that they came in.
        is_over = record.status == "refused" and not record.is_present
        read = [record.file, record.sha256, record.feed, record.status, record.reason, is_over]
        files[record.shop_id].append([*read, asdict(record.key)])
    return {
        shop.shop_id: of_json([project, asdict(shop), sorted(files[shop.shop_id], key=str)])
        for shop in shops
    }


def _file_row(record: FileRecord) -> dict[str, Any]:
    return {
        "run_id": record.run_id,
        "shop_id": record.shop_id,
        "file": record.file,
        "feed": record.feed,
        "rows_read": record.rows_read,
        "rows_accepted": record.rows_accepted,
        "rows_quarantined": record.rows_quarantined,
        "rows_skipped": record.rows_skipped,
        "sha256": record.sha256,
        "archive_sha256": record.archive_sha256,
        "status": record.status,
        "reason": record.reason,
        "mend": record.mend,
        "newest_at": record.newest_at,
        "is_present": record.is_present,
    }


def check_request(request: Request) -> None:
    """Raise `UsageError` for a request that can be refused before anything is read.

    That is one without exports, of an unknown shop, under an unknown policy version, or with a
    limit in the environment that is none.
    """
    Limits.of_environment()
    if request.policy is not None:
        known_version(request.policy)
    if request.command == "daily":
        check_alerts(request.home)
    check_landing(request.home, request.shops)


def check_alerts(home: Home) -> None:
    """Raise `UsageError` for alert rules or webhooks of the environment that are none."""
    from flows.alerts import load_book
    from flows.alerts.checking import check_own
    from flows.alerts.links import report_url
    from flows.alerts.pulse_rules import load_pulse_rules
    from flows.alerts.webhooks import resolve

    book = load_book(home)
    check_own(book)
    pulse_rules = load_pulse_rules(home)
    report_url()
    channels = {rule.channel for rule in book.rules}
    resolve(channels | {rule.channel for rule in pulse_rules.values()}, None)


def _foreign(policy: str, shops: Iterable[Shop]) -> list[str]:
    """A sentence for each market of the shops that the version is no rule of."""
    book = PolicyBook.load()
    market = book.market_of(policy)
    judged: dict[str, list[str]] = defaultdict(list)
    for shop in shops:
        judged[book.rules_of(shop.market)].append(shop.shop_id)
    return [
        f"{policy} is a rule of {market}: {', '.join(sorted(mine))} "
        f"{'is' if len(mine) == 1 else 'are'} judged by the rules of {other}."
        for other, mine in sorted(judged.items())
        if other != market
    ]


def check_landing(home: Home, wanted: tuple[str, ...]) -> None:
    """Raise `UsageError` for a landing folder or shops that reading would find nothing for."""
    from flows.ingest import read_ledger

    ledger = read_ledger(home)
    folders = {path.name for path in home.landing.iterdir() if path.is_dir()}
    known = {name for name in folders if not name.startswith(".")} | set(ledger.shop_ids)
    if not known:
        raise UsageError(_nothing(home), _mend(home))
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise UsageError(
            f"There is no shop {', '.join(map(repr, unknown))} in {home.landing}.",
            f"Known: {', '.join(sorted(known))}.",
        )
    if not ledger.records and not any(path.is_file() for path in home.landing.rglob("*")):
        raise UsageError(_nothing(home), _mend(home))


def _nothing(home: Home) -> str:
    loose = [path for path in home.landing.iterdir() if path.is_file()]
    if loose:
        return f"{len(loose)} files lie directly in {home.landing}: it is not known whose they are."
    return f"There is nothing to read: {home.landing} is empty."


def _mend(home: Home) -> str:
    return (
        f"Put each shop's exports into a folder of its own, {home.landing}/<shop>/; "
        "`greenzone simulate` makes a demo shop's."
    )
