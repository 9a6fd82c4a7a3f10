"""One run: what was asked for, and what the stages have found out so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from flows.home.layout import Home
from flows.home.limits import Limits
from flows.home.publications import Remaining
from flows.home.publish import Publication
from flows.home.runs import RunRecord
from flows.home.state import PublicationState
from flows.warehouse.published import readable

if TYPE_CHECKING:
    from flows.ingest import Ledger, Shop
    from flows.quality import GateResult
    from flows.warehouse.scope import Scope

Command = Literal["daily", "weekly", "backfill", "snapshot", "pulse", "rollback", "reproduce"]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What a command asks for.

    `days` are the as-of days; None means the command's default. `shops` restricts the run; empty
    means all. `out` is the file of a snapshot. `policy` is the policy version that a backfill puts
    in the place of those that were in force, None for a real one. `patience`: seconds to wait for
    another run that holds the home folder.
    """

    command: Command
    home: Home
    days: tuple[date, ...] | None = None
    shops: tuple[str, ...] = ()
    out: Path | None = None
    policy: str | None = None
    patience: float = 0.0

    @property
    def is_beside(self) -> bool:
        """Whether the run leaves the publication alone: a snapshot, or a what-if."""
        return self.command == "snapshot" or self.policy is not None

    def arguments(self) -> dict[str, Any]:
        """The request as plain data, for the run's record."""
        return {
            "days": [day.isoformat() for day in self.days] if self.days else None,
            "shops": list(self.shops),
            "out": str(self.out) if self.out else None,
            "policy": self.policy,
        }


class Run:
    """A run under way; stages fill it in, in their order.

    Not a dataclass on purpose: Prefect looks into the dataclasses that a task is given, and one
    run knows thousands of files.
    """

    def __init__(self, request: Request, run_id: str, say: Say) -> None:
        self.request = request
        self.say = say
        self.run_id = run_id
        self.record = RunRecord(run_id, request.command, request.arguments())
        # Read at once: a limit that says nothing is refused before anything is done.
        self.limits = Limits.of_environment()
        self.publication = Publication(request.home, run_id)
        self.landing = ""
        self.is_published = False
        self.state = PublicationState()
        self.days: tuple[date, ...] = ()
        # The shops of the request, and every shop of the home folder.
        self.shops: dict[str, Shop] = {}
        self.known_shops: dict[str, Shop] = {}
        self.files: list[dict[str, Any]] = []
        self.ledger: Ledger
        self.fingerprints: dict[str, str] = {}
        self.scope: Scope | None = None
        self.gates: list[GateResult] = []
        self.reports: list[Path] = []
        # Of each daily report what its numbers are made of, and the days whose edition stays.
        self.contents: dict[str, str] = {}
        self.kept_days: list[date] = []
        self.alerts: list[Path] = []
        # What came of sending them, as plain data; empty where nothing was to be sent.
        self.delivery: dict[str, Any] = {}
        # Sentences that the reader of a what-if has to know.
        self.warnings: list[str] = []

    @property
    def home(self) -> Home:
        """The home folder."""
        return self.request.home

    @property
    def build(self) -> Path:
        """The database of the run's build; that of a what-if leaves the finished one alone."""
        private = self.home.private
        return (private / "what_if" if self.request.policy else private) / "build.duckdb"

    @property
    def warehouse(self) -> Path:
        """The database that the run writes for readers."""
        policy = self.request.policy
        return self.home.what_if(policy) / "greenzone.duckdb" if policy else self.home.published

    @cached_property
    def published(self) -> Path | None:
        """The published warehouse as this run may read it; None before the first publication.

        Raises `UsageError` where it is damaged.
        """
        return readable(self.home.published, self.home.work)

    @cached_property
    def remaining(self) -> Remaining:
        """What of the earlier publications and editions remains once this run is published."""
        state = self.state
        before = state.before if state.run_id == self.run_id else state.run_id
        return Remaining(self.home, self.run_id, before, self.limits)

    @property
    def built_mark(self) -> Path:
        """What says that `build` is finished, and what it was made from."""
        return self.build.with_suffix(".json")

    @property
    def needs_scope(self) -> Scope:
        """The scope, which exists once landing is read."""
        if self.scope is None:
            raise RuntimeError("the run's scope is not settled before landing is read")
        return self.scope

    def warn(self, text: str) -> None:
        """Say something that the result must not be read without."""
        self.warnings.append(text)
        self.say(f"Warning: {text}")

    @property
    def started_at(self) -> datetime:
        """The moment of the run, naive UTC: it stands for everything that the run publishes."""
        return datetime.fromisoformat(self.record.started_at).replace(tzinfo=None)

    @property
    def record_path(self) -> Path:
        """Where the run's record is, once it is written."""
        return self.home.runs / f"{self.run_id}.json"

    @property
    def blocked(self) -> dict[str, list[str]]:
        """Shops that a gate holds back, each with the gates' names."""
        found: dict[str, list[str]] = {}
        for gate in self.gates:
            for shop in gate.blocked_shops:
                found.setdefault(shop, []).append(gate.gate)
        return found

    def accepted(self, shop_id: str) -> int:
        """How many failed checks of a shop people accepted."""
        return sum(
            result.accepted(shop_id) is not None
            for gate in self.gates
            for result in gate.failures(shop_id)
        )
