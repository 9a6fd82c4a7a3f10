"""What there is to know about a home folder without a run: read-only, and never in a run's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import GreenzoneError
from flows.home import lock
from flows.home.disk import disk_use
from flows.home.files import read_json
from flows.home.interventions import read_interventions, withdrawals
from flows.home.layout import Home
from flows.home.publications import kept_publications
from flows.home.runs import newest_records
from flows.home.state import PublicationState
from flows.masking import is_webhook_given
from flows.orchestration.deployed import deployed
from flows.orchestration.prefect_home import server_of, without_user

_RUNS = 5
_RUN_FIELDS = ("run_id", "command", "status", "days", "started_at", "ended_at", "error")
_QUARANTINE_FIELDS = (
    "shop_id",
    "file",
    "feed",
    "rows_quarantined",
    "status",
    "run_id",
    "reason",
    "mend",
)
_SHOWN = 20


def status_of(home: Home) -> dict[str, Any]:
    """Last runs, what is published, freshness by feed, quarantine, open alerts, lock, services."""
    who = lock.holder(home)
    state = PublicationState.load(home)
    server = server_of(home)
    return {
        "home": str(home.root),
        "lock": asdict(who) if who else None,
        "is_interrupted": who is None and (home.staging / "journal.json").exists(),
        "server": without_user(server) if server else None,
        "services": deployed(server) if server else None,
        "runs": [
            {key: record.get(key) for key in _RUN_FIELDS} for record in newest_records(home, _RUNS)
        ],
        "shops": {
            shop: {"newest": known.newest, "days": len(known.days)}
            for shop, known in sorted(state.shops.items())
        },
        "publications": _publications(home, state),
        "disk": disk_use(home),
        "freshness": _freshness(home),
        "quarantine": _quarantine(home),
        "withdrawn": _withdrawn(home),
        "alerts": _alerts(home, state),
        "delivery": _delivery(home),
    }


def print_status(line: Callable[[str], None], shown: dict[str, Any]) -> None:
    """Print a status for people, a fact a line."""
    line(f"home        {shown['home']}")
    who = shown["lock"]
    line(
        f"lock        held by run {who['run_id']} ({who['command']}, process {who['pid']}) "
        f"since {who['since']}"
        if who
        else "lock        free"
    )
    if shown["is_interrupted"]:
        line("            a publication was interrupted; the next run finishes it")
    _list(line, "services", _service_lines(shown))
    _list(line, "published", [f"{s}: to {p['newest']}" for s, p in shown["shops"].items()])
    _list(line, "kept", [_kept_line(kept) for kept in shown["publications"]])
    _list(line, "runs", [_run_line(run) for run in shown["runs"]])
    _list(
        line,
        "freshness",
        [
            f"{row['shop_id']}: {row['feed']} to {row['newest_on'] or 'unknown'}"
            for row in shown["freshness"]
        ],
    )
    _list(
        line,
        "quarantine",
        [
            f"{row['shop_id'] or 'no shop'}: {row['file']}: "
            + (
                f"the file is refused. {row['reason']} {row['mend']}"
                if row["status"] == "refused"
                else f"{row['rows_quarantined']:,} rows"
            )
            for row in shown["quarantine"]
        ],
    )
    _list(line, "withdrawn", [_withdrawn_line(held) for held in shown["withdrawn"]])
    _list(
        line,
        "alerts",
        [f"{alert['day']}: {alert['shop_id']}: {alert['text']}" for alert in shown["alerts"]],
    )
    _list(line, "delivery", _delivery_lines(shown["delivery"]))
    _list(line, "disk", [f"{_size(used)} {room}" for room, used in shown["disk"].items() if used])


def _service_lines(shown: dict[str, Any]) -> list[str]:
    """The server, its worker, and of each deployment what runs next and how it last ended."""
    if not shown["server"]:
        return ["not running"]
    found = shown["services"]
    address = shown["server"]
    if found["error"]:
        return [f"{address}: {found['error']}"]
    alive = {True: "worker alive", False: "no worker is alive: `make up`", None: "no worker asked"}
    tells = "failed runs are told" if found["automations"] else "nothing tells of failed runs"
    said = [f"{address}, {alive[found['is_worker_alive']]}, {tells}"]
    for item in found["deployments"]:
        parts = [f"next {item['next_at'] or 'not scheduled yet'}"]
        parts.append(f"last done {item['last_done_at'] or 'never'}")
        if (item["last_bad_at"] or "") > (item["last_done_at"] or ""):
            parts.append(f"{item['last_bad_state'].lower()} {item['last_bad_at']}")
        parts += ["paused"] * item["is_paused"] + [f"{item['late']} late"] * bool(item["late"])
        said.append(f"{item['name']}: {', '.join(parts)}")
    return said


def _run_line(run: dict[str, Any]) -> str:
    days = run["days"] or []
    span = f" {days[-1]}" if len(days) == 1 else f" {days[0]} to {days[-1]}" if days else ""
    error = f": {run['error']}" if run["error"] else ""
    return f"{run['run_id']} {run['command']}{span} {run['status']}{error}"


def _withdrawn_line(held: dict[str, Any]) -> str:
    since = f"since {held['at'][:10]}, by {held['by']}: {held['reason']}"
    return f"{held['shop_id']}: {held['subject']} {since}"


def _list(line: Callable[[str], None], title: str, entries: list[str]) -> None:
    shown = entries[:_SHOWN] or ["none"]
    for at, entry in enumerate(shown):
        line(f"{title if at == 0 else '':11} {entry}")
    if len(entries) > _SHOWN:
        line(f"{'':11} and {len(entries) - _SHOWN} more (all of them with --json)")


def _kept_line(kept: dict[str, Any]) -> str:
    shops = ", ".join(f"{shop} to {newest}" for shop, newest in kept["shops"].items())
    return f"{kept['run_id']}: {shops}{' (published now)' if kept['is_present'] else ''}"


def _size(used: int) -> str:
    return f"{used / 1e9:,.1f} GB" if used >= 1e9 else f"{used / 1e6:,.1f} MB"


def _publications(home: Home, state: PublicationState) -> list[dict[str, Any]]:
    """The publications that are kept, newest first: what `greenzone rollback` can go back to."""
    return [
        {
            "run_id": kept.run_id,
            "is_present": kept.run_id == state.run_id,
            "shops": {shop: known.newest for shop, known in sorted(kept.state().shops.items())},
        }
        for kept in reversed(kept_publications(home))
    ]


def _freshness(home: Home) -> list[dict[str, Any]]:
    return _published(
        home,
        "select shop_id, feed, files, rows, newest_at, newest_on from marts.feed_freshness "
        "order by shop_id, feed",
    )


def _withdrawn(home: Home) -> list[dict[str, Any]]:
    """What people took out and did not bring back, one entry a decision."""
    held: dict[int, dict[str, Any]] = {}
    for item in withdrawals(read_interventions(home)).values():
        decision = asdict(item.decision)
        kept = held.setdefault(id(item.decision), {**decision, "sha256": []})
        kept["sha256"].append(item.sha256)
    return list(held.values())


def _quarantine(home: Home) -> list[dict[str, Any]]:
    """From the ledger and not the published marts: a shop that is held back is not in those."""
    from flows.ingest import read_ledger

    return [
        {key: getattr(record, key) for key in _QUARANTINE_FIELDS}
        for record in read_ledger(home).records
        if (record.status == "refused" and record.is_present)
        or (record.status == "loaded" and record.rows_quarantined)
    ]


def _published(home: Home, query: str) -> list[dict[str, Any]]:
    if not home.published.exists():
        return []
    try:
        with duckdb.connect(str(home.published), read_only=True) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description or []]
            return [
                {key: _plain(value) for key, value in zip(names, row, strict=True)}
                for row in cursor.fetchall()
            ]
    except duckdb.Error:  # damaged, of an older layout, or open for writing elsewhere
        return []


def _alerts(home: Home, state: PublicationState) -> list[dict[str, Any]]:
    """The alerts of each shop's newest day: those of earlier days are history."""
    newest = {known.newest for known in state.shops.values() if known.newest}
    folders = [path for path in home.alerts.glob("*") if path.is_dir()] if home.alerts else []
    if not newest and folders:
        newest = {max(path.name for path in folders)}
    found: list[dict[str, Any]] = []
    for folder in sorted(folders):
        if folder.name in newest or (newest and folder.name > max(newest)):
            found.extend(_alert(path, folder.name) for path in sorted(folder.glob("*.json")))
    return found


def _alert(path: Path, day: str) -> dict[str, Any]:
    try:
        message = read_json(path) or {}
    except ValueError:
        message = {}
    rule, _, shop = path.stem.partition(".")
    text = str(message.get("text", "unreadable"))
    return {"day": day, "rule": rule, "shop_id": shop, "text": text, "path": str(path)}


def _delivery(home: Home) -> dict[str, Any]:
    """What was sent to webhooks last, what waits, and what may have arrived or not."""
    used = home.outbox.exists()
    if not used and not is_webhook_given():
        return {"is_used": False, "last_sent_at": None, "waiting": [], "unknown": [], "error": None}
    from flows.alerts.delivery import pending
    from flows.alerts.outbox import Outbox

    try:
        outbox = Outbox(home)
        waiting = pending(home)
    except (GreenzoneError, ValueError, KeyError, TypeError) as error:
        said = str(error) if isinstance(error, GreenzoneError) else f"{home.alert_state} is damaged"
        return {"is_used": used, "last_sent_at": None, "waiting": [], "unknown": [], "error": said}
    sent = [item.at for item in outbox.said.values() if item.fate == "sent"]
    return {
        "is_used": used,
        "last_sent_at": max(sent, default=None),
        "waiting": [
            {
                "key": notice.key,
                "kind": notice.said.kind,
                "answer": outbox.undelivered.get(notice.key, {}).get("answer"),
            }
            for notice in waiting
        ],
        "unknown": [
            {"key": key, "at": item.at, "answer": item.answer}
            for key, item in sorted(outbox.unknown.items())
        ],
        "error": None,
    }


def _delivery_lines(shown: dict[str, Any]) -> list[str]:
    if shown["error"]:
        return [shown["error"]]
    if not shown["is_used"] and not shown["waiting"]:
        return ["no webhook was used yet"]
    said = [f"last sent {shown['last_sent_at'] or 'never'}"]
    said += [
        f"not delivered: {item['key']}" + (f" ({item['answer']})" if item["answer"] else "")
        for item in shown["waiting"]
    ]
    said += [
        f"may have arrived or not: {item['key']} at {item['at']} ({item['answer']})"
        for item in shown["unknown"]
    ]
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
