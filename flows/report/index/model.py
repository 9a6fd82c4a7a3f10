"""What the index of all reports is made of, and how a report is remembered in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flows.calendar import parse_week
from flows.report.overview import overview_title, page_name
from flows.report.sentences.rates import STATUSES

_WORST_SHOPS = 5
_RUN_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class ShopVerdict:
    """One shop in one report: its name, its worst status (empty where it has no rate), its verdict.

    ``page``: the file of the shop's page in the report's folder.
    """

    name: str
    status: str
    verdict: str
    page: str = "index.html"


@dataclass(frozen=True)
class Report:
    """One line on a report folder: ``name`` is ``daily/2026-11-23`` or ``weekly/2026-W47``.

    ``status`` is the worst of its shops', empty where none has a rate. ``worst``: name and status
    of the shops that are not on target, the worst five of several.
    """

    name: str
    run_id: str
    status: str
    verdict: str
    worst: tuple[tuple[str, str], ...] = ()

    @property
    def is_weekly(self) -> bool:
        """Whether it is a weekly review."""
        return self.name.startswith("weekly/")

    @property
    def label(self) -> str:
        """The day or week: ``2026-11-23``, ``2026-W47``."""
        return self.name.partition("/")[2]

    @property
    def as_of_on(self) -> date:
        """The day whose end it stands at, a Sunday for a week."""
        return parse_week(self.label) if self.is_weekly else date.fromisoformat(self.label)


@dataclass(frozen=True)
class Changes:
    """Judged numbers of a day that changed after they were published, and why (``cause``)."""

    numbers: int = 0
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Restated:
    """A report with other editions, or whose numbers have changed since it was written.

    ``earlier``: runs whose editions before it are kept, the newest first. ``changes``: between the
    oldest of them and the report. ``since``: after the report was written. ``later``: runs whose
    editions a roll-back has put behind the report, the newest first.
    """

    report: Report
    earlier: tuple[str, ...]
    changes: Changes
    since: Changes
    later: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhatIf:
    """A what-if beside the publication: the policy version and its page's verdict."""

    policy: str
    verdict: str


@dataclass(frozen=True)
class Index:
    """All that the index page shows. ``generated`` is given, so that equal input gives equal bytes.

    ``reports``: newest first. ``newest``: of the newest daily report and the newest review every
    shop, the worst first. ``days``: worst status of every day that the marts judge, with or without
    a report. ``restated``: newest first.
    """

    run_id: str
    generated: str
    shops: tuple[str, ...]
    reports: tuple[Report, ...]
    newest: Mapping[str, Sequence[ShopVerdict]] = field(default_factory=dict)
    days: Mapping[date, str] = field(default_factory=dict)
    restated: tuple[Restated, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()


def verdicts_of(report: Mapping[str, Any]) -> list[ShopVerdict]:
    """Every shop of a ``report.json``, the worst first. Raises ``KeyError`` or ``TypeError``."""
    shops = report["shops"]
    return sorted(
        (
            ShopVerdict(
                str(shop["name"]),
                worst(rate["status"] for rate in shop["rates"] if rate["is_judged"]),
                str(shop["verdict"]),
                page_name(str(shop["shop_id"])) if len(shops) > 1 else "index.html",
            )
            for shop in shops
        ),
        key=lambda shop: (severity(shop.status), shop.name),
    )


def summary(name: str, run_id: str, report: Mapping[str, Any]) -> Report:
    """What to remember of a ``report.json``."""
    shops = verdicts_of(report)
    if len(shops) == 1:
        return Report(name, run_id, shops[0].status, shops[0].verdict)
    bad = [shop for shop in shops if shop.status not in ("ok", "")]
    return Report(
        name,
        run_id,
        shops[0].status,
        overview_title([severity(shop.status) for shop in shops]),
        tuple((shop.name, shop.status) for shop in bad[:_WORST_SHOPS]),
    )


def severity(status: str) -> int:
    """How bad a status is, 0 the worst; no status comes last."""
    return STATUSES[status].severity if status in STATUSES else 9


def worst(statuses: Any) -> str:
    """The worst of some statuses, empty for none."""
    return min(statuses, key=severity, default="")


def made_words(run_id: str) -> str:
    """``Nov 23, 2026, 08:15 UTC``: when a run began; its id where that does not say."""
    at = made_at(run_id)
    return f"{at:%b} {at.day}, {at:%Y, %H:%M} UTC" if at else run_id


def made_at(run_id: str) -> datetime | None:
    """When a run began (UTC), as its id says; None for an id of another form."""
    try:
        return datetime.strptime(run_id.partition("-")[0], _RUN_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
