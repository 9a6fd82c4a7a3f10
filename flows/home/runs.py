"""Run ids and run records."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.home.files import read_json, write_json
from flows.home.layout import Home


def new_run_id() -> str:
    """An id that sorts by its time (UTC), never given twice: `20261123T081502Z-3f9a1c`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def now_text() -> str:
    """The present moment, UTC, ISO 8601 with seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class RunRecord:
    """What one run read, decided and published; `runs/<run_id>.json` is this as JSON.

    `status` is `running`, `published`, `blocked` (nothing could be published), `partly_blocked`,
    `built` (a snapshot or a what-if: the publication stands as it was), `rolled_back` or `failed`.
    A snapshot or a what-if of which a gate held shops back is `blocked` or `partly_blocked`, too.
    `timings` are seconds by stage, `peak_memory_mb` the largest resident set of the process by the
    end of each.

    What the marts were made from, so that they can be made again: `inputs` (every file of the
    ledger with its counts, and the Parquet files of the lake that hold its rows), `shops` (as they
    were declared), `scope` (as-of days by shop, and the shops that were replaced whole),
    `policy_versions`, `fingerprints` and `versions` of the project, `commit` of its checkout.
    `changes`: what a backfill made of numbers that were published. `marts`: the rows that this run
    wrote into each mart, and their digest. `reproducible` is false
    where no marts were written or what they need is gone; `not_reproducible_because` says which.
    """

    run_id: str
    command: str
    arguments: dict[str, Any] = field(default_factory=dict)
    status: str = "running"
    started_at: str = field(default_factory=now_text)
    ended_at: str | None = None
    days: list[str] = field(default_factory=list)
    shops: list[dict[str, Any]] = field(default_factory=list)
    blocked: dict[str, list[str]] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    row_accounting: dict[str, int] = field(default_factory=dict)
    gates: list[dict[str, Any]] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: dict[str, int] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    commit: str | None = None
    scope: dict[str, Any] = field(default_factory=dict)
    policy_versions: list[str] = field(default_factory=list)
    marts: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    reproducible: bool = False
    not_reproducible_because: str | None = "The run wrote no marts."
    published: list[str] = field(default_factory=list)
    error: str | None = None

    def close(self, status: str, error: str | None = None) -> None:
        """Give the record its last status and the moment of its end."""
        self.status = status
        self.error = error
        self.ended_at = now_text()

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        write_json(path, asdict(self))


def read_record(home: Home, run_id: str) -> dict[str, Any] | None:
    """The record of a run, or None where there is none that can be read."""
    try:
        record = read_json(home.runs / f"{run_id}.json")
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def newest_records(home: Home, count: int) -> list[dict[str, Any]]:
    """The newest run records, newest first; unreadable ones are left out."""
    if not home.runs.is_dir():
        return []
    records = []
    for path in sorted(home.runs.glob("*.json"), reverse=True)[:count]:
        try:
            record = read_json(path)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records
