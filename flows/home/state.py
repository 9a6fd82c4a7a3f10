"""What is published: of each shop the days, and from which data and code each came.

Kept in `warehouse/private/publication.json`, published by the same journal as everything else, so
it never disagrees with the warehouse and the reports beside it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from flows.errors import UsageError
from flows.home.files import read_json, write_json
from flows.home.layout import Home


@dataclass
class ShopState:
    """One shop's publication.

    `days`: as-of day → fingerprint of what its rows came from. `newest`: the day that the marts
    without `as_of_on` stand at, None before the first publication. `run_id` and `project`: the run
    that last replaced all rows of the shop, and the fingerprints of the project then, by part.
    """

    newest: str | None = None
    days: dict[str, str] = field(default_factory=dict)
    run_id: str | None = None
    project: dict[str, str] = field(default_factory=dict)

    @property
    def newest_day(self) -> date | None:
        """`newest` as a date."""
        return date.fromisoformat(self.newest) if self.newest else None


@dataclass
class PublicationState:
    """The published state of a home folder.

    `editions`: report folder (`daily/2026-11-23`, `weekly/2026-W47`) → the run that wrote its
    newest edition and, by shop, the fingerprint that it was made from. `run_id`: the run that made
    this publication, None before the first; `before`: the run whose publication it came after.
    """

    shops: dict[str, ShopState] = field(default_factory=dict)
    editions: dict[str, dict[str, Any]] = field(default_factory=dict)
    run_id: str | None = None
    before: str | None = None

    @staticmethod
    def path(home: Home) -> Path:
        """Where the state lives."""
        return home.private / "publication.json"

    @classmethod
    def load(cls, home: Home) -> PublicationState:
        """The published state; empty before the first publication."""
        return cls.read(cls.path(home))

    @classmethod
    def read(cls, path: Path) -> PublicationState:
        """The state in a file; empty when there is none. Raises `UsageError` when it is damaged."""
        try:
            content = read_json(path)
            if content is None:
                return cls()
            state = cls(
                shops={shop: ShopState(**known) for shop, known in content["shops"].items()},
                editions=content["editions"],
                run_id=content.get("run_id"),
                before=content.get("before"),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{path}, which says what is published, is damaged.",
                "Bring it back from a backup. Without one remove it and the published warehouse: "
                "the next run publishes anew from the lake.",
            ) from error
        state.run_id = state.run_id or state._newest_run()
        return state

    def write(self, path: Path) -> None:
        """Write the state as JSON."""
        write_json(path, asdict(self))

    def shop(self, shop_id: str) -> ShopState:
        """A shop's state, made when it has none."""
        return self.shops.setdefault(shop_id, ShopState())

    def advance(self, run_id: str) -> None:
        """Make this the publication of a run, which comes after the present one."""
        self.run_id, self.before = run_id, self.run_id

    def is_current(self, edition: str, day: date, fingerprints: dict[str, str]) -> bool:
        """Whether the day of these shops, and its report, were made from these fingerprints."""
        made_from = self.editions.get(edition, {}).get("shops", {})
        return bool(fingerprints) and all(
            made_from.get(shop) == wanted
            and shop in self.shops
            and self.shops[shop].days.get(day.isoformat()) == wanted
            for shop, wanted in fingerprints.items()
        )

    def edition_run(self, name: str) -> str | None:
        """The run that wrote the newest edition of a report folder."""
        edition = self.editions.get(name)
        return str(edition["run_id"]) if edition else None

    def _newest_run(self) -> str | None:
        """The newest run of a state that was written before it named its own."""
        runs = [known.run_id for known in self.shops.values()]
        runs += [edition["run_id"] for edition in self.editions.values()]
        return max((run for run in runs if run), default=None)
