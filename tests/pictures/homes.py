"""Made-up shops whose pages are pictured, and which pages a home folder has."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.home.layout import Home
from flows.paths import PROJECT_ROOT
from tests.pictures.message import most_urgent

_SCENARIOS = (
    "viral",
    "oversell",
    "carrier_meltdown",
    "bad_creator",
    "bad_sku",
    "misrouted_grades",
    "missing_settlement",
)


@dataclass(frozen=True)
class Subject:
    """A page to be pictured: the name of its pictures, the page, and what it is."""

    name: str
    page: Path
    title: str


def make_homes(folder: Path) -> list[Home]:
    """A shop with half a year of faults, and two small shops in a home of their own."""
    one, several = Home(folder / "one"), Home(folder / "several")
    make_one(one)
    make_several(several)
    return [one, several]


def make_one(home: Home) -> None:
    """A shop with half a year of faults: a week and the days after it."""
    faults = [word for name in _SCENARIOS for word in ("--scenario", name)]
    _simulate(home, "demo", "2026-05-25", "2026-11-21", "60", *faults)
    _run(home, "weekly", "--week", "2026-W46")
    _run(home, "backfill", "--from", "2026-11-16", "--to", "2026-11-20")
    _run(home, "daily", "--date", "2026-11-21")


def make_several(home: Home) -> None:
    """Two small shops, and what their weeks would have been under the rules of January."""
    for shop, seed in (("north", "8"), ("south", "9")):
        _simulate(home, shop, "2026-09-23", "2026-11-21", "20", seed=seed)
    _run(home, "daily", "--date", "2026-11-21")
    _run(home, "backfill", "--policy", "US-2026-01-12")


def handed_out(home: Home, scratch: Path) -> tuple[Path, Path]:
    """The newest daily report as a PDF, and the page of it as an e-mail."""
    pdf, message = scratch / "report.pdf", scratch / "report.eml"
    _run(home, "report", "--pdf", "--out", str(pdf))
    _run(home, "report", "--email", "--out", str(message))
    parts = email.message_from_bytes(message.read_bytes(), policy=email.policy.default).walk()
    text = next(part.get_content() for part in parts if part.get_content_type() == "text/html")
    shown = scratch / "email.html"
    shown.write_text(text, encoding="utf-8")
    return pdf, shown


def _simulate(
    home: Home, shop: str, first: str, last: str, orders: str, *more: str, seed: str = "7"
) -> None:
    span = ("--from", first, "--to", last, "--orders-per-day", orders, "--seed", seed)
    _run(home, "simulate", "--out", str(home.root), "--shop", shop, *span, *more)


def _run(home: Home, *arguments: str) -> None:
    print(f"greenzone {' '.join(arguments)}", file=sys.stderr)
    place = ("--home", str(home.root))
    command = [sys.executable, "-m", "flows", *arguments, *place]
    environment = {key: value for key, value in os.environ.items() if "WEBHOOK" not in key}
    subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=True, stdout=subprocess.PIPE)


def subjects(homes: list[Home]) -> list[Subject]:
    """Every kind of page that the homes have, each once, the first home's first."""
    found: dict[str, Subject] = {}
    for home in homes:
        for subject in _pages(home):
            found.setdefault(subject.name, subject)
    return list(found.values())


def newest_message(homes: list[Home]) -> Path | None:
    """The most urgent alert of the newest day that has one."""
    days = sorted(folder for home in homes for folder in home.alerts.glob("????-??-??"))
    return next((path for day in reversed(days) if (path := most_urgent(day))), None)


def _pages(home: Home) -> Iterator[Subject]:
    daily = _newest(home.reports / "daily")
    if daily and _is_overview(daily):
        yield Subject("overview", daily, "Daily report of several shops")
    elif daily:
        yield Subject("daily", daily, "Daily report")
    weekly = _newest(home.reports / "weekly")
    if weekly and not _is_overview(weekly):
        yield Subject("weekly", weekly, "Weekly review")
    index = home.reports / "index.html"
    if index.exists():
        yield Subject("index", index, "All reports")
    what_if = _newest(home.root / "what_if")
    if what_if:
        yield Subject("what-if", what_if, "Past days under other rules")


def _newest(folder: Path) -> Path | None:
    return max(folder.glob("*/index.html"), default=None, key=lambda page: page.parent.name)


def _is_overview(page: Path) -> bool:
    return any(other != page for other in page.parent.glob("*.html"))
